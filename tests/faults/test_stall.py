"""A model that stalls, or does not come back, costs time, and no healthy session a word.

Speakers talk in real time over real sockets; the scheduler, its threads and the watchdog are the real ones,
and the engine reads scripted speech. `STENO_FAULT_STALL` is the number of seconds for which the model stalls,
with twenty speakers then; without it five seconds and six speakers.
"""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from asr.types import DecodeRequest, Hypothesis, Kind, Waveform
from asr.worker import Worker
from tests.fakes.recognizer import transcribe
from tests.fakes.store import MemoryStore
from tests.support.busy import times_slower
from tests.support.node import Node, node, wire_audio
from tests.support.scripted_steno import ScriptedEngine
from tests.support.speech import VOCABULARY, join, say, silence
from tests.support.wire import Wire, pieces, wire

pytestmark = pytest.mark.timeout(600)

GIVEN = os.environ.get("STENO_FAULT_STALL")
STALL = float(GIVEN or 5)
SPEAKERS = 20 if GIVEN else 6
BEFORE, AFTER = 1.0, 2.0
"""Seconds of speech before the stall and after it, at the least."""
UTTERANCE = 3.0
WAITING, GIVING_UP = (0.5, 1.0) if GIVEN else (1.0, 20.0)
"""How fast the worker's clock goes, so that the stall ends before the limit, and after it."""
QUICK = 30.0
"""The same where the limit is to be passed in a test's time."""
PROMPT = 2.0
"""Seconds for an answer that needs no model, on a machine that others use too."""
FRAME = 3_200
POISON = "zero"


class Stalling(ScriptedEngine):
    """Reads scripted speech, while it may; it never comes back from `POISON` before the end."""

    def __init__(self) -> None:
        super().__init__()
        self.going = threading.Event()
        self.going.set()
        self.over = threading.Event()
        self.entered = 0

    def seconds(self) -> dict[tuple[str, str], float]:
        """Not counted."""
        return {}

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """What stands in the windows."""
        self.entered += 1
        self.going.wait()
        hypotheses = [transcribe(request) for request in requests]
        if any(POISON in one.text.split() for one in hypotheses):
            self.over.wait()
        return hypotheses


@dataclass
class Speaker:
    """Somebody who says `texts` in real time, and how the server treats them meanwhile."""

    texts: Sequence[str]
    interim: bool = True
    heard: list[dict[str, Any]] = field(default_factory=list)
    close: int = 0
    slowest_pong: float = 0.0
    late: float = 0.0
    """Seconds from the last word to the end of the session."""

    async def talk(self, url: str) -> None:
        """Say it all, and stay to the end."""
        async with wire(url) as client, asyncio.TaskGroup() as tasks:
            client.heard = self.heard
            await client.start(languages=["en"], interim=self.interim)
            closed = tasks.create_task(client.rest(500))
            began = time.monotonic()
            for at, piece in enumerate(pieces(wire_audio(self.audio), FRAME)):
                await client.say(piece)
                if at % 5 == 0:
                    await self._ping(client)
                await asyncio.sleep(max(0.0, began + (at + 1) / 10 - time.monotonic()))
            await client.say({"type": "stop"})
            said = time.monotonic()
            self.close = await closed
            self.late = time.monotonic() - said

    async def _ping(self, client: Wire) -> None:
        asked = time.monotonic()
        await (await client.socket.ping())
        self.slowest_pong = max(self.slowest_pong, time.monotonic() - asked)

    @property
    def audio(self) -> Waveform:
        """The utterances, each in its time."""
        said = [say(text) for text in self.texts]
        return join(*(join(one, silence(UTTERANCE - len(one) / 16_000)) for one in said))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The messages of a type."""
        return [message for message in self.heard if message["type"] == kind]

    @property
    def finals(self) -> list[str]:
        """The final texts in order."""
        return [caption["text"] for caption in self.of("caption") if caption["final"]]

    def assert_whole(self) -> None:
        """Nothing was lost, doubled or refused."""
        assert self.close == 1000, self.of("error")
        assert self.finals == list(self.texts)
        assert self.of("gap") == []
        (ended,) = self.of("ended")
        coverage = ended["coverage"]
        assert coverage["lost"] == coverage["quarantined"] == 0
        assert coverage["received"] == pytest.approx(len(self.texts) * UTTERANCE, abs=0.01)
        assert coverage["transcribed"] + coverage["silence"] == pytest.approx(coverage["received"], abs=0.01)


def speakers(number: int, seconds: float) -> list[Speaker]:
    """People who say different things for so long."""
    words = [word for word in VOCABULARY if word != POISON]
    count = round(seconds / UTTERANCE + 0.5)
    return [
        Speaker(
            [" ".join(words[(7 * one + 3 * at + k) % len(words)] for k in range(6)) for at in range(count)]
        )
        for one in range(number)
    ]


@asynccontextmanager
async def stalling(speed: float = 1.0) -> AsyncIterator[tuple[Node, Stalling, Worker]]:
    """A node whose model may stall; its worker's clock goes at `speed`."""
    engine = Stalling()
    worker = Worker(lambda: engine, max_batch=8, clock=_clock(speed), lanes=2)
    async with worker.running():
        await worker.wait_ready()
        # What was never measured is allowed more time than this test has.
        await worker.decode(DecodeRequest("first", 1, Kind.FINAL, say("one"), 0, 0.0))
        try:
            async with node(MemoryStore(), worker, idle_seconds=STALL / 2, places=64) as serving:
                yield serving, engine, worker
        finally:
            engine.going.set()
            engine.over.set()


def _clock(speed: float) -> Callable[[], float]:
    return lambda: time.monotonic() * speed


async def stall(engine: Stalling) -> None:
    """Stall the model for a while, in the midst of it all."""
    await asyncio.sleep(BEFORE)
    engine.going.clear()
    await asyncio.sleep(STALL)
    engine.going.set()


def told(people: Sequence[Speaker], worker: Worker) -> None:
    """Show the figures."""
    counts = worker.statistics()
    pong, end = max(one.slowest_pong for one in people), max(one.late for one in people)
    print(
        f"{len(people)} speakers, stalled for {STALL:g} s: slowest pong {pong:.3f} s, end {end:.2f} s after "
        f"the last word; batches {counts.batches}, given up {counts.given_up}, late {counts.came_late}, "
        f"windows retried {counts.retried}, failed {counts.failed}"
    )


@pytest.mark.parametrize("speed", [WAITING, GIVING_UP], ids=["waited_for", "given_up"])
async def test_a_stall_closes_no_session_and_costs_no_word(speed: float) -> None:
    people = speakers(SPEAKERS, BEFORE + STALL + AFTER)
    for one in people:
        # Without drafts the batch that is given up holds whole utterances, which must be asked again.
        one.interim = speed == WAITING
    async with stalling(speed) as (serving, engine, worker):
        async with asyncio.TaskGroup() as tasks:
            for one in people:
                tasks.create_task(one.talk(serving.url))
            tasks.create_task(stall(engine))
        told(people, worker)
        counts = worker.statistics()
    for one in people:
        one.assert_whole()
    assert (counts.given_up > 0) == (counts.retried > 0) == (speed == GIVING_UP)
    assert max(one.slowest_pong for one in people) < PROMPT
    assert max(one.late for one in people) < 2 * UTTERANCE


async def test_a_sender_who_is_held_back_is_not_idle() -> None:
    (reader,) = speakers(1, 600.0)
    async with stalling() as (serving, engine, _):
        engine.going.clear()
        # A client that is held back reads no pong either, since both come in one stream.
        async with wire(serving.url, ping_interval=None) as client, asyncio.TaskGroup() as tasks:
            client.heard = reader.heard
            await client.start(languages=["en"])
            closed = tasks.create_task(client.rest(500))
            sending = tasks.create_task(client.send(pieces(wire_audio(reader.audio), FRAME)))
            await asyncio.sleep(STALL)
            assert not sending.done(), "the server takes no more than it can keep"
            engine.going.set()
            await sending
            await client.say({"type": "stop"})
            reader.close = await closed
    reader.assert_whole()


async def test_a_window_that_hangs_the_model_costs_its_own_words_alone() -> None:
    *others, poisonous = speakers(3, 6.0)
    poisonous.texts = [f"one {POISON} two", *poisonous.texts[1:]]
    async with stalling(QUICK / times_slower()) as (serving, _, worker):
        async with asyncio.TaskGroup() as tasks:
            for one in (*others, poisonous):
                tasks.create_task(one.talk(serving.url))
        counts = worker.statistics()
    for one in others:
        one.assert_whole()
    assert poisonous.close == 1000
    assert poisonous.finals[1 - len(poisonous.texts) :] == list(poisonous.texts[1:])
    (gap,) = poisonous.of("gap")
    assert gap["reason"] == "engine_timeout"
    (ended,) = poisonous.of("ended")
    coverage = ended["coverage"]
    assert coverage["lost"] == pytest.approx(gap["end"] - gap["start"], abs=0.01)
    parts = sum(coverage[part] for part in ("transcribed", "silence", "quarantined", "lost"))
    assert parts == pytest.approx(coverage["received"], abs=0.01)
    assert poisonous.of("ack")[-1]["position"] == round(coverage["received"] * 16_000)
    assert counts.failed >= 1
    assert counts.given_up == counts.stuck
