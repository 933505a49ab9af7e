"""A file through an ordinary session of a node: what it says, how it is stored, and how it ends early."""

import asyncio
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asr.types import SAMPLE_RATE, Kind
from server.access.access import DEFAULT, everything
from server.files.hearing import AT_ONCE, Files, Heard
from server.store.records import NewMeeting
from streaming.commands import AudioFormat, Encoding, Start
from streaming.errors import Overloaded, ProtocolError
from streaming.events import Ack, Caption
from tests.fakes.recognizer import GatedRecognizer, ScriptedRecognizer
from tests.fakes.store import MemoryStore
from tests.support.files import spoken, wav_file
from tests.support.node import Node, node
from tests.support.speech import join, silence

ANY = Start(AudioFormat(Encoding.AUTO))
OWN = everything("tests")
TEXTS = ("alpha bravo charlie", "delta echo", "foxtrot golf hotel india")


async def hear(files: Files, file: Path, start: Start = ANY) -> Heard:
    """The whole of a file."""
    async with files.hearing(file, start, OWN) as hearing:
        return await hearing.whole()


@pytest.fixture
async def recognizer() -> ScriptedRecognizer:
    return ScriptedRecognizer()


@pytest.fixture
async def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def one(store: MemoryStore, recognizer: ScriptedRecognizer) -> AsyncIterator[Node]:
    async with asyncio.timeout(60), node(store, recognizer, places=1) as serving:
        yield serving


async def test_a_file_is_heard_to_its_end_and_accounted_for(
    one: Node, store: MemoryStore, recognizer: ScriptedRecognizer, tmp_path: Path
) -> None:
    audio = spoken(*TEXTS)
    heard = await hear(Files(one.sessions), wav_file(tmp_path, audio))
    assert [segment.text for segment in heard.segments] == list(TEXTS)
    assert [word.word for word in heard.segments[1].words] == ["delta", "echo"]
    assert heard.languages == ("en",)
    assert heard.ended.coverage.received == pytest.approx(len(audio) / SAMPLE_RATE, abs=0.02)
    assert {request.kind for request in recognizer.requests} == {Kind.FINAL}, "a file has no drafts"
    assert all(request.background for request in recognizer.requests)
    stored = await store.segments(heard.meeting)
    assert [one.segment for one in stored] == list(heard.segments)
    meeting = await store.meeting(heard.meeting)
    assert meeting is not None
    assert meeting.status == "ended"
    assert meeting.coverage == heard.ended.coverage


async def test_it_goes_into_the_meeting_that_is_named_with_what_that_says(
    one: Node, store: MemoryStore, recognizer: ScriptedRecognizer, tmp_path: Path
) -> None:
    meeting = await store.create_meeting(NewMeeting(title="Monday", hotwords=("Bravo",)))
    start = Start(AudioFormat(Encoding.AUTO), meeting=meeting.id)
    heard = await hear(Files(one.sessions), wav_file(tmp_path, spoken("alpha")), start)
    assert heard.meeting == meeting.id
    assert recognizer.requests[0].hotwords == ("Bravo",)


async def test_each_channel_can_be_a_track_of_its_own(one: Node, tmp_path: Path) -> None:
    start = Start(AudioFormat(Encoding.AUTO), multichannel=True)
    stereo = wav_file(tmp_path, join(spoken("alpha bravo"), silence(2)), join(silence(2), spoken("charlie")))
    heard = await hear(Files(one.sessions), stereo, start)
    assert [(segment.track, segment.text) for segment in heard.segments] == [
        ("0", "alpha bravo"),
        ("1", "charlie"),
    ]


async def test_a_file_takes_no_place_of_a_live_stream(one: Node, tmp_path: Path) -> None:
    with one.admission.slot():
        heard = await hear(Files(one.sessions), wav_file(tmp_path, spoken("alpha")))
    assert heard.segments[0].text == "alpha"


async def test_what_cannot_be_read_leaves_no_meeting(one: Node, store: MemoryStore, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("no audio at all")
    with pytest.raises(ProtocolError) as caught:
        await hear(Files(one.sessions), tmp_path / "text.txt")
    assert caught.value.code == "container_unreadable"
    assert (await store.meetings(DEFAULT)).meetings == ()


async def test_a_file_without_a_sample_ends_at_once(one: Node, tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    with wave.open(str(path), "wb") as empty:
        empty.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
    heard = await hear(Files(one.sessions), path)
    assert heard.segments == ()
    assert heard.ended.duration == 0.0


async def test_who_listens_no_more_ends_it_with_what_was_heard(store: MemoryStore, tmp_path: Path) -> None:
    model = GatedRecognizer(answers=1)
    path = wav_file(tmp_path, spoken(*TEXTS))
    async with asyncio.timeout(60), node(store, model) as one, asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(hear(Files(one.sessions), path))
        await model.asked.wait()
        asking.cancel()
        await asyncio.wait((asking,))
        (live,) = one.sessions.kept()
        model.open.set()
        await live.over.wait()
        meeting = await store.meeting(live.meeting)
        assert meeting is not None
        assert meeting.status == "ended"
        assert live.session.complete


async def test_events_come_while_it_is_heard(store: MemoryStore, tmp_path: Path) -> None:
    model = GatedRecognizer(answers=1)
    path = wav_file(tmp_path, spoken(*TEXTS))
    texts, done = [], []
    async with (
        asyncio.timeout(60),
        node(store, model) as one,
        Files(one.sessions).hearing(path, ANY, OWN) as hearing,
    ):
        async for event in hearing:
            if isinstance(event, Caption):
                texts.append(event.segment.text)
                model.open.set()
            elif isinstance(event, Ack):
                done.append(event.position)
    assert texts == list(TEXTS)
    assert done == sorted(done)
    assert done


async def test_only_so_many_are_heard_at_once(store: MemoryStore, tmp_path: Path) -> None:
    model = GatedRecognizer(answers=0)
    path = wav_file(tmp_path, spoken("alpha"))
    async with asyncio.timeout(60), node(store, model) as one, asyncio.TaskGroup() as tasks:
        files = Files(one.sessions)
        asking = [tasks.create_task(hear(files, path)) for _ in range(AT_ONCE)]
        await model.asked.wait()
        with pytest.raises(Overloaded) as caught:
            await hear(files, path)
        assert caught.value.code == "too_many_files"
        model.open.set()
        assert [(await task).segments[0].text for task in asking] == ["alpha"] * AT_ONCE


async def test_a_process_that_stops_says_so_and_keeps_what_was_heard(
    store: MemoryStore, tmp_path: Path
) -> None:
    path = wav_file(tmp_path, spoken(*TEXTS))
    model = GatedRecognizer(answers=1)
    async with asyncio.timeout(60), node(store, model) as one, asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(_problem(Files(one.sessions), path))
        await model.asked.wait()
        (live,) = one.sessions.kept()
        draining = tasks.create_task(one.sessions.drain(10))
        await asyncio.sleep(0)
        model.open.set()
        await draining
        assert await asking == "restarting"
        stored = await store.segments(live.meeting)
    assert stored[0].segment.text == TEXTS[0]


async def _problem(files: Files, path: Path) -> str:
    with pytest.raises(Overloaded) as caught:
        await hear(files, path)
    return caught.value.code
