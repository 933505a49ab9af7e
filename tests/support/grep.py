"""Whether a text stands anywhere in a database: in every table of every schema, in every form it may have.

A form is the text itself, JSON's escapes of it, the hexadecimal digits in which PostgreSQL shows bytes, and
base64 wherever in a longer value it may begin. Search vectors hold the text itself in small letters.
"""

import base64
import json

import asyncpg

TABLES = """
    SELECT table_schema || '.' || table_name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""


def forms(text: str) -> tuple[str, ...]:
    """All forms of a text, in small letters but for base64."""
    data = text.encode()
    shifted = (base64.b64encode(b"\0" * at + data).decode()[-(-8 * at // 6) :] for at in range(3))
    # What comes after the text stands in its last characters of base64, too.
    encoded = (one.rstrip("=")[:-2] for one in shifted)
    return (text.casefold(), json.dumps(text)[1:-1].casefold(), data.hex(), *encoded)


async def tables_with(connection: asyncpg.Connection, text: str) -> set[str]:
    """The tables, as `schema.table`, in which `text` stands."""
    wanted = forms(text)
    found = set()
    for (table,) in await connection.fetch(TABLES):
        rows = await connection.fetch(f"SELECT row::text FROM {table} AS row")  # noqa: S608
        for (shown,) in rows:
            row = shown.replace("\\\\", "\\")  # As PostgreSQL doubles it within a row.
            if any(form in (row if at > 2 else row.casefold()) for at, form in enumerate(wanted)):
                found.add(table.removeprefix("public."))
    return found
