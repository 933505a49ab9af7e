"""Puts work into the queues of DBOS, in the caller's transaction, by the function that DBOS has in its schema
for other programs. Work of an id that was queued before is not queued again."""

import json
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger

JOBS_SCHEMA: Final = "jobs"
FOLLOW_UP: Final = "follow_up"
FOLLOW_UPS: Final = "follow_ups"
REPORT: Final = "report"
REPORTS: Final = "reports"
UPLOAD: Final = "upload"
QUEUES: Final = {FOLLOW_UP: FOLLOW_UPS, REPORT: REPORTS}
"""The queue of each kind of work that any process can do."""

_ENQUEUE: Final = text(  # The names are constants.
    f"SELECT {JOBS_SCHEMA}.enqueue_workflow("  # noqa: S608
    ":workflow, :queue, ARRAY[CAST(:meeting AS json), CAST(:number AS json), CAST(:attempt AS json)], "
    "workflow_id => :id, delay_until_epoch_ms => CASE WHEN :delay > 0 THEN "
    "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) + :delay END)"
).bindparams(bindparam("delay", type_=BigInteger))


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
