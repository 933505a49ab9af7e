"""Sound made and packed by PyAV, so that tests of containers need no recordings."""

import io
from pathlib import Path

import av
import numpy as np
import pytest

from streaming.pcm import Frames

FORMATS = Path(__file__).parents[2].parent / "shared" / "eval" / "formats"


def recordings() -> list[Path]:
    """The reference recordings in many formats, or a skip where they are not present."""
    if not FORMATS.is_dir():
        pytest.skip("the reference recordings (../shared/eval) are not present")
    return sorted(path for path in FORMATS.iterdir() if path.is_file())


def tone(seconds: float, rate: int = 48_000, channels: int = 1, hertz: float = 440.0) -> Frames:
    """A sine, shape (frames, channels); each further channel an octave higher."""
    time = np.arange(int(seconds * rate)) / rate
    waves = [0.5 * np.sin(2 * np.pi * hertz * 2**channel * time) for channel in range(channels)]
    return np.stack(waves, axis=1).astype(np.float32)


def pack(
    samples: Frames,
    container: str = "webm",
    codec: str = "libopus",
    rate: int = 48_000,
    hole: tuple[float, float] | None = None,
) -> bytes:
    """`samples` of shape (frames, 1 or 2) in a container; frames after `hole[0]` s come `hole[1]` s later."""
    layout = "mono" if samples.shape[1] == 1 else "stereo"
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout
        size = rate // 50
        for at in range(0, len(samples) - size + 1, size):
            data = np.ascontiguousarray((samples[at : at + size] * 32767).astype(np.int16).reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(data, format="s16", layout=layout)
            frame.sample_rate = rate
            frame.pts = at
            for packet in stream.encode(frame):
                if hole and at >= hole[0] * rate and packet.pts is not None and packet.time_base:
                    packet.pts += int(hole[1] / packet.time_base)
                    packet.dts = packet.pts
                output.mux(packet)
        for packet in stream.encode(None):
            if hole and packet.pts is not None and packet.time_base:
                packet.pts += int(hole[1] / packet.time_base)
                packet.dts = packet.pts
            output.mux(packet)
    return buffer.getvalue()
