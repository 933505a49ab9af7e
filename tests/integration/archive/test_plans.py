"""No list and no search reads a whole table: the plans of their queries, over 100,000 segments.

Each call is made once, and its statements are then explained with the values that they were sent with: what
is judged is what the server asks. The tables are filled by the database itself.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.access import DEFAULT
from server.store import receipts
from server.store.cursor import write_cursor
from server.store.found import Wanted
from server.store.postgres import PostgresStore
from server.store.schema import metadata

MEETINGS = 5_000
SEGMENTS_OF_EACH = 20
MEETING = "mtg_02500"
SMALL = {
    "workspaces",
    "api_keys",
    "signing_keys",
    "usage",
    "nodes",
    "templates",
    "notification_settings",
    "silenced",
    "deletion_keys",
    "retention",
}
"""Tables of a workspace, not of its meetings: the planner may read them whole."""

RECEIPT = receipts.made(
    receipts.new_key(),
    deletion_id="del_1",
    workspace=DEFAULT,
    meeting_id="mtg_gone1",
    deleted_at=datetime.now(UTC),
    reason="request",
    removed={},
    sessions=(),
).receipt
FILL = f"""
INSERT INTO workspaces (id) VALUES ('other');

INSERT INTO meetings (workspace_id, id, status, created_at, started_at, ended_at, title, languages,
    stability, hotwords, metadata, retention_days)
SELECT CASE n % 4 WHEN 3 THEN 'other' ELSE 'default' END,
    'mtg_' || lpad(n::text, 5, '0'),
    CASE n % 50 WHEN 0 THEN 'live' WHEN 1 THEN 'created' ELSE 'ended' END,
    at, at, at + interval '1 hour', 'встреча ' || n, '{{}}', 'stable', '{{}}', '{{}}',
    CASE WHEN n % 10 = 0 THEN 300 END
FROM (SELECT n, now() - n * interval '1 hour' AS at FROM generate_series(1, {MEETINGS}) AS n) AS made;

INSERT INTO sessions (id, meeting_id, status, encoding, started_at, "offset")
SELECT 'ses_' || id, id, 'ended', 'pcm_s16le', started_at, 0 FROM meetings;

INSERT INTO segments (id, meeting_id, session_id, seq, start, "end", text, language, words, speaker, flags)
SELECT 'seg_' || id || n, id, 'ses_' || id, n, n * 5, n * 5 + 4,
    'слово' || (abs(hashtext(id || n)) % 5000) || ' и word' || (abs(hashtext(n || id)) % 5000)
    || CASE WHEN n = 7 THEN ' совещание about budgets' ELSE '' END,
    CASE n % 2 WHEN 0 THEN 'ru' ELSE 'en' END, '[]', 'speaker ' || n % 7, '{{}}'
FROM meetings, generate_series(1, {SEGMENTS_OF_EACH}) AS n;

INSERT INTO coverage SELECT id, 0, n * 16000, (n + 1) * 16000, 'transcribed'
FROM sessions, generate_series(0, 3) AS n;

INSERT INTO reports (meeting_id, version, template, language, report, writing, keep_edits)
SELECT id, n, 'general', 'ru', '{{}}', false, true FROM meetings, generate_series(1, 3) AS n;

INSERT INTO dead_letters (id, meeting_id, workflow, number, step, code, sentence, failed_at)
SELECT 'report-' || id, id, 'report', 1, 'x', 'internal', 'x', ended_at FROM meetings;

INSERT INTO deliveries (id, meeting_id, number, digest, report_version, kind, target, state)
SELECT 'dlv_' || id || n, id, n, 'x', 1, 'email', '{{}}', 'sent' FROM meetings, generate_series(1, 3) AS n;

INSERT INTO deletions (workspace_id, id, meeting_id, deleted_at, receipt)
SELECT 'default', 'del_' || n, 'mtg_gone' || n, now() - n * interval '1 hour', '{RECEIPT}'
FROM generate_series(1, 20000) AS n;

"""  # noqa: S608 - constants


def wanted(q: str, **among: Any) -> Wanted:
    return Wanted(q=q, workspace=DEFAULT, **among)


Ask = Callable[[PostgresStore], Awaitable[Any]]
NOW = datetime.now(UTC)
SEARCHES = {
    "a word": wanted("слово17"),
    "an English word": wanted("word17"),
    "two words": wanted("слово17 word18"),
    "a word and none": wanted("слово17 -word18"),
    "one of two words": wanted("слово17 or word18"),
    "a phrase": wanted('"слово17 и word18"'),
    "a beginning": wanted("слово1234*"),
    "in one meeting": wanted("совещание", meeting=MEETING),
    "of a speaker": wanted("слово17", speaker="speaker 3"),
    "in a language": wanted("word17", language="en"),
    "in live meetings": wanted("слово17", status="live"),
    "within some weeks": Wanted(
        workspace=DEFAULT, q="слово17", since=NOW - timedelta(days=120), until=NOW - timedelta(days=50)
    ),
    "often said": wanted("совещания"),
}


async def later_pages(store: PostgresStore) -> None:
    """The second page of each list over all meetings."""
    meetings = await store.meetings(DEFAULT, limit=10)
    await store.meetings(DEFAULT, limit=10, cursor=meetings.next_cursor)
    deletions = await store.archive.deletions(DEFAULT, limit=10)
    await store.archive.deletions(DEFAULT, limit=10, cursor=deletions.next_cursor)
    hits = await store.archive.search(SEARCHES["a word"], limit=10)
    await store.archive.search(SEARCHES["a word"], limit=10, cursor=hits.next_cursor)
    last = (await store.reports.dead_letters(DEFAULT, 10))[-1]
    await store.reports.dead_letters(DEFAULT, 10, write_cursor(last.failed_at, last.id))


LISTS: dict[str, Ask] = {
    "later pages": later_pages,
    "meetings": lambda store: store.meetings(DEFAULT),
    "meetings of a status": lambda store: store.meetings(DEFAULT, status="live"),
    "meetings of a time": lambda store: store.meetings(DEFAULT, since=NOW - timedelta(days=1), until=NOW),
    "meetings that hold a word": lambda store: store.meetings(DEFAULT, q="слово17"),
    "meetings that hold two": lambda store: store.meetings(DEFAULT, q="слово17 word18"),
    "sessions": lambda store: store.sessions(MEETING),
    "segments": lambda store: store.segments(MEETING),
    "coverage": lambda store: store.covered(MEETING),
    "one meeting": lambda store: store.meeting(MEETING),
    "keys": lambda store: store.access.keys(DEFAULT),
    "reports": lambda store: store.reports.report_heads(MEETING),
    "the newest report of each": lambda store: store.reports.newest_heads([MEETING, "mtg_none"]),
    "failures": lambda store: store.reports.dead_letters(DEFAULT),
    "deliveries": lambda store: store.notifications.deliveries(MEETING),
    "deletions": lambda store: store.archive.deletions(DEFAULT, limit=20),
    "meetings whose time is over": lambda store: store.archive.over(NOW - timedelta(days=100), 50),
}
TOLERATED = {"search: often said": {"meetings"}}
"""As many utterances are found as there are meetings: their titles are best read all at once."""
CAUGHT = {"meetings whose time is over": {"meetings"}, "search: a word": {"segments"}}
"""What is read whole when an index of each is missing."""


async def execute(url: str, statements: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statements)
    await connection.close()


@contextmanager
def heard(store: PostgresStore) -> Iterator[list[tuple[str, Any]]]:
    """The statements that a store sends meanwhile, with their values."""
    sent: list[tuple[str, Any]] = []

    def keep(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        sent.append((statement, parameters))

    engine = store._engine.sync_engine
    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def scanned(plan: dict[str, Any]) -> Iterator[str]:
    """The tables that a plan reads whole."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from scanned(part)


async def read_whole(connection: AsyncConnection, sent: list[tuple[str, Any]]) -> set[str]:
    """The tables that these statements read whole."""
    found: set[str] = set()
    for statement, values in sent:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            rows = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values)
            explained = rows.scalar_one()
            (plan,) = json.loads(explained) if isinstance(explained, str) else explained
            found.update(scanned(plan["Plan"]))
    return found


async def whole(store: PostgresStore, asked: dict[str, Ask]) -> dict[str, set[str]]:
    """The large tables that each call reads whole, of those that read any."""
    large = {table.name for table in metadata.sorted_tables} - SMALL
    found = {}
    for name, ask in asked.items():
        with heard(store) as sent:
            await ask(store)
        assert sent, name
        async with store._engine.connect() as connection:
            if tables := await read_whole(connection, sent) & large:
                found[name] = tables
    return found


def searching(one: Wanted) -> Ask:
    return lambda store: store.archive.search(one)


async def test_no_list_and_no_search_reads_a_large_table_whole(
    store: PostgresStore, database_url: str
) -> None:
    await execute(database_url, FILL)
    # As PostgreSQL does by itself: what was just put in stands beside the search indexes until then.
    await execute(database_url, "VACUUM ANALYZE")
    await store.archive.keep_for(DEFAULT, 60)
    searches = {f"search: {name}": searching(one) for name, one in SEARCHES.items()}
    assert await whole(store, LISTS | searches) == TOLERATED
    found = {name for name, one in SEARCHES.items() if (await store.archive.search(one)).hits}
    assert found == set(SEARCHES) - {"two words", "a phrase"}
    # A query whose index is missing would be caught.
    await execute(database_url, "DROP INDEX ix_segments_search_russian, ix_meetings_kept_since")
    one = {name: ask for name, ask in (LISTS | searches).items() if name in CAUGHT}
    assert await whole(store, one) == CAUGHT
