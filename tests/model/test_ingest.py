"""Real speech from Debian's FFmpeg, as encoders and servers send it, to a real server with a real model."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loadtest.wer import compare
from tests.support.encoders import sending
from tests.support.plain import plain_http
from tests.support.process import Server, steno
from tests.support.recordings import RATE, encoded, s16, samples
from tests.support.server import running
from tests.support.wire import pieces, wire

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

SPEECH = np.concatenate([np.zeros(RATE, np.float32), samples()[: int(6.2 * RATE)]])
"""A second of silence, and the beginning of the sample to the middle of a pause."""
SECONDS = len(SPEECH) / RATE
LOOK = 0.2
DELAY = 8
"""Seconds of silence before live HLS comes to the speech."""
OFF = 0.08
"""Word error rate against what is heard without a codec in between: one word of thirteen or so."""


@pytest.fixture(scope="module")
def server(models: Path) -> Iterator[Server]:
    with steno("tiny.en", models, allow_private_webhooks="true") as one:
        yield one


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "speech.wav"
    path.write_bytes(encoded(SPEECH, "wav", "pcm_s16le"))
    return path


async def of_file(server: Server) -> str:
    """What the model hears of the same audio over the WebSocket."""
    async with wire(server.stream) as client:
        await client.start(languages=["en"])
        await client.send(pieces(s16(SPEECH), 3_200))
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    return client.text


async def begun(http: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    meeting = (await http.post("/v1/meetings", json={})).json()["id"]
    answer = await http.post(f"/v1/meetings/{meeting}/ingest", json={"languages": ["en"], **body})
    assert answer.status_code == 202, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def text_of(http: httpx.AsyncClient, made: dict[str, Any]) -> str:
    """What was heard, once it is over in good order and all of it was."""
    path = f"/v1/meetings/{made['meeting']}"
    async with asyncio.timeout(120):
        while (now := (await http.get(f"{path}/ingest/{made['id']}")).json())["state"] != "ended":
            assert now["state"] != "failed", now
            await asyncio.sleep(LOOK)
    assert now["seconds"] > SECONDS - 0.7
    assert now["reconnects"] == 0
    found = (await http.get(f"{path}/transcript")).json()
    return " ".join(one["text"] for one in found["segments"])


async def until_there(path: Path) -> None:
    async with asyncio.timeout(60):
        while True:
            if await asyncio.to_thread(path.exists):
                return
            await asyncio.sleep(LOOK)


@asynccontextmanager
async def broadcast(sound: Path, folder: Path) -> AsyncIterator[str]:
    """The address of a folder to which FFmpeg writes live HLS, where a container lies as well."""
    program = shutil.which("ffmpeg") or pytest.skip("ffmpeg is not installed")
    (folder / "speech.webm").write_bytes(encoded(SPEECH, "webm", "libopus", 48_000))

    async def get(request: Request) -> Response:
        # Read as a whole: FFmpeg writes to it meanwhile.
        return Response(await asyncio.to_thread((folder / request.path_params["name"]).read_bytes))

    process = await asyncio.create_subprocess_exec(
        # Who comes later hears from where the broadcast is; the speech begins when everybody is there.
        *(program, "-loglevel", "error", "-re", "-i", str(sound), "-af", f"adelay={DELAY * 1000}"),
        *("-c:a", "aac", "-f", "hls"),
        *("-hls_time", "1", "-hls_list_size", "20", str(folder / "live.m3u8")),
    )
    try:
        async with running(Starlette(routes=[Route("/{name}", get)])) as url:
            await until_there(folder / "live.m3u8")
            yield url
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_speech_is_heard_as_well_as_over_the_websocket(
    server: Server, sound: Path, tmp_path: Path, report: list[str]
) -> None:
    wanted = await of_file(server)
    (folder := tmp_path / "www").mkdir()
    heard: dict[str, str] = {}
    async with plain_http(server.url) as http:
        for kind in ("rtmp", "rtsp", "http"):
            made = await begun(http, listen=kind)
            async with sending(kind, made["address"], SECONDS, sound) as encoder:
                assert await encoder.wait() == 0
                heard[f"{kind}, sent"] = await text_of(http, made)
        async with broadcast(sound, folder) as url:
            for name in ("live.m3u8", "speech.webm"):
                heard[name] = await text_of(http, await begun(http, url=f"{url}/{name}"))
    rates = {name: compare(wanted, text).rate for name, text in heard.items()}
    report += [
        f"ingest, {name}: word error rate against the WebSocket {rate:.3f}" for name, rate in rates.items()
    ]
    assert max(rates.values()) <= OFF, heard
