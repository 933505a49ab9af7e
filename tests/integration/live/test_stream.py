"""`WS /v1/stream` on a real server with a real model: real speech in, captions out, everything read back."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.support.plain import plain_http
from tests.support.process import Server, steno
from tests.support.recordings import RATE, Samples, s16, samples, sentence
from tests.support.wire import Wire, pieces, wire

FRAME = 1_280
"""Bytes of 40 ms."""


async def test_captions_appear_while_the_speaker_still_speaks(tiny_server: Server) -> None:
    async with wire(tiny_server.stream) as client:
        await client.start(languages=["en"])
        audio = s16(samples()[: 8 * RATE])
        await client.send(pieces(audio[: 5 * 2 * RATE], FRAME))
        first = await client.until("caption")
        assert first["text"] or first["pending"]
        assert first["seq"] == 1
        await client.send(pieces(audio[5 * 2 * RATE :], FRAME))
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    assert "Good morning" in client.text
    assert [caption["seq"] for caption in client.of("caption")] == list(
        range(1, len(client.of("caption")) + 1)
    )


async def test_what_was_settled_is_never_taken_back(tiny_server: Server) -> None:
    async with wire(tiny_server.stream) as client:
        await client.start(languages=["en"])
        for piece in pieces(s16(samples()[: 30 * RATE]), 2 * RATE // 2):
            await client.say(piece)
            await asyncio.sleep(0)
        await client.say({"type": "stop"})
        await client.rest()
    shown: dict[str, dict[str, object]] = {}
    for caption in client.of("caption"):
        before = shown.get(caption["segment"])
        if before is not None:
            assert not before["final"]
            assert str(caption["text"]).startswith(str(before["text"]))
            assert caption["end"] >= before["end"]
        shown[caption["segment"]] = caption
    assert all(caption["final"] for caption in shown.values())


async def test_a_final_has_words_with_times_inside_the_audio(tiny_server: Server) -> None:
    client = await _say(tiny_server, sentence())
    words = [word for caption in client.finals for word in caption["words"]]
    assert " ".join(word["word"] for word in words) == client.text
    assert all(0 <= word["start"] <= word["end"] <= 3.2 for word in words)
    assert [word["start"] for word in words] == sorted(word["start"] for word in words)
    assert all(0 < word["confidence"] <= 1 for word in words)


async def test_the_coverage_accounts_for_every_sample(tiny_server: Server) -> None:
    client = await _say(tiny_server, sentence())
    (ended,) = client.of("ended")
    coverage = ended["coverage"]
    assert ended["duration"] == coverage["received"] == pytest.approx(3.1, abs=0.001)
    parts = coverage["transcribed"] + coverage["silence"] + coverage["quarantined"] + coverage["lost"]
    assert parts == pytest.approx(coverage["received"], abs=0.002)
    assert coverage["lost"] == 0


async def test_flush_finishes_what_was_heard_and_the_stream_goes_on(tiny_server: Server) -> None:
    async with wire(tiny_server.stream) as client:
        await client.start(interim=False)
        await client.send(pieces(s16(samples()[: int(1.4 * RATE)]), FRAME))
        await client.say({"type": "flush", "id": "now"})
        flushed = await client.until("flushed")
        assert flushed["id"] == "now"
        assert flushed["position"] >= int(1.2 * RATE)
        assert client.finals, "what was said before the flush is final when it is answered"
        await client.send(pieces(s16(samples()[int(1.4 * RATE) : 3 * RATE]), FRAME))
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    assert len(client.finals) > 1


async def test_an_acknowledged_position_is_stored(tiny_server: Server) -> None:
    async with wire(tiny_server.stream) as client:
        ready = await client.start(interim=False)
        await client.send(pieces(s16(samples()[: 6 * RATE]), FRAME))
        ack = await client.until("ack")
        transcript = await _transcript(tiny_server, ready["meeting"])
        end = ack["position"] / RATE
        final = [caption for caption in client.finals if caption["end"] <= end]
        stored = {segment["id"] for segment in transcript["segments"]}
        assert {caption["segment"] for caption in final} <= stored


async def test_two_channels_are_two_tracks(tiny_server: Server) -> None:
    left, right = samples()[: 4 * RATE], samples()[12 * RATE : 16 * RATE]
    both = s16(left), s16(right)
    interleaved = b"".join(both[0][at : at + 2] + both[1][at : at + 2] for at in range(0, len(both[0]), 2))
    async with wire(tiny_server.stream) as client:
        audio = {"encoding": "pcm_s16le", "sample_rate": RATE, "channels": 2}
        await client.start(audio, multichannel=True, interim=False)
        await client.send(pieces(interleaved, 4 * 640))
        await client.say({"type": "stop"})
        await client.rest()
    heard = {track: " ".join(c["text"] for c in client.finals if c["track"] == track) for track in "01"}
    assert "Good morning" in heard["0"]
    assert "third quarter" in heard["1"]
    assert client.of("ended")[0]["coverage"]["received"] == pytest.approx(8, abs=0.01)


async def test_a_meeting_is_read_back_in_every_format(tiny_server: Server) -> None:
    client = await _say(tiny_server, sentence(), title="Планёрка", speaker="Анна")
    meeting = client.of("ready")[0]["meeting"]
    async with _http(tiny_server) as http:
        found = (await http.get(f"/v1/meetings/{meeting}")).json()
        assert (found["status"], found["title"]) == ("ended", "Планёрка")
        assert found["coverage"]["received"] == pytest.approx(3.1, abs=0.01)
        for name, sign in {"txt": "Good morning", "md": "**", "vtt": "WEBVTT", "srt": "-->"}.items():
            answer = await http.get(f"/v1/meetings/{meeting}/transcript", params={"format": name})
            assert answer.status_code == 200
            assert sign in answer.text
        document = (await http.get(f"/v1/meetings/{meeting}/transcript", params={"words": "true"})).json()
        assert document["segments"][0]["words"][0]["word"] == client.finals[0]["words"][0]["word"]
        assert document["segments"][0]["speaker"] == "Анна"


async def test_viewers_see_the_same_captions_live_and_afterwards(tiny_server: Server) -> None:
    async with wire(tiny_server.stream) as client:
        ready = await client.start(interim=False)
        address = f"{tiny_server.url.replace('http', 'ws', 1)}/v1/meetings/{ready['meeting']}/captions"
        async with wire(address) as viewer:
            await client.send(pieces(s16(samples()[: 7 * RATE]), FRAME))
            live = await viewer.until("caption")
            await client.say({"type": "stop"})
            await client.rest()
            assert await viewer.rest() == 1000
        assert live["text"] == client.finals[0]["text"]
        assert viewer.text == client.text
        async with wire(address) as late:
            assert await late.rest() == 1000
        assert late.text == client.text


async def test_a_client_that_vanishes_leaves_a_finished_meeting(tiny_server: Server) -> None:
    async with wire(tiny_server.stream) as client:
        ready = await client.start(interim=False)
        await client.send(pieces(s16(sentence()), FRAME))
        await client.until("speech")
        client.socket.transport.abort()
    meeting = await _when_ended(tiny_server, ready["meeting"])
    assert meeting["coverage"]["lost"] == 0
    transcript = await _transcript(tiny_server, ready["meeting"])
    assert "Good morning" in " ".join(segment["text"] for segment in transcript["segments"])


async def test_streams_beyond_the_limit_are_refused_and_those_inside_go_on(models: Path) -> None:
    with steno("tiny.en", models, max_sessions="1") as server:
        async with wire(server.stream) as inside:
            await inside.start(interim=False)
            with pytest.raises(InvalidStatus) as refused:
                await connect(server.stream, proxy=None)
            assert refused.value.response.status_code == 503
            assert int(refused.value.response.headers["Retry-After"]) > 0
            assert json.loads(refused.value.response.body)["error"]["code"] == "overloaded"
            await inside.send(pieces(s16(sentence()), FRAME))
            await inside.say({"type": "stop"})
            assert await inside.rest() == 1000
        assert "Good morning" in inside.text
        async with wire(server.stream) as again:
            assert await again.start()


async def test_a_stop_of_the_server_ends_well_while_a_stream_is_open(models: Path) -> None:
    with steno("tiny.en", models) as server:
        async with wire(server.stream) as client:
            await client.start(interim=False)
            await client.send(pieces(s16(sentence()), FRAME))
            await client.until("speech")
    # The block has ended with SIGTERM and exit code 0 while the stream was open.


async def _say(server: Server, audio: Samples, **fields: Any) -> Wire:
    async with wire(server.stream) as client:
        await client.start(interim=False, **fields)
        await client.send(pieces(s16(audio), FRAME))
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    return client


def _http(server: Server) -> httpx.AsyncClient:
    return plain_http(server.url)


async def _transcript(server: Server, meeting: str) -> dict[str, list[dict[str, str]]]:
    async with _http(server) as http:
        answer = await http.get(f"/v1/meetings/{meeting}/transcript")
        document: dict[str, list[dict[str, str]]] = answer.json()
        return document


async def _when_ended(server: Server, meeting: str) -> dict[str, dict[str, float]]:
    """Wait on the viewers' socket, which closes when the meeting has ended."""
    address = f"{server.url.replace('http', 'ws', 1)}/v1/meetings/{meeting}/captions"
    async with wire(address) as viewer:
        await viewer.rest()
    async with _http(server) as http:
        found: dict[str, dict[str, float]] = (await http.get(f"/v1/meetings/{meeting}")).json()
    assert found["status"] == "ended"  # type: ignore[comparison-overlap]
    return found
