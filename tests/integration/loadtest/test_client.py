"""The client against a real socket: pace, order, and one clear error for whatever goes wrong."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest

from loadtest.client import Audio, Speaker, WireError, run, stream_url
from loadtest.records import Arrival
from tests.support.scripted_wire import ENDED, READY, Script, caption, scripted_wire

SECOND = np.linspace(-1, 1, 16_000, dtype=np.float32)


def ignore(arrival: Arrival) -> None:
    """Nobody listens."""


async def test_all_audio_arrives_and_every_message_is_heard_in_order() -> None:
    script = Script(on_audio=lambda seconds: [caption("hello")] if seconds == 3 else [])
    heard: list[Arrival] = []
    async with scripted_wire(script) as url:
        log = await run(Speaker(url, {"languages": ["en"]}, speed=0), [SECOND] * 3, heard.append)
    assert [arrival.message["type"] for arrival in heard] == ["ready", "caption", "ended"]
    assert heard == log.arrivals
    assert heard[-1].sent == log.sent == 3.0
    expected = (np.tile(SECOND, 3) * 32767).round().astype("<i2").tobytes()
    assert bytes(script.audio) == expected
    assert script.received[0] == {
        "type": "start",
        "audio": {"encoding": "pcm_s16le", "sample_rate": 16_000, "channels": 1},
        "languages": ["en"],
    }
    assert script.received[1] == {"type": "stop"}
    assert script.paths == ["/v1/stream"]


async def test_audio_goes_out_at_the_chosen_speed() -> None:
    async with scripted_wire(Script()) as url:
        log = await run(Speaker(url, speed=4), [SECOND[:8_000]], ignore)
    assert log.positions[:2] == [0.04, 0.08]
    assert log.moments[-1] - log.moments[0] >= (0.5 - 0.04) / 4 - 0.005


@pytest.mark.parametrize(("speed", "patience"), [(1.0, 20.0), (0.0, None)])
async def test_without_a_pace_a_server_may_take_its_time(speed: float, patience: float | None) -> None:
    """It reads no further while it is behind, and its answer to a ping comes after all audio before it."""
    async with scripted_wire(Script()) as url, Speaker(url, speed=speed) as speaker:
        assert speaker._link._open_socket.ping_timeout == patience


async def test_an_asynchronous_source_in_odd_pieces_is_sent_whole() -> None:
    async def source() -> AsyncIterator[Audio]:
        for size in (1, 639, 641, 10_000, 0, 7):
            yield SECOND[:size]

    script = Script()
    async with scripted_wire(script) as url:
        await run(Speaker(url, speed=0), source(), ignore)
    assert len(script.audio) == 2 * (1 + 639 + 641 + 10_000 + 7)


async def test_stopping_early_still_waits_for_the_end() -> None:
    script = Script()
    async with scripted_wire(script) as url:
        speaker = Speaker(url, speed=1)

        def stop(arrival: Arrival) -> None:
            speaker.stop()

        log = await run(speaker, [SECOND] * 600, stop)
    assert log.arrivals[-1].message == ENDED
    assert log.sent < 60


async def test_the_key_is_shown() -> None:
    script = Script()
    async with scripted_wire(script) as url:
        await run(Speaker(url, key="sk_test", speed=0), [SECOND], ignore)
    assert script.headers["Authorization"] == "Bearer sk_test"


async def test_a_refusal_is_told_in_the_servers_words() -> None:
    async with scripted_wire(Script(refuse=401)) as url:
        with pytest.raises(WireError, match="Show a valid key") as caught:
            await run(Speaker(url), [SECOND], ignore)
    assert caught.value.code == "unauthorized"


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), (None, 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0)]
)
async def test_a_refusal_says_when_to_come_again(header: str | None, seconds: float) -> None:
    async with scripted_wire(Script(refuse=503, retry_after=header)) as url:
        with pytest.raises(WireError) as caught:
            await run(Speaker(url), [SECOND], ignore)
    assert caught.value.retry_after == seconds


async def test_a_fatal_error_ends_the_stream_with_its_code() -> None:
    error = {"type": "error", "code": "bad_language", "message": "xx is no language.", "fatal": True}
    async with scripted_wire(Script(on_start=[error])) as url:
        with pytest.raises(WireError, match=r"xx is no language\.") as caught:
            await run(Speaker(url), [SECOND] * 600, ignore)
    assert caught.value.code == "bad_language"


async def test_an_error_that_is_not_fatal_is_only_heard() -> None:
    error = {"type": "error", "code": "odd", "message": "Odd.", "fatal": False}
    async with scripted_wire(Script(on_start=[READY, error])) as url:
        log = await run(Speaker(url, speed=0), [SECOND], ignore)
    assert len(log.of("error")) == 1


async def test_a_connection_that_closes_too_early_is_an_error_with_its_code() -> None:
    async with scripted_wire(Script(close=1013)) as url:
        with pytest.raises(WireError, match=r"close code 1013, as scripted") as caught:
            await run(Speaker(url), [SECOND] * 600, ignore)
    assert caught.value.code == "connection_lost"


async def test_nobody_listening_is_said_plainly() -> None:
    async with scripted_wire(Script()) as url:
        pass
    with pytest.raises(WireError, match="No server answers") as caught:
        await run(Speaker(url), [SECOND], ignore)
    assert caught.value.code == "unreachable"


async def test_what_the_audio_source_raises_comes_through_by_itself() -> None:
    def source() -> Iterator[Audio]:
        yield SECOND
        raise OSError("the disk is gone")

    script = Script()
    async with scripted_wire(script) as url:
        with pytest.raises(OSError, match="the disk is gone"):
            await run(Speaker(url, speed=0), source(), ignore)
        await asyncio.wait_for(script.gone.wait(), 5)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("ws://host:1", "ws://host:1/v1/stream"),
        ("http://host:1/", "ws://host:1/v1/stream"),
        ("https://host", "wss://host/v1/stream"),
        ("wss://host/v1/stream", "wss://host/v1/stream"),
    ],
)
def test_an_address_may_be_given_as_the_server_prints_it(given: str, used: str) -> None:
    assert stream_url(given) == used


@pytest.mark.parametrize("given", ["host:8080", "ftp://host", ""])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(WireError, match="is not an address"):
        stream_url(given)
