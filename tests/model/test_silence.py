"""Where nothing is said, nothing is written, and the ledger says silence."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.support.evalset import Recording
from tests.support.process import Server
from tests.support.recordings import RATE, Samples, s16, samples
from tests.support.wire import pieces, wire

pytestmark = pytest.mark.model


async def test_ten_seconds_of_digital_silence(tiny_server: Server) -> None:
    await _assert_silence(tiny_server, np.zeros(10 * RATE, np.float32), "digital silence")


@pytest.mark.parametrize("level", [0.003, 0.03, 0.3])
async def test_ten_seconds_of_white_noise(tiny_server: Server, level: float) -> None:
    noise = np.random.default_rng(1).standard_normal(10 * RATE).astype(np.float32) * level
    await _assert_silence(tiny_server, noise, f"white noise at {level}")


@pytest.mark.eval
async def test_every_recording_without_speech(
    tiny_server: Server, eval_manifest: Sequence[Recording]
) -> None:
    for row in eval_manifest:
        if row.kind == "nonspeech":
            await _assert_silence(tiny_server, samples(row.path), row.file)


async def _assert_silence(server: Server, audio: Samples, what: str) -> None:
    async with wire(server.stream) as client:
        await client.start()
        await client.send(pieces(s16(audio), 3_200))
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    assert not client.of("caption"), what
    coverage = client.of("ended")[0]["coverage"]
    assert coverage["silence"] == coverage["received"] == pytest.approx(len(audio) / RATE, abs=0.001), what
