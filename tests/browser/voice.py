"""A voice without a speaker: a glottal buzz with formants, in syllables, for the microphone of a browser.

Out: 16-bit mono samples, and numbers by which received audio is known to be the same voice.
"""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

PITCH = 125.0
SYLLABLES = 4.0

Samples = npt.NDArray[np.float64]


def speak(seconds: float, rate: int) -> Samples:
    """A buzz at `PITCH` Hz with `SYLLABLES` a second, peak 0.5."""
    time = np.arange(round(seconds * rate)) / rate
    buzz = np.zeros_like(time)
    for harmonic in range(1, 28):
        frequency = harmonic * PITCH
        formants = sum(np.exp(-(((frequency - at) / width) ** 2)) for at, width in ((600, 200), (1400, 300)))
        buzz += (0.05 + formants) * np.sin(2 * np.pi * frequency * time)
    envelope = 0.5 - 0.5 * np.cos(2 * np.pi * SYLLABLES * time)
    spoken: Samples = buzz * envelope
    spoken *= 0.5 / np.abs(spoken).max()
    return spoken


def write_wav(path: Path, samples: Samples, rate: int) -> Path:
    """Store as 16-bit mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def from_pcm(data: bytes) -> Samples:
    """16-bit mono PCM as numbers in [-1, 1]."""
    return np.frombuffer(data, "<i2").astype(np.float64) / 32768


def loudness(samples: Samples) -> float:
    """Root mean square, full scale 1."""
    return float(np.sqrt(np.mean(samples**2)))


def share_of_harmonics(samples: Samples, rate: int) -> float:
    """The part of the energy within 8 Hz of the voice's harmonics: near 1 for the voice, 0.13 for noise."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    frequency = np.fft.rfftfreq(len(samples), 1 / rate)
    off = np.abs(frequency - PITCH * np.round(frequency / PITCH))
    voiced = (frequency > PITCH / 2) & (off <= 8)
    return float(power[voiced].sum() / power.sum())


def syllable_rate(samples: Samples, rate: int) -> float:
    """The strongest modulation of loudness between 1 and 10 Hz."""
    block = rate // 50
    energy = (samples[: len(samples) // block * block].reshape(-1, block) ** 2).mean(axis=1)
    power = np.abs(np.fft.rfft((energy - energy.mean()) * np.hanning(len(energy))))
    frequency = np.fft.rfftfreq(len(energy), 1 / 50)
    band = (frequency >= 1) & (frequency <= 10)
    return float(frequency[band][np.argmax(power[band])])
