"""Raw audio in bytes -> float32 samples of shape (frames, channels) in [-1, 1].

Takes whole sample frames in one of the declared encodings; a cut frame is the sender's fault and is
refused, since guessing would shift every later sample. Holds no state and does not resample.
"""

import numpy as np
import numpy.typing as npt

from streaming.commands import AudioFormat, Encoding
from streaming.errors import Close, ProtocolError

Frames = npt.NDArray[np.float32]
"""Interleaved samples taken apart: float32 in [-1, 1], shape (frames, channels)."""

MIN_RATE = 8_000
MAX_RATE = 48_000
MAX_CHANNELS = 8


def _mulaw_table() -> Frames:
    """G.711 table 2a: sign, three bits of segment, four of step, all inverted; bias 33 at 14 bits."""
    code = ~np.arange(256) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 132) << ((code >> 4) & 7)) - 132
    return (np.where(code & 0x80, -magnitude, magnitude) / 32768).astype(np.float32)


def _alaw_table() -> Frames:
    """G.711 table 1a: even bits inverted; segment 0 is linear, the others have a leading one."""
    code = np.arange(256) ^ 0x55
    segment = (code >> 4) & 7
    step = ((code & 0x0F) << 4) + 8
    magnitude = np.where(segment == 0, step, (step + 256) << np.maximum(segment - 1, 0))
    return (np.where(code & 0x80, magnitude, -magnitude) / 32768).astype(np.float32)


_TABLES = {Encoding.MULAW: _mulaw_table(), Encoding.ALAW: _alaw_table()}
_BYTES = {Encoding.PCM_S16LE: 2, Encoding.PCM_F32LE: 4, Encoding.MULAW: 1, Encoding.ALAW: 1}


def validate(audio: AudioFormat) -> None:
    """Refuse a declared format that cannot be decoded. `AUTO` declares nothing.

    Raises ProtocolError `bad_sample_rate` (8 000 to 48 000 Hz) or `bad_channels` (1 to 8).
    """
    if audio.encoding is Encoding.AUTO:
        return
    if not MIN_RATE <= audio.sample_rate <= MAX_RATE:
        raise ProtocolError(
            "bad_sample_rate",
            f"The sample rate {audio.sample_rate} Hz is not supported; send {MIN_RATE} to {MAX_RATE} Hz.",
            Close.NOT_UNDERSTOOD,
        )
    if not 1 <= audio.channels <= MAX_CHANNELS:
        raise ProtocolError(
            "bad_channels",
            f"{audio.channels} channels are not supported; send 1 to {MAX_CHANNELS}.",
            Close.NOT_UNDERSTOOD,
        )


def decode(data: bytes, audio: AudioFormat) -> Frames:
    """Samples of `data`, shape (frames, channels). Values that are no numbers become silence.

    Raises ProtocolError `audio_misaligned` when `data` is not a whole number of sample frames.
    """
    size = frame_size(audio)
    if len(data) % size:
        raise ProtocolError(
            "audio_misaligned",
            f"An audio message of {len(data)} bytes was received; {audio.encoding} with "
            f"{audio.channels} channel(s) needs a multiple of {size} bytes.",
            Close.NOT_UNDERSTOOD,
        )
    return _samples(data, audio.encoding).reshape(-1, audio.channels)


def frame_size(audio: AudioFormat) -> int:
    """Bytes of one sample of all channels."""
    return _BYTES[audio.encoding] * audio.channels


def _samples(data: bytes, encoding: Encoding) -> Frames:
    if encoding is Encoding.PCM_S16LE:
        return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)
    if encoding is Encoding.PCM_F32LE:
        return safe(np.frombuffer(data, "<f4").astype(np.float32))
    return _TABLES[encoding][np.frombuffer(data, np.uint8)]


def safe(samples: Frames) -> Frames:
    """The same samples, changed in place: NaN becomes 0, all else is held within [-1, 1]."""
    np.nan_to_num(samples, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
    return np.clip(samples, -1.0, 1.0, out=samples)
