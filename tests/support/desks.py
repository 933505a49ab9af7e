"""A meeting that people held, stored and ended, and a desk over a scripted language model.

The meeting is the written English one; the ids of its lines begin with its own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from server.reporting.desk import Desk
from server.reporting.wiring import reporting
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting, NewSession, StoredSegment
from streaming.segments import Coverage, Segment
from summarizer.endpoint import Endpoint
from tests.support.scripted_model import Script, ScriptedModel
from tests.support.server import running
from tests.unit.summarizer.true_items import lines


async def a_held_meeting(store: PostgresStore, **fields: Any) -> str:
    """An ended meeting of 34 lines."""
    meeting = await store.create_meeting(NewMeeting(languages=("en",), **fields))
    session = f"ses-{meeting.id}"
    await store.open_session(meeting.id, NewSession(session, "pcm_s16le", 16_000, 1))
    await speak(store, meeting.id)
    return meeting.id


async def speak(store: PostgresStore, meeting_id: str) -> None:
    """Say the lines in the meeting's session, and end it."""
    spoken = [
        StoredSegment(
            Segment(f"{meeting_id}-{line.id}", line.start, line.end, line.text, "en", (), line.speaker),
            "",
            number,
        )
        for number, line in enumerate(lines("en"), 1)
    ]
    end = spoken[-1].segment.end
    await store.close_session(
        f"ses-{meeting_id}", spoken, position=int(end * 16_000), duration=end, coverage=Coverage()
    )


@asynccontextmanager
async def desk(
    store: PostgresStore, script: Script, tokens_per_day: int = 0, **limits: Any
) -> AsyncIterator[tuple[ScriptedModel, Desk]]:
    """A scripted server and the desk that asks it."""
    server = ScriptedModel(script)
    async with running(server.app) as url:
        endpoint = replace(Endpoint(f"{url}/v1", "m"), **limits)
        async with reporting(endpoint, store, tokens_per_day) as made:
            yield server, made
