"""Whoever is too fast waits, whoever is too slow is sent away and may return, and a ping waits for nobody.

Real sockets, with the server's own way of reading them.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence

import pytest
from websockets.exceptions import ConnectionClosed

from asr.types import DecodeRequest, Hypothesis
from asr.worker import Worker
from server.app import SWITCH_INTERVAL
from server.live.hub import Subscription
from server.looplag import LoopLag
from streaming.driver import MAX_WAITING_SECONDS
from tests.fakes.recognizer import ScriptedRecognizer
from tests.fakes.store import MemoryStore
from tests.integration.http.conftest import Site, serve
from tests.integration.http.test_captions import message, watch
from tests.support.looking import at_once, eventually
from tests.support.node import FRAME, node, wire_audio
from tests.support.scripted_steno import ScriptedEngine
from tests.support.speech import VOCABULARY, join, say, silence
from tests.support.wire import pieces, wire

SENTENCE = join(say(" ".join(VOCABULARY[:20])), silence(1.0))
MINUTE = 32_000 * 60
"""Bytes of audio."""
ON_THE_WAY = 12 << 20
"""Bytes that the system's buffers of one local connection may hold."""
BUSY = 2.0
"""Seconds for which the hungry model keeps the interpreter busy, for each batch."""
PROMPT = 1.0
"""Seconds in which a ping is answered at the latest, on a machine that others use too."""


class Held(ScriptedRecognizer):
    """Answers nothing until it may."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()

    async def decode(self, request: DecodeRequest) -> Hypothesis:
        """The words of the window, once it is free."""
        await self.free.wait()
        return await super().decode(request)


async def test_a_sender_who_is_too_fast_is_slowed_down_by_tcp_and_loses_nothing() -> None:
    model = Held()
    audio = wire_audio(join(*[SENTENCE] * 120))
    assert len(audio) > 10 * MINUTE
    sent = 0
    async with node(MemoryStore(), model) as one, wire(one.url) as client, asyncio.TaskGroup() as tasks:
        await client.start(interim=False)
        (live,) = one.sessions.kept()

        async def send() -> None:
            nonlocal sent
            for piece in pieces(audio, 10 * FRAME):
                await client.say(piece)
                sent += len(piece)

        sending = tasks.create_task(send())
        await eventually(lambda: at_once(live.session.waiting_seconds > MAX_WAITING_SECONDS))
        # Were it not held up, all would be sent and taken in less time.
        await asyncio.wait([sending], timeout=2.0)
        assert not sending.done()
        assert live.session.waiting_seconds < MAX_WAITING_SECONDS + 10
        assert sent < live.session.position * 2 + ON_THE_WAY
        model.free.set()
        await sending
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    (ended,) = client.of("ended")
    assert ended["duration"] == pytest.approx(len(audio) / 32_000)
    assert ended["coverage"]["lost"] == 0.0
    assert [final["text"] for final in client.finals] == [" ".join(VOCABULARY[:20])] * 120


class Hungry(ScriptedEngine):
    """Keeps the interpreter busy while it decodes, as no real model does for so long."""

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """What stands in the windows, after a while of counting."""
        until = time.monotonic() + BUSY
        while time.monotonic() < until:
            pass
        return super().decode_batch(requests)


@pytest.fixture
def _switching_as_the_server_does() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_switching_as_the_server_does")
async def test_a_busy_model_never_delays_a_ping() -> None:
    worker = Worker(Hungry, max_batch=1, clock=time.monotonic)
    lags: list[float] = []
    waits: list[float] = []
    async with worker.running(), node(MemoryStore(), worker) as one, wire(one.url) as client:
        await worker.wait_ready()
        await client.start()
        with LoopLag(lags.append).measured():
            await client.send(pieces(wire_audio(SENTENCE), FRAME))
            for _ in range(100):
                asked = time.monotonic()
                await client.say({"type": "ping"})
                await client.until("pong")
                waits.append(time.monotonic() - asked)
                if client.finals:
                    break
                await asyncio.sleep(0.02)
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    assert worker.statistics().busy_seconds >= BUSY
    assert len(waits) > 10
    assert max(waits) < PROMPT
    assert max(lags) < PROMPT
    assert client.text == " ".join(VOCABULARY[:20])


async def test_a_viewer_who_is_sent_away_again_and_again_sees_every_final_once() -> None:
    big = "слово" * 20_000
    seen: list[str] = []
    since = sent_away = 0
    async with serve(Site(outbox=8)) as site:
        name = await site.live_meeting()
        for _ in range(3):
            unread = {"max_queue": 1, "max_size": None, "compression": None}
            async with watch(site, name, f"?since={since}", **unread) as socket:
                viewers: set[Subscription] = set()
                async with asyncio.timeout(60):
                    while not any(viewer.failed.is_set() for viewer in viewers):
                        viewers |= site.hub._viewers
                        await site.say(name, f"seg{site.hub._topics[name].last_seq + 1}", big)
                        await asyncio.sleep(0)
                try:
                    while (heard := await message(socket))["type"] != "error":
                        seen.append(heard["segment"])
                        since = heard["seq"]
                    await message(socket)
                except ConnectionClosed as closed:
                    sent_away += closed.rcvd is not None and closed.rcvd.code == 4409
        said = site.hub._topics[name].last_seq
        async with watch(site, name, f"?since={since}", max_size=None) as socket:
            while len(seen) < said:
                seen.append((await message(socket))["segment"])
    assert sent_away == 3
    assert seen == [f"seg{number}" for number in range(1, said + 1)]
