"""A message that says it is a test, to one target, so that whoever names it sees whether it arrives.

In: a workspace and a target. Out: what became of it, as of any delivery; nothing is stored, and it is not
tried again. It leads to no meeting and no report: there is none.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from server.notify.dispatch import Dispatch, Links, settled
from server.notify.targets import Target, digest
from server.store.delivery_records import Delivery, Settled
from server.store.records import Meeting
from summarizer.schema import Report, Stats

Trial = Callable[[str, Target], Awaitable[Settled]]
TITLE: Final = "This is a test · Это проверка"
_REPORT: Final = Report(
    meeting_id="test",
    template="general",
    template_version=1,
    language="en",
    status="extractive",
    covered=(),
    stats=Stats(),
    title=TITLE,
    gist="",
    sections=(),
)


def trying(dispatch: Dispatch) -> Trial:
    """Sends by the same ways as deliveries go."""
    unlinked = replace(dispatch, links=Links(None))

    async def trial(workspace: str, target: Target) -> Settled:
        now = datetime.fromtimestamp(dispatch.clock(), UTC)
        meeting = Meeting(title=TITLE, id="test", workspace=workspace, status="ended", created_at=now)
        outcome = await unlinked.send(_delivery(target, now), target, _REPORT, meeting)
        return settled(outcome, 1, 0.0, lambda *_: None)

    return trial


def _delivery(target: Target, now: datetime) -> Delivery:
    return Delivery(
        id=f"test_{secrets.token_hex(12)}",
        meeting_id="test",
        number=1,
        digest=digest(target),
        report_version=1,
        kind=target.kind,
        target={},
        state="sending",
        attempts=1,
        next_at=now,
        failure_code=None,
        failure=None,
        created_at=now,
        updated_at=now,
    )
