"""An upload is heard once, whichever process dies: real processes, a real PostgreSQL, `kill -9`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from asr.types import SAMPLE_RATE
from server.access.access import DEFAULT, Access
from server.files.folder import Folder
from server.files.uploads import Uploads
from server.jobs.follow_up import adds_up
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from server.store.upload_records import Upload
from streaming.commands import AudioFormat, Encoding, Start
from tests.support.files import spoken, wav
from tests.support.speech import VOCABULARY
from tests.support.triggers import JOBS, telling, until
from tests.support.workers import working

LEASE = 0.6
"""Seconds: after this a node that died is known to be dead."""
OWN = Access(DEFAULT, frozenset({"ingest"}))
TEXTS = [" ".join(VOCABULARY[at : at + 3]) for at in range(0, 30, 3)] * 3
DEATHS = (3, 9)
"""At which of its answers each of the first processes dies."""


async def sent(uploads: Uploads, store: PostgresStore, data: bytes) -> Upload:
    """An upload that waits for its job."""
    meeting = await store.create_meeting(NewMeeting(), DEFAULT)
    start = Start(AudioFormat(Encoding.AUTO), meeting.id)
    upload = await uploads.create(start, len(data), OWN)

    async def body() -> AsyncIterator[bytes]:
        yield data

    assert await uploads.append(upload, 0, body()) == len(data)
    return upload


@asynccontextmanager
async def watched(url: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Wait for the end of the only job."""
    async with telling(url, "told", JOBS) as connection:

        async def done() -> bool:
            query = f"SELECT status FROM {JOBS} WHERE name = 'upload'"  # noqa: S608
            return bool(await connection.fetchval(query) == "SUCCESS")

        yield lambda: until(connection, "told", done)


async def test_no_word_is_lost_or_doubled_however_often_the_process_is_killed(
    store: PostgresStore, database_url: str, tmp_path: Path
) -> None:
    uploads = Uploads(store.uploads, Folder(tmp_path))
    audio = spoken(*TEXTS)
    upload = await sent(uploads, store, wav(audio))
    async with watched(database_url) as ended:
        for number, at in enumerate(DEATHS):
            arguments = (database_url, str(tmp_path), f"node-{number}", str(LEASE))
            async with working("uploading", *arguments, die=str(at)) as dying:
                await dying.wait()
        before = await uploads.get(upload.id)
        assert before.state == "hearing"
        assert before.position > 0, "something was stored before the last death"
        async with working("uploading", database_url, str(tmp_path), "node", str(LEASE)):
            await ended()
    after = await uploads.get(upload.id)
    assert (after.state, after.session_id) == ("done", before.session_id)
    assert [one.segment.text for one in await store.segments(upload.meeting_id)] == TEXTS
    (session,) = await store.sessions(upload.meeting_id)
    assert session.coverage.received == pytest.approx(len(audio) / SAMPLE_RATE, abs=0.02)
    assert adds_up(session.coverage)
    assert session.coverage.lost == 0
    meeting = await store.meeting(upload.meeting_id)
    assert meeting is not None
    assert meeting.status == "ended"
    assert uploads.folder.received(upload.id) == 0


async def test_nobody_finishes_its_session_while_no_process_hears_it(
    store: PostgresStore, database_url: str, tmp_path: Path
) -> None:
    uploads = Uploads(store.uploads, Folder(tmp_path))
    upload = await sent(uploads, store, wav(spoken(*TEXTS)))
    arguments = (database_url, str(tmp_path), "node", str(LEASE))
    async with working("uploading", *arguments, die="3") as dying:
        await dying.wait()
    assert await store.leases(()) == {}, "no lease that could run out"
    meeting = await store.meeting(upload.meeting_id)
    assert meeting is not None
    assert meeting.status == "live"
