"""Who keeps a session live, and until when: columns and errors that its queries share. No queries here.

A session has one owner, the process that holds it in memory. An owner that goes on living renews its lease; a
client that comes back to another process makes that one the owner; what nobody renews or resumes is finished.
"""

from typing import Any

from sqlalchemy import func

from server.store.records import Lease
from streaming.errors import Close, ProtocolError


def leased(lease: Lease) -> dict[str, Any]:
    """The columns of a session that begins or goes on with this owner."""
    return {"owner": lease.owner, "resume_until": until(lease.seconds)}


def until(seconds: float) -> Any:
    """A time so many seconds from now, on the database's clock: the only one that all processes share."""
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def taken_over() -> ProtocolError:
    """The error of a process (or a socket) whose session goes on elsewhere."""
    return ProtocolError(
        "session_taken_over", "The session was resumed by another connection.", Close.TAKEN_OVER, 409
    )
