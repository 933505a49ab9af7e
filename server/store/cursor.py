"""The cursor of a list: where a page ended, as text that callers hand back unread.

It names the last row of a page by creation time and id, so that rows which come or go meanwhile neither
repeat nor hide others. Any other text gives `ProtocolError` with code `bad_cursor`.
"""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from streaming.errors import ProtocolError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_PLAIN: Final = re.compile(r"(\d{1,17})\.(\w{1,64})", re.ASCII)
_MAX_LENGTH: Final = 128


def write_cursor(created_at: datetime, meeting_id: str) -> str:
    """The cursor of the page after the meeting made at `created_at` (aware, microseconds count)."""
    plain = f"{(created_at - _EPOCH) // _MICROSECOND}.{meeting_id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Creation time and id out of a cursor. Raises `ProtocolError` (`bad_cursor`, 400)."""
    match = _PLAIN.fullmatch(_decoded(cursor))
    if match is None:
        raise bad_cursor()
    return _EPOCH + int(match[1]) * _MICROSECOND, match[2]


def bad_cursor() -> ProtocolError:
    """The error for a text that no list gave."""
    return ProtocolError(
        "bad_cursor", "The cursor is not one that a list gave; begin again without a cursor."
    )


def _decoded(cursor: str) -> str:
    """The text inside a cursor; empty for what is too long or no base64url of ASCII."""
    if len(cursor) > _MAX_LENGTH:
        return ""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        return ""
