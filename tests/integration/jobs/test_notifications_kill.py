"""Everybody is told once of a report, whichever process dies and wherever: real processes, `kill -9`, a
real mail server and a real receiver of webhooks."""

import asyncio
import os

import pytest

from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from streaming.segments import Coverage
from tests.integration.store.made import a_segment, a_session
from tests.support.mailbox import Mailbox
from tests.support.receiver import Receiver
from tests.support.told import watched
from tests.support.workers import says, working

POINTS = {
    # Between the sending and its record: the webhook comes again under its id, the mail does not.
    "after:send": ({"webhook": "sent", "email": "unknown"}, 2, 1),
    "after:notify": ({"webhook": "sent", "email": "sent"}, 1, 1),
    "before:notify": ({"webhook": "sent", "email": "sent"}, 1, 1),
    "before:send": ({"webhook": "sent", "email": "unknown"}, 1, 0),
}
"""Where to die, what became of each delivery, and how many webhooks and mails came. The first two stand for
all unless `STENO_FAULT_KILLS` is set."""


async def an_ended_meeting(store: PostgresStore, webhook: str) -> None:
    """A meeting in which something was said, with two receivers."""
    targets = [{"kind": "webhook", "url": webhook}, {"kind": "email", "to": ["ann@example.org"]}]
    meeting = await store.create_meeting(NewMeeting(title="Launch", notify={"targets": targets}))
    await store.open_session(meeting.id, a_session(f"ses-{meeting.id}"))
    said = [a_segment("s1", "Мы решили запустить магазин в пятницу")]
    await store.close_session(f"ses-{meeting.id}", said, position=0, duration=5.0, coverage=Coverage())


@pytest.mark.parametrize("die", list(POINTS)[: None if os.environ.get("STENO_FAULT_KILLS") else 2])
async def test_everybody_is_told_once_whatever_dies(
    database_url: str, store: PostgresStore, die: str
) -> None:
    states, webhooks, mails = POINTS[die]
    box, receiver = Mailbox(), Receiver()
    async with box.served() as mail, receiver.served() as hook, watched(database_url) as deliveries:
        async with working("announcing", database_url, "first", mail, die=die) as first:
            await says(first, "ready")
            await an_ended_meeting(store, hook)
            async with asyncio.timeout(60):
                assert await first.wait() == -9
        async with working("announcing", database_url, "second", mail):
            await deliveries.until(states)
    assert (len(receiver.got), len(box.taken)) == (webhooks, mails)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert (
        "Мы решили запустить магазин в пятницу"
        in "".join(part.get_content() for letter in box.letters() for part in letter.iter_parts())
        or not mails
    )
