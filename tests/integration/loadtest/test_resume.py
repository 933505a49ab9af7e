"""A speaker whose connections are lost: nothing is missing, nothing is doubled, and no one waits for ever."""

from collections.abc import AsyncIterator

import numpy as np
import pytest

from loadtest.backoff import Backoff
from loadtest.client import Audio, Speaker, WireError, run
from loadtest.memory import Memory
from loadtest.plan import Network
from loadtest.records import Arrival, Log
from tests.support.resuming_wire import SECOND, ResumingWire, resuming_wire


def speech(seconds: int) -> list[Audio]:
    """Each second is a level of its own."""
    return [np.full(16_000, (second + 1) / 32_767, np.float32) for second in range(seconds)]


def texts(log: Log) -> list[str]:
    return [arrival.message["text"] for arrival in log.of("caption")]


def whole(seconds: int) -> list[str]:
    return [str(second + 1) for second in range(seconds)]


def quick(patience: float = 5.0) -> Backoff:
    return Backoff("test", patience)


def ignore(arrival: Arrival) -> None:
    """Nobody listens."""


async def stream(wire: ResumingWire, seconds: int = 9, speed: float = 0, **options: object) -> Log:
    """Say so many seconds to `wire`; what was sent and heard."""
    async with resuming_wire(wire) as url:
        speaker = Speaker(url, speed=speed, backoff=quick(), **options)  # type: ignore[arg-type]
        return await run(speaker, speech(seconds), ignore)


@pytest.mark.parametrize("close", [None, 1001, 1012, 1013])
async def test_a_cut_connection_leaves_no_hole_and_no_doubled_caption(close: int | None) -> None:
    wire = ResumingWire(cuts=[2, 5, 5], close=close)
    log = await stream(wire)
    assert texts(log) == whole(9)
    assert len(wire.audio) == 9 * SECOND
    assert log.reconnects == 3
    resumes = [message for message in wire.heard if message["type"] == "resume"]
    assert [resume["session"] for resume in resumes] == ["s1"] * 3
    assert [resume["token"] for resume in resumes] == ["t1"] * 3


async def test_a_server_that_forgot_gets_the_audio_again_and_its_captions_are_shown_once() -> None:
    wire = ResumingWire(cuts=[3, 6], forgetful=True)
    log = await stream(wire)
    assert texts(log) == whole(9)
    assert len(wire.audio) == 9 * SECOND
    assert wire.received > len(wire.audio)
    assert log.resent >= (wire.received - len(wire.audio)) / SECOND
    assert log.dropped == 0


async def test_a_server_that_goes_away_says_when_and_with_which_token_to_come_back() -> None:
    wire = ResumingWire(cuts=[2], retry_after=0.3)
    told: list[str] = []
    log = await stream(wire, 4, notice=told.append)
    assert texts(log) == whole(4)
    assert [message["token"] for message in wire.heard if message["type"] == "resume"] == ["t2"]
    assert told[0].startswith("The server is going away. Trying again in 0.")
    assert told[1].startswith("Connected again")
    (resumed,) = log.of("resumed")
    assert resumed.at - log.of("goaway")[0].at >= 0.3


async def test_a_full_server_is_asked_again_until_it_has_room() -> None:
    wire = ResumingWire(cuts=[2], refusals=[503, 503])
    log = await stream(wire, 4)
    assert texts(log) == whole(4)
    assert wire.refusals == []


async def test_a_refusal_for_good_ends_the_stream_at_once() -> None:
    with pytest.raises(WireError, match="No room"):
        await stream(ResumingWire(cuts=[2], refusals=[403]), 4)


async def test_a_session_that_is_gone_ends_the_stream_in_the_servers_words() -> None:
    with pytest.raises(WireError, match="There is no such session") as caught:
        await stream(ResumingWire(cuts=[2], gone=True), 4)
    assert caught.value.code == "session_not_found"


async def test_a_server_that_never_comes_back_is_given_up_with_the_time_said() -> None:
    wire = ResumingWire(cuts=[2], refusals=[503] * 1000)
    async with resuming_wire(wire) as url:
        speaker = Speaker(url, speed=0, backoff=quick(0.5))
        with pytest.raises(WireError, match=r"No room\. The stream could not be resumed within 0\.5 s"):
            await run(speaker, speech(4), ignore)


async def test_a_connection_lost_after_the_last_word_is_resumed_for_the_end() -> None:
    class Deaf(ResumingWire):
        async def _obey(self, socket, message):  # type: ignore[no-untyped-def]
            if message["type"] == "stop" and not any(one["type"] == "resume" for one in self.heard):
                socket.transport.abort()
                return True
            return await super()._obey(socket, message)

    log = await stream(Deaf(), 3)
    assert texts(log) == whole(3)
    assert log.of("ended")
    assert log.reconnects == 1


async def test_an_end_that_was_lost_on_the_way_is_still_the_end() -> None:
    log = await stream(ResumingWire(mute=True), 3)
    assert texts(log) == whole(3)
    assert not log.of("ended")


async def test_a_silent_connection_is_taken_for_lost() -> None:
    """The server stops reading and answering; the speaker finds out by its pings."""

    class Frozen(ResumingWire):
        async def _tell(self, socket, index, caption):  # type: ignore[no-untyped-def]
            if index == 1 and not any(one["type"] == "resume" for one in self.heard):
                socket.transport.pause_reading()
                while not any(one["type"] == "resume" for one in self.heard):
                    self.news.clear()
                    await self.news.wait()
                socket.transport.abort()
            await super()._tell(socket, index, caption)

    log = await stream(Frozen(), 4, patience=0.3)
    assert texts(log) == whole(4)


async def test_a_person_speaks_on_while_the_connection_is_away() -> None:
    wire = ResumingWire(cuts=[3], retry_after=0.6)
    log = await stream(wire, 16, speed=8, live=True)
    assert texts(log) == whole(16)
    away = log.of("resumed")[0].at - log.of("goaway")[0].at
    assert log.of("resumed")[0].sent - log.of("goaway")[0].sent >= 0.9 * away * 8 - 0.1


async def test_what_a_person_says_beyond_memory_is_lost_and_told() -> None:
    wire = ResumingWire(cuts=[2], retry_after=0.5)
    told: list[str] = []
    log = await stream(wire, 8, speed=8, live=True, memory=Memory(seconds=1), notice=told.append)
    assert len(wire.audio) == 8 * SECOND
    assert 0 < log.dropped < 6
    silent = bytes(wire.audio).count(b"\0\0") / 16_000
    assert silent == pytest.approx(log.dropped, abs=0.01)
    assert any("are lost" in sentence for sentence in told)


async def test_a_source_that_can_wait_is_not_read_beyond_memory() -> None:
    read = 0

    async def source() -> AsyncIterator[Audio]:
        nonlocal read
        for piece in speech(60):
            read += 1
            yield piece

    wire = ResumingWire(acknowledges=False)
    async with resuming_wire(wire) as url:
        speaker = Speaker(url, speed=0, memory=Memory(seconds=5))

        def heard(arrival: Arrival) -> None:
            if arrival.message.get("text") == "5":
                speaker.stop()

        log = await run(speaker, source(), heard)
    assert read <= 8
    assert log.dropped == 0


async def test_a_network_that_cuts_connections_costs_no_word() -> None:
    wire = ResumingWire()
    log = await stream(wire, 8, speed=4, network=Network(cut_every=0.5), seed="1", live=True)
    assert texts(log) == whole(8)
    assert log.reconnects >= 2
