"""Real speech for tests: the packaged sample, and recordings as raw bytes in any declared format."""

import io
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from server.media import read_file

SAMPLE = Path(__file__).resolve().parents[2] / "loadtest" / "samples" / "meeting_en.ogg"
"""A meeting of four synthetic voices, 91 s."""
RATE = 16_000

Samples = npt.NDArray[np.float32]


@cache
def samples(path: Path = SAMPLE) -> Samples:
    """A recording as 16 kHz mono in [-1, 1]."""
    return np.concatenate(list(read_file(path)))


def s16(audio: Samples) -> bytes:
    """16-bit PCM, little-endian."""
    return (np.clip(audio, -1, 1) * 32767).round().astype("<i2").tobytes()


def sentence() -> Samples:
    """Three seconds of the sample: "Good morning, everyone. Thanks for joining."."""
    return samples()[: int(3.1 * RATE)]


def encoded(audio: Samples, container: str, codec: str, rate: int = RATE, **options: Any) -> bytes:
    """The same audio in a container, as FFmpeg would write it."""
    target = io.BytesIO()
    with av.open(target, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono", **options)
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray((np.clip(audio, -1, 1) * 32767).astype("<i2")[None], "s16", "mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(stream.format.name, "mono", rate, frame_size=stream.frame_size)
        for ready in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(ready))
        output.mux(stream.encode(None))
    return target.getvalue()


def raw(audio: Samples, encoding: str, rate: int) -> bytes:
    """The same audio as headerless samples: pcm_s16le, pcm_f32le, mulaw or alaw."""
    codec = {"mulaw": "pcm_mulaw", "alaw": "pcm_alaw"}.get(encoding, encoding)
    container = {"pcm_mulaw": "mulaw", "pcm_alaw": "alaw", "pcm_s16le": "s16le", "pcm_f32le": "f32le"}[codec]
    return encoded(audio, container, codec, rate)
