"""Containers that a server must refuse, each for its own reason."""

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np

from server.media import MAX_MUTE_BYTES


def damaged() -> bytes:
    """Half a second of audio, and then packets that end within a sample."""
    return _muxed("pcm_s16le", 25, lambda number: 960 * number, rubbish=200)


def inflated() -> bytes:
    """Packets of 20 ms that claim to be 59 seconds apart."""
    return _muxed("libopus", 50, lambda number: 59 * 48_000 * number)


def _muxed(codec: str, packets: int, starts_at: Callable[[int], int], rubbish: int = 0) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as output:
        stream = output.add_stream(codec, rate=48_000)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        frames = np.zeros((packets, 1, 960), np.int16)
        made = [
            packet for at, frame in enumerate(frames) for packet in stream.encode(_frame(frame, 960 * at))
        ]
        for number, packet in enumerate([*made, *(av.Packet(b"\xff") for _ in range(rubbish))]):
            packet.stream, packet.time_base = stream, Fraction(1, 48_000)
            packet.pts = packet.dts = starts_at(number)
            output.mux(packet)
    return buffer.getvalue()


def _frame(samples: Any, at: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
    frame.sample_rate, frame.pts = 48_000, at
    return frame


def silent_film() -> bytes:
    """A picture without sound."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as output:
        stream = output.add_stream("mpeg4", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        output.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def mute() -> Iterator[bytes]:
    """A WAV whose sound lies behind a chunk of a gigabyte, as far as a server listens."""
    sound = b"fmt " + (16).to_bytes(4, "little") + bytes.fromhex("0100010080bb00000077010002001000")
    yield (
        b"RIFF"
        + (2 << 30).to_bytes(4, "little")
        + b"WAVE"
        + sound
        + b"junk"
        + (1 << 30).to_bytes(4, "little")
    )
    for _ in range(MAX_MUTE_BYTES >> 20):
        yield bytes(1 << 20)
