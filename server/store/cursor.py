"""The cursor of a list: where a page ended, as text that callers hand back unread.

It names the last row of a page by the values that the list is ordered by, so that rows which come or go
meanwhile neither repeat nor hide others. Any other text gives `ProtocolError` with code `bad_cursor`.
"""

import base64
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from streaming.errors import ProtocolError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MOST_MICROSECONDS: Final = 10**17
_MOST: Final = 2**62
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,160}")
_MAX_LENGTH: Final = 400

Part = str | int | float
Row = TypeVar("Row")


def write_place(*parts: Part) -> str:
    """The cursor of the page after the row with these values: names, whole or finite numbers."""
    plain = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_place(cursor: str, *kinds: type[Part]) -> tuple[Any, ...]:
    """The values out of a cursor, one of each kind. Raises `ProtocolError` (`bad_cursor`, 400)."""
    try:
        parts = json.loads(_decoded(cursor))
    except ValueError:
        raise bad_cursor() from None
    if not isinstance(parts, list) or len(parts) != len(kinds):
        raise bad_cursor()
    if not all(_is(part, kind) for part, kind in zip(parts, kinds, strict=True)):
        raise bad_cursor()
    return tuple(parts)


def write_cursor(created_at: datetime, name: str) -> str:
    """The cursor of the page after the row made at `created_at` (aware, microseconds count)."""
    return write_place(microseconds(created_at), name)


def microseconds(moment: datetime) -> int:
    """A time (aware) as a part of a cursor; `moment_of` gives it back."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(part: int) -> datetime:
    """The time that a part of a cursor names. Raises `ProtocolError` (`bad_cursor`, 400)."""
    if not 0 <= part < _MOST_MICROSECONDS:
        raise bad_cursor()
    return _EPOCH + part * _MICROSECOND


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Creation time and id out of a cursor. Raises `ProtocolError` (`bad_cursor`, 400)."""
    created_at, name = read_place(cursor, int, str)
    return moment_of(created_at), name


def paged(rows: Sequence[Row], limit: int, place: Callable[[Row], str]) -> tuple[Sequence[Row], str | None]:
    """A page out of up to `limit + 1` rows, and the cursor of the next one if there is one more row."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], place(rows[limit - 1])


def bad_cursor() -> ProtocolError:
    """The error for a text that no list gave."""
    return ProtocolError(
        "bad_cursor", "The cursor is not one that a list gave; begin again without a cursor."
    )


def _is(part: object, kind: type[Part]) -> bool:
    if kind is str:
        return isinstance(part, str) and _NAME.fullmatch(part) is not None
    if kind is int:
        return type(part) is int and abs(part) < _MOST
    # What is no number is not less either.
    return isinstance(part, float) and abs(part) < _MOST


def _decoded(cursor: str) -> str:
    """The text inside a cursor; empty for what is too long or no base64url of ASCII."""
    if len(cursor) > _MAX_LENGTH:
        return ""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        return ""
