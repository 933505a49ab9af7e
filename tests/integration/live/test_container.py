"""A live container: pieces of any size, bounded buffers on both sides, and no thread left behind."""

import asyncio
import threading
from pathlib import Path

import numpy as np
import pytest

from server.live import container
from server.live.container import ContainerDecoder
from streaming.errors import ProtocolError
from streaming.pcm import Frames
from tests.support.media import pack, recordings, tone

SMALL = 30_000
"""A message of one byte each is only practical for short files."""


async def decode(data: bytes, size: int) -> tuple[Frames, str | None]:
    pieces: list[Frames] = [np.zeros((1, 0), np.float32)]
    code = None
    async with ContainerDecoder() as decoder, asyncio.TaskGroup() as group:

        async def send() -> None:
            for at in range(0, len(data), size):
                await decoder.feed(data[at : at + size])
            await decoder.finish()

        group.create_task(send())
        try:
            pieces += [audio async for audio in decoder]
        except ProtocolError as error:
            code = error.code
    return np.concatenate(pieces, axis=1), code


def threads() -> int:
    return sum(thread.name == "container" for thread in threading.enumerate())


@pytest.mark.parametrize("size", [1, 777, 1 << 20])
async def test_pieces_of_any_size_give_the_same_samples(size: int) -> None:
    data = pack(tone(1.0))
    whole, _ = await decode(data, len(data))
    cut, code = await decode(data, size)
    assert code is None
    assert np.array_equal(whole, cut)
    assert whole.shape[1] == pytest.approx(16_000, abs=320)


async def test_audio_comes_out_before_the_next_piece_goes_in() -> None:
    data = pack(tone(10.0))
    async with ContainerDecoder() as decoder:
        await decoder.feed(data[: len(data) // 4])
        first = await anext(aiter(decoder))
        assert first.shape[0] == 1
        assert first.shape[1] > 0


async def test_feed_waits_while_nobody_takes_the_audio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MAX_BYTES", 10_000)
    monkeypatch.setattr(container, "MAX_SAMPLES", 16_000)
    data = pack(tone(20.0), "wav", "pcm_s16le")
    fed = 0
    async with ContainerDecoder() as decoder:

        async def send() -> None:
            nonlocal fed
            for at in range(0, len(data), 1_000):
                await decoder.feed(data[at : at + 1_000])
                fed = at + 1_000
            await decoder.finish()

        async with asyncio.TaskGroup() as group:
            group.create_task(send())
            audio = aiter(decoder)
            total = (await anext(audio)).shape[1]
            await asyncio.wait_for(decoder._bridge.until(decoder._bridge.full), 10)
            assert fed < len(data) // 2
            async for piece in audio:
                total += piece.shape[1]
    assert total == 20 * 16_000


@pytest.mark.parametrize("fed", [0, 10, 4_000])
async def test_closing_ends_the_thread_in_any_state(fed: int) -> None:
    decoder = ContainerDecoder()
    await decoder.feed(pack(tone(1.0))[:fed])
    assert threads() == 1
    await asyncio.wait_for(decoder.aclose(), 10)
    await decoder.aclose()
    assert threads() == 0


async def test_closing_ends_a_thread_that_waits_for_its_consumer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MAX_SAMPLES", 1)
    decoder = ContainerDecoder()
    await decoder.feed(pack(tone(2.0)))
    await decoder._bridge.until(decoder._bridge.has_audio)
    await asyncio.wait_for(decoder.aclose(), 10)
    assert threads() == 0


async def test_a_stream_that_cannot_be_read_never_blocks_its_sender() -> None:
    async with ContainerDecoder() as decoder:
        await decoder.finish()
        with pytest.raises(ProtocolError, match="container_unreadable"):
            [audio async for audio in decoder]
        for _ in range(3):
            await asyncio.wait_for(decoder.feed(bytes(1 << 20)), 10)


@pytest.mark.eval
@pytest.mark.parametrize("size", [1_000, 65_536])
async def test_no_recording_crashes_or_hangs_and_cutting_changes_nothing(size: int) -> None:
    for path in recordings():
        data = path.read_bytes()
        whole, code = await decode(data, max(len(data), 1))
        cut, same_code = await decode(data, size)
        assert np.array_equal(whole, cut), path.name
        assert code == same_code, path.name
        assert code == EXPECTED.get(path.name), path.name
        if path.name.startswith("jfk") and code is None:
            seconds = 5 if path.stem in {"jfk_48k_stereo", "jfk_6ch"} else 11
            assert whole.shape[1] / 16_000 == pytest.approx(seconds, abs=0.05), path.name


@pytest.mark.eval
async def test_recordings_byte_by_byte() -> None:
    small = [path for path in recordings() if path.stat().st_size < SMALL]
    for path in small:
        data = path.read_bytes()
        whole, code = await decode(data, max(len(data), 1))
        cut, same_code = await decode(data, 1)
        assert np.array_equal(whole, cut), path.name
        assert code == same_code, path.name


EXPECTED = {
    Path(name).name: "container_unreadable"
    for name in (
        "broken_truncated.m4a",
        "empty.wav",
        "jfk.m4a",
        "jfk_video.mp4",
        "jfk_raw_s16le_16k.pcm",
        "not_audio.mp3",
        "not_audio.wav",
        "webm_no_header_chunk.webm",
    )
} | {"video_without_audio.mp4": "no_audio_track"}
"""What must be refused, and why; everything else gives audio (or, for a header alone, none)."""
