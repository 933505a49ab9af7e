"""The resampler places samples exactly and leaves no trace of how the input was cut."""

import numpy as np
import pytest

from streaming.pcm import Frames
from streaming.resample import Resampler

RATES = [8_000, 11_025, 22_050, 32_000, 44_100, 47_999, 48_000]


def run(frames: Frames, rate: int, size: int | None = None) -> Frames:
    resampler = Resampler(rate, frames.shape[1])
    step = size or len(frames)
    pieces = [resampler.feed(frames[at : at + step]) for at in range(0, len(frames), step)]
    return np.concatenate([*pieces, resampler.flush()])


def sweep(rate: int, seconds: float = 1.0) -> Frames:
    """A sine from 100 Hz to 3 kHz, shape (frames, 1)."""
    time = np.arange(int(rate * seconds)) / rate
    phase = 2 * np.pi * (100 * time + (3000 - 100) / (2 * seconds) * time**2)
    return (0.5 * np.sin(phase)).astype(np.float32)[:, None]


@pytest.mark.parametrize("rate", RATES)
def test_a_sweep_in_odd_chunks_is_the_sweep_in_one_piece_and_the_true_one(rate: int) -> None:
    whole = run(sweep(rate), rate)
    assert np.array_equal(run(sweep(rate), rate, 331), whole)
    inner = slice(1600, -1600)  # the filter rings where the sweep begins and ends abruptly
    assert np.abs(whole[inner] - sweep(16_000)[: len(whole)][inner]).max() < 0.005


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("frames", [1, 2, 3, 997, 4800])
def test_the_length_is_exact_after_flush(rate: int, frames: int) -> None:
    assert len(run(np.zeros((frames, 1), np.float32), rate)) == round(frames * 16_000 / rate)


@pytest.mark.parametrize("rate", RATES)
def test_an_impulse_stays_at_its_time(rate: int) -> None:
    frames = np.zeros((rate, 1), np.float32)
    frames[rate // 2] = 1.0
    peak = int(np.argmax(np.abs(run(frames, rate)[:, 0])))
    assert abs(peak - round(rate // 2 * 16_000 / rate)) <= 1


def test_at_16_khz_nothing_is_copied() -> None:
    frames = np.zeros((10, 2), np.float32)
    resampler = Resampler(16_000, 2)
    assert resampler.feed(frames) is frames
    assert resampler.flush().shape == (0, 2)


def test_overshoot_of_the_filter_stays_in_range() -> None:
    square = np.sign(sweep(8_000)).astype(np.float32)
    assert np.abs(run(square, 8_000)).max() <= 1.0


def test_nothing_in_gives_nothing_out() -> None:
    resampler = Resampler(8_000, 2)
    assert resampler.feed(np.zeros((0, 2), np.float32)).shape == (0, 2)
    assert resampler.flush().shape == (0, 2)
