"""Somebody speaks while a long recording is heard: captions come as they do without it, by the real model.

Two streams in real time, one after the other, the second beside an upload. The bound is a ratio with room for
a machine that does other work; the rule itself is held in virtual time by `tests/unit/asr`.
"""

import asyncio
import io
import statistics
import wave

import pytest

from loadtest.client import Speaker, run
from loadtest.latency import measure
from tests.support.plain import plain_http
from tests.support.process import Server
from tests.support.recordings import RATE, s16, samples

SECONDS = 12
LOOPS = 20
"""Half an hour of speech: more than is heard meanwhile."""
RATIO, ROOM = 1.5, 0.4
"""How much later, and so many seconds more, the median word may come."""


async def delay(server: Server) -> float:
    """The median time from a word to the caption that shows it."""
    spoken = [samples()[: SECONDS * RATE]]
    log = await run(Speaker(server.url, {"languages": ["en"]}, speed=1), spoken, lambda _: None)
    delays = measure(log).word_to_caption
    assert len(delays) > 10
    return statistics.median(delays)


def recording() -> bytes:
    """A WAV file of half an hour."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setparams((1, 2, RATE, 0, "NONE", ""))
        writing.writeframes(s16(samples()) * LOOPS)
    return file.getvalue()


@pytest.mark.model
async def test_a_caption_is_not_delayed_by_a_file(tiny_server: Server) -> None:
    alone = await delay(tiny_server)
    file = recording()
    async with plain_http(tiny_server.url) as client:
        told = (await client.post("/v1/uploads", files={"file": ("long.wav", file)})).json()
        address = f"/v1/uploads/{told['id']}"
        async with asyncio.timeout(60), client.stream("GET", f"{address}/events") as events:
            async for line in events.aiter_lines():
                if '"status":"hearing"' in line:
                    break
        beside = await delay(tiny_server)
        now = (await client.get(address)).json()
        await client.delete(address)
    assert now["status"] == "hearing"
    assert now["heard"] > 0, "it goes on meanwhile"
    assert beside <= RATIO * alone + ROOM
