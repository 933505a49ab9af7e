"""From an event on its way to what became of the attempt: a signed webhook to an endpoint.

In: an event that this process holds. Out: what is to be written of it. Whatever the endpoint answers, short
of taking it or wanting no more, it is tried again for a day: a wrong path is often put right within it.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from server.notify.dispatch import Links, settled
from server.notify.outcome import Later, Refused
from server.notify.post import Post
from server.notify.schedule import within_a_day
from server.notify.webhook import Webhook, body_of
from server.store.delivery_records import Settled
from server.store.event_records import ClaimedEvent

LARGE: Final = ("words", "metadata")
"""What is null in a body that would otherwise be larger than receivers take."""


@dataclass(frozen=True, slots=True)
class EventDispatch:
    """`clock` gives Unix seconds."""

    links: Links
    post: Post
    clock: Callable[[], float]

    async def __call__(self, one: ClaimedEvent) -> Settled:
        """One attempt."""
        body = event_body(one.type, one.happened_at, {**one.data, **linked(one.type, one.data, self.links)})
        outcome = await Webhook(self.post, self.clock).send(
            one.url, one.secrets[0], one.event_id, body, *one.secrets[1:]
        )
        if isinstance(outcome, Refused):
            outcome = Later(outcome.why)
        schedule = partial(within_a_day, age=one.age)
        return settled(outcome, one.attempts, random.random(), schedule)  # noqa: S311


def linked(event: str, data: Mapping[str, Any], links: Links) -> dict[str, Any]:
    """The addresses that belong to an event; each is null where the server does not know its own."""
    if event in {"meeting.deleted", "segment.final"} or "meeting_id" not in data:
        return {}
    found = {"meeting_url": links.meeting(data["meeting_id"])}
    if event == "transcript.ready":
        found["transcript_url"] = links.transcript(data["meeting_id"])
    if event == "report.ready":
        found["report_url"] = links.report(data["meeting_id"], data["version"])
    return found


def event_body(event: str, happened: datetime, data: Mapping[str, Any]) -> bytes:
    """The body. Raises `ValueError` where it is too large even without what is `LARGE`."""
    try:
        return body_of(event, happened, data)
    except ValueError:
        return body_of(event, happened, {**data, **{name: None for name in LARGE if name in data}})
