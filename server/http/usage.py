"""The call that tells what a workspace has used, by day."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import BaseModel, Field, model_validator
from starlette.responses import Response

from server.http.answers import json_answer
from server.http.guard import now
from server.http.moments import Day
from server.http.operations import Call
from server.http.services import Services

MOST_DAYS = 366


class UsageQuery(BaseModel):
    """Which days (UTC)."""

    first: Day | None = Field(None, description="From this day on; without it, the last 31 days.")
    last: Day | None = Field(None, description="Until this day; without it, today.")
    key: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] | None = Field(
        None, description="Only what this key has used."
    )

    @model_validator(mode="after")
    def _a_year_at_the_most(self) -> "UsageQuery":
        first, last = self.days(now().date())
        if not 0 <= (last - first).days < MOST_DAYS:
            raise ValueError(f"must be in order and at most {MOST_DAYS} days")
        return self

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day."""
        last = self.last or today
        return self.first or max(date.min + timedelta(days=30), last) - timedelta(days=30), last


class UsageOut(BaseModel):
    """What was used on a day by a key; `key` is null for what no key of `GET /v1/keys` was shown for."""

    day: date
    key: str | None
    seconds: float = Field(description="Audio received.")
    sessions: int = Field(description="Streams begun.")
    requests: int = Field(description="HTTP calls and handshakes; some seconds late.")
    report_tokens: int = Field(description="What a language model took for reports.")


class UsagesOut(BaseModel):
    """By day, then by key. Days without use are left out."""

    data: list[UsageOut]


async def get_usage(services: Services, call: Call) -> Response:
    """Of the workspace."""
    query: UsageQuery = call.query
    first, last = query.days(now().date())
    rows = await services.access.usage(call.workspace, first, last, query.key)
    data = [
        UsageOut(
            day=one.day,
            key=one.key or None,
            seconds=round(one.seconds, 3),
            sessions=one.sessions,
            requests=one.requests,
            report_tokens=one.report_tokens,
        )
        for one in rows
    ]
    return json_answer(UsagesOut(data=data))
