"""Real speech over WebRTC to a real server with a real model: what is lost on the way is all that is lost."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from loadtest.wer import compare
from tests.support.busy import times_slower
from tests.support.peers import calling
from tests.support.plain import plain_http
from tests.support.process import SCRIPTED, STENO, STOP_SECONDS, Server, short_folder, started
from tests.support.recordings import RATE, Samples, s16, samples
from tests.support.wire import Wire, pieces, wire

pytestmark = pytest.mark.model

SECONDS = 6.2
"""To the middle of a pause."""
OPUS_RATE = 48_000


def speech() -> Samples:
    """The beginning of the sample."""
    return samples()[: int(SECONDS * RATE)]


async def of_file(server: Server) -> str:
    """What the model hears of the same audio over the WebSocket, where nothing is coded or lost."""
    async with wire(server.stream) as client:
        await client.start(languages=["en"])
        await client.send(pieces(s16(speech()), 3_200))
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    return client.text


def calls(server: Server) -> httpx.AsyncClient:
    return plain_http(server.url)


def viewer_of(server: Server, meeting: str) -> str:
    return server.stream.replace("/v1/stream", f"/v1/meetings/{meeting}/captions")


async def test_packets_that_are_lost_are_lost_in_the_ledger_and_move_no_word(tiny_server: Server) -> None:
    async with calls(tiny_server) as http, calling(http, speech(), "/v1/whip?languages=en") as peer:
        peer.lose(0.05)
        async with wire(viewer_of(tiny_server, peer.meeting)) as viewer:
            await asyncio.wait_for(peer.speaker.said.wait(), 60)
            await peer.leave()
            await viewer.rest()
    (ended,) = [one for one in peer.heard if one["type"] == "ended"]
    coverage = ended["coverage"]
    assert peer.lost > 5
    assert coverage["received"] == pytest.approx(SECONDS, rel=0.01)
    assert coverage["lost"] == pytest.approx(peer.lost * 0.02, abs=0.06)
    parts = sum(coverage[name] for name in ("transcribed", "silence", "quarantined", "lost"))
    assert parts == pytest.approx(coverage["received"], abs=0.002)
    assert compare(await of_file(tiny_server), peer.text).rate <= 0.10, peer.text
    assert [one["text"] for one in viewer.finals] == [one["text"] for one in peer.finals]
    assert max(one["end"] for one in peer.finals) <= SECONDS + 0.1


async def test_a_server_that_is_told_to_stop_stores_what_its_peers_said(models: Path) -> None:
    with short_folder(models) as data:
        with started(data, STENO, model="tiny.en") as server:
            async with calls(server) as http, calling(http, speech(), "/v1/whip?languages=en") as peer:
                async with asyncio.timeout(60):
                    await peer.spoken()
                server.process.terminate()
                async with asyncio.timeout(60):
                    await peer.ended.wait()
            assert await asyncio.to_thread(server.process.wait, STOP_SECONDS) == 0
        with started(data, SCRIPTED) as server:
            async with calls(server) as http:
                meeting = (await http.get(f"/v1/meetings/{peer.meeting}")).json()
                kept = (await http.get(f"/v1/meetings/{peer.meeting}/transcript")).json()
    assert meeting["status"] == "ended"
    assert " ".join(one["text"] for one in kept["segments"]) == peer.text
    assert "morning" in peer.text
    (ended,) = [one for one in peer.heard if one["type"] == "ended"]
    assert meeting["coverage"] == ended["coverage"]
    assert ended["coverage"]["lost"] == 0


def certificate(folder: Path) -> dict[str, str]:
    """The files of a certificate with a P-256 key: what FFmpeg makes itself, OpenSSL does not take."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sender")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    return {"cert_file": str(folder / "cert.pem"), "key_file": str(folder / "key.pem")}


def send(url: str, audio: Samples, options: dict[str, str]) -> None:
    """Send a recording by FFmpeg's own muxer, at the pace of speech."""
    with av.open(url, "w", format="whip", options=options) as output:
        stream = output.add_stream("libopus", rate=OPUS_RATE, layout="stereo")
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler("s16", "stereo", OPUS_RATE, frame_size=OPUS_RATE // 50)
        begun = time.monotonic()
        for at in range(0, len(audio), RATE // 50):
            piece = (np.clip(audio[at : at + RATE // 50], -1, 1) * 32767).astype("<i2")
            frame = av.AudioFrame.from_ndarray(piece[None], "s16", "mono")
            frame.sample_rate, frame.pts = RATE, at
            time.sleep(max(0.0, begun + at / RATE - time.monotonic()))
            for ready in resampler.resample(frame):
                output.mux(stream.encode(ready))
        output.mux(stream.encode(None))


async def test_ffmpeg_streams_speech_and_takes_its_leave(tiny_server: Server, tmp_path: Path) -> None:
    async with calls(tiny_server) as http:
        meeting = (await http.post("/v1/meetings", json={})).json()["id"]
    url = f"{tiny_server.url}/v1/whip/{meeting}?languages=en"
    async with wire(viewer_of(tiny_server, meeting)) as viewer:
        await asyncio.to_thread(send, url, speech(), certificate(tmp_path))
        left = time.monotonic()
        await until_ended(viewer)
        assert time.monotonic() - left < 6.0 * times_slower()
    assert compare(await of_file(tiny_server), viewer.text).rate <= 0.02, viewer.text


async def until_ended(viewer: Wire) -> None:
    await viewer.until("ended")
    await viewer.rest()
