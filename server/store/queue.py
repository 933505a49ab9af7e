"""Puts work into the queues of DBOS and takes it out, in the caller's transaction: in by the function that
DBOS has in its schema for other programs. Work of an id that was queued before is not queued again."""

import json
from typing import Any, Final

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger

JOBS_SCHEMA: Final = "jobs"
FOLLOW_UP: Final = "follow_up"
FOLLOW_UPS: Final = "follow_ups"
REPORT: Final = "report"
REPORTS: Final = "reports"
UPLOAD: Final = "upload"
RETENTION: Final = "retention"
BOT: Final = "bot"
BOTS: Final = "bots"
CALENDAR: Final = "calendar"
CALENDARS: Final = "calendars"
QUEUES: Final = {
    FOLLOW_UP: FOLLOW_UPS,
    REPORT: REPORTS,
    RETENTION: RETENTION,
    BOT: BOTS,
    CALENDAR: CALENDARS,
}
"""The queue of each kind of work that any process can do."""
OF_MEETINGS: Final = (FOLLOW_UP, REPORT, UPLOAD, BOT)
"""The kinds that are done for a meeting, whose id stands second in theirs."""

_ENQUEUE: Final = text(  # The names are constants.
    f"SELECT {JOBS_SCHEMA}.enqueue_workflow("  # noqa: S608
    ":workflow, :queue, ARRAY[CAST(:meeting AS json), CAST(:number AS json), CAST(:attempt AS json)], "
    "workflow_id => :id, delay_until_epoch_ms => CASE WHEN :delay > 0 THEN "
    "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) + :delay END)"
).bindparams(bindparam("delay", type_=BigInteger))
_RUNNING: Final = "status <> 'PENDING'"
_REMOVE: Final = text(f"""
    DELETE FROM {JOBS_SCHEMA}.workflow_status WHERE {_RUNNING}
    AND EXISTS (SELECT FROM unnest(CAST(:begin AS text[])) AS b WHERE starts_with(workflow_uuid, b))
    RETURNING workflow_uuid
""")  # noqa: S608 - constants
_REMOVE_ORPHANS: Final = text(f"""
    DELETE FROM {JOBS_SCHEMA}.workflow_status WHERE {_RUNNING} AND name = ANY(:kinds)
    AND NOT EXISTS (SELECT FROM meetings WHERE id = split_part(workflow_uuid, '-', 2))
    RETURNING workflow_uuid
""")  # noqa: S608 - constants
_RECORDS: Final = tuple(
    text(f"DELETE FROM {JOBS_SCHEMA}.{table} WHERE workflow_uuid = ANY(:ids)")  # noqa: S608 - constants
    for table in ("workflow_input", "workflow_output", "operation_outputs")
)
"""DBOS's own function for removing work leaves these for a sweep some day."""


async def enqueue(
    connection: AsyncConnection,
    workflow: str,
    meeting_id: str,
    number: int,
    *,
    attempt: int = 0,
    delay: float = 0.0,
    mark: str = "",
    queue: str | None = None,
) -> None:
    """Queue the work `workflow` on a meeting, for its `number`-th occasion, in `delay` seconds at the
    earliest. `mark` tells work that is done again from what had the same attempt before; `queue` is needed
    for work that only some processes can do."""
    values: dict[str, Any] = {
        "workflow": workflow,
        "queue": queue or QUEUES[workflow],
        "meeting": json.dumps(meeting_id),
        "number": json.dumps(number),
        "attempt": json.dumps(attempt),
        "delay": round(delay * 1000),
        "id": "-".join(part for part in (workflow, meeting_id, str(number), str(attempt), mark) if part),
    }
    await connection.execute(_ENQUEUE, values)


async def remove(connection: AsyncConnection, meeting_id: str) -> int:
    """Take all work on a meeting out of the queues, with what was recorded of it; how much that was.

    What is being done at this moment stays until it has ended, see `remove_orphans`.
    """
    beginnings = [f"{kind}-{meeting_id}-" for kind in OF_MEETINGS]
    return await _remove(connection, _REMOVE, begin=beginnings)


async def remove_orphans(connection: AsyncConnection) -> int:
    """The same for work on meetings that are gone."""
    return await _remove(connection, _REMOVE_ORPHANS, kinds=list(OF_MEETINGS))


async def _remove(connection: AsyncConnection, statement: TextClause, **values: object) -> int:
    ids = list((await connection.execute(statement, values)).scalars())
    if ids:
        for records in _RECORDS:
            await connection.execute(records, {"ids": ids})
    return len(ids)
