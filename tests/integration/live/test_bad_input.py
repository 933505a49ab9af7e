"""Bad input on a real server: a stable code, one clear sentence, the right close code, and nothing lost.

Each case while live sends one sentence first and then does the wrong thing in the same stream; the sentence
must be stored, and the server must take the next stream as if nothing had happened.
"""

import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.plain import plain_http
from tests.support.process import Server, steno
from tests.support.recordings import encoded, s16, sentence
from tests.support.wire import PCM, Wire, pieces, wire

Act = Callable[[Wire], Awaitable[None]]


def says(message: object) -> Act:
    async def act(client: Wire) -> None:
        await client.say(message)

    return act


def starts(audio: object = None, **fields: Any) -> Act:
    return says({"type": "start", "audio": PCM if audio is None else audio, **fields})


AT_ONCE: dict[str, tuple[Act, str, int]] = {
    "binary before start": (says(b"\0\0"), "not_started", 1002),
    "stop before start": (says({"type": "stop"}), "not_started", 1002),
    "no JSON": (says("hello"), "bad_json", 1002),
    "JSON that is no object": (says("[1, 2]"), "bad_json", 1002),
    "JSON without end": (says("[" * 60_000), "bad_json", 1002),
    "unknown type": (says({"type": "begin"}), "unknown_type", 1002),
    "no type": (says({"audio": PCM}), "unknown_type", 1002),
    "no audio format": (says({"type": "start"}), "invalid_field", 1002),
    "unknown encoding": (starts({"encoding": "pcm_u9"}), "unknown_encoding", 1003),
    "a rate of 0": (starts({**PCM, "sample_rate": 0}), "bad_sample_rate", 1003),
    "a rate of 1 MHz": (starts({**PCM, "sample_rate": 1_000_000}), "bad_sample_rate", 1003),
    "a rate in words": (starts({**PCM, "sample_rate": "fast"}), "invalid_field", 1002),
    "no channels": (starts({**PCM, "channels": 0}), "bad_channels", 1003),
    "99 channels": (starts({**PCM, "channels": 99}), "bad_channels", 1003),
    "endpointing of a minute": (starts(endpointing_ms=60_000), "invalid_field", 1002),
    "a meeting that does not exist": (starts(meeting="mtg_nowhere"), "meeting_not_found", 1008),
    "a language that the model lacks": (starts(languages=["ru"]), "language_not_supported", 1008),
    "a session that does not exist": (
        says({"type": "resume", "session": "ses_x", "token": "t", "seq": 0}),
        "session_not_found",
        1008,
    ),
    "a message of 100 KB": (says('{"type": "start", "title": "' + "x" * 100_000), "message_too_big", 1009),
    "a frame of 2 MiB": (says(b"\0" * (2 << 20)), "frame_too_big", 1009),
}

WHILE_LIVE: dict[str, tuple[Act, str, int]] = {
    "an odd number of bytes": (says(b"\0" * 641), "audio_misaligned", 1003),
    "text where audio should be": (says("la la la"), "bad_json", 1002),
    "audio as JSON": (says({"type": "audio", "data": "AAAA"}), "unknown_type", 1002),
    "a second start": (starts(), "already_started", 1002),
    "a frame of 2 MiB": (says(b"\0" * (2 << 20)), "frame_too_big", 1009),
    "a flush with a wrong id": (says({"type": "flush", "id": 7}), "invalid_field", 1002),
}


@pytest.mark.parametrize("case", AT_ONCE)
async def test_a_stream_that_cannot_begin_says_why(tiny_server: Server, case: str) -> None:
    act, code, close = AT_ONCE[case]
    async with wire(tiny_server.stream) as client:
        await act(client)
        assert await client.rest() == close
    _assert_told(client, code)
    await _assert_serving(tiny_server)


@pytest.mark.parametrize("case", WHILE_LIVE)
async def test_a_fault_while_live_keeps_what_was_said(tiny_server: Server, case: str) -> None:
    act, code, close = WHILE_LIVE[case]
    async with wire(tiny_server.stream) as client:
        await client.start(interim=False)
        await client.send(pieces(s16(sentence()), 1280))
        await act(client)
        assert await client.rest() == close
    _assert_told(client, code)
    await _assert_kept(tiny_server, client)


async def test_silence_of_the_client_closes_the_stream_and_keeps_what_was_said(models: Path) -> None:
    with steno("tiny.en", models, idle_seconds="1", resume_seconds="1") as server:
        async with wire(server.stream) as client:
            ready = await client.start(interim=False)
            await client.send(pieces(s16(sentence()), 1280))
            assert await client.rest() == 4408
        _assert_told(client, "idle")
        viewers = f"{server.url.replace('http', 'ws', 1)}/v1/meetings/{ready['meeting']}/captions"
        async with wire(viewers) as viewer:
            assert await viewer.rest() == 1000
        viewer.heard.insert(0, ready)
        await _assert_kept(server, viewer)


async def test_a_container_cut_short_gives_what_it_held(tiny_server: Server) -> None:
    data = encoded(sentence(), "webm", "libopus", 48_000)
    client = await _container(tiny_server, data[: len(data) * 3 // 4])
    assert "morning" in client.text
    await _assert_serving(tiny_server)


async def test_a_container_that_turns_to_garbage_gives_what_came_before(tiny_server: Server) -> None:
    data = encoded(sentence(), "ogg", "libopus", 48_000)
    client = await _container(tiny_server, data[: len(data) * 3 // 4] + b"\x55\xaa" * 50_000)
    assert "morning" in client.text
    await _assert_serving(tiny_server)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"this is a letter, not a recording. " * 200, "container_unreadable"),
        (b"\x00" * 100_000, "container_unreadable"),
        (b"RIFF" + struct.pack("<I", 2**31) + b"WAVEjunk" * 4000, "container_unreadable"),
    ],
    ids=["text", "zeros", "a false header"],
)
async def test_what_is_no_audio_is_refused(tiny_server: Server, data: bytes, code: str) -> None:
    async with wire(tiny_server.stream) as client:
        await client.start({"encoding": "auto"})
        await client.send(pieces(data, 4000))
        await client.say({"type": "stop"})
        assert await client.rest() == 1003
    _assert_told(client, code)
    await _assert_serving(tiny_server)


async def test_a_container_without_a_byte_ends_in_peace(tiny_server: Server) -> None:
    async with wire(tiny_server.stream) as client:
        await client.start({"encoding": "auto"})
        await client.say({"type": "stop"})
        assert await client.rest() in {1000, 1003}
    assert client.text == ""
    await _assert_serving(tiny_server)


@pytest.mark.eval
async def test_every_broken_recording_of_the_set_ends_in_order(
    tiny_server: Server, eval_manifest: tuple[Any, ...]
) -> None:
    for recording in eval_manifest:
        if recording.kind != "broken":
            continue
        async with wire(tiny_server.stream) as client:
            await client.start({"encoding": "auto"}, interim=False)
            await client.send(pieces(recording.path.read_bytes(), 8000))
            await client.say({"type": "stop"})
            close = await client.rest()
        problems = client.of("error")
        assert (close, bool(problems)) in {(1000, False), (1003, True)}, recording.file
        if problems:
            _assert_told(client, problems[0]["code"])
    await _assert_serving(tiny_server)


async def _container(server: Server, data: bytes) -> Wire:
    async with wire(server.stream) as client:
        await client.start({"encoding": "auto"}, interim=False)
        await client.send(pieces(data, 1000))
        await client.say({"type": "stop"})
        await client.rest()
    return client


def _assert_told(client: Wire, code: str) -> None:
    (problem,) = client.of("error")
    assert problem["code"] == code
    assert problem["fatal"] is True
    message = problem["message"]
    assert not message[0].islower()
    assert message.endswith(".")
    assert len(message) < 400
    assert "Traceback" not in message
    assert client.heard[-1] is problem, "nothing follows a fatal error"


async def _assert_kept(server: Server, client: Wire) -> None:
    """What was final is in the transcript; the server still serves."""
    assert "Good morning" in client.text
    meeting = client.of("ready")[0]["meeting"]
    async with plain_http(server.url) as http:
        transcript = (await http.get(f"/v1/meetings/{meeting}/transcript")).json()
        status = (await http.get(f"/v1/meetings/{meeting}")).json()["status"]
    assert " ".join(segment["text"] for segment in transcript["segments"]) == client.text
    assert status == "ended"
    await _assert_serving(server)


async def _assert_serving(server: Server) -> None:
    async with wire(server.stream) as client:
        assert (await client.start())["session"]
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
