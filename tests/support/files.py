"""Recordings as files, whose words the scripted recognizer reads."""

from pathlib import Path

import numpy as np

from asr.types import SAMPLE_RATE, Waveform
from tests.support.media import pack
from tests.support.speech import join, say, silence


def spoken(*texts: str) -> Waveform:
    """Each text and a pause after it."""
    return join(*(part for text in texts for part in (say(text), silence(1.0))))


def wav(*tracks: Waveform) -> bytes:
    """A WAV file with these channels."""
    length = max(map(len, tracks))
    samples = np.stack([np.pad(track, (0, length - len(track))) for track in tracks], axis=1)
    return pack(samples, "wav", "pcm_s16le", SAMPLE_RATE)


def wav_file(folder: Path, *tracks: Waveform) -> Path:
    """The same in a folder."""
    path = folder / "meeting.wav"
    path.write_bytes(wav(*tracks))
    return path
