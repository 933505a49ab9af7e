"""The calls on work after meetings that failed for good: list it, have it done again."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from server.http.answers import json_answer
from server.http.models import PageQuery
from server.http.operations import Call
from server.http.services import Services
from server.store.cursor import paged, write_cursor
from server.store.dead_letters import follow_up_not_found


class FollowUpsQuery(PageQuery):
    """Which follow-ups."""

    status: Literal["failed"] = Field("failed", description="Only what failed for good is kept.")


class FollowUpOut(BaseModel):
    """Work that failed for good: `kind` is `follow_up` of a meeting's end or `report` for the writing of one,
    `number` which end it was, or which version."""

    id: str
    meeting_id: str
    kind: str
    number: int
    step: str
    code: str
    message: str
    failed_at: datetime


class FollowUpsOut(BaseModel):
    """A page, the newest first."""

    data: list[FollowUpOut]
    next_cursor: str | None


class ReplayOut(BaseModel):
    """It is in its queue again."""

    id: str
    status: Literal["queued"] = "queued"


async def list_follow_ups(services: Services, call: Call) -> Response:
    """What failed for good."""
    query: FollowUpsQuery = call.query
    letters = await services.reports.dead_letters(call.workspace, query.limit + 1, query.cursor or None)
    shown, following = paged(letters, query.limit, lambda one: write_cursor(one.failed_at, one.id))
    data = [
        FollowUpOut(
            id=letter.id,
            meeting_id=letter.meeting_id,
            kind=letter.workflow,
            number=letter.number,
            step=letter.step,
            code=letter.code,
            message=letter.sentence,
            failed_at=letter.failed_at,
        )
        for letter in shown
    ]
    return json_answer(FollowUpsOut(data=data, next_cursor=following))


async def replay_follow_up(services: Services, call: Call) -> Response:
    """202: it is done again from its first step on."""
    letter_id = call.named("follow_up_id", follow_up_not_found())
    await services.reports.replay(call.workspace, letter_id)
    return json_answer(ReplayOut(id=letter_id), 202)
