"""Recent audio by absolute index."""

import numpy as np
import pytest

from asr.types import Waveform
from streaming.buffer import AudioBuffer


def ramp(start: int, end: int) -> Waveform:
    """Samples that name their own index."""
    return np.arange(start, end, dtype=np.float32)


def test_what_was_appended_is_read_by_its_index() -> None:
    buffer = AudioBuffer()
    buffer.append(ramp(0, 100))
    buffer.append(ramp(100, 250))
    assert (buffer.start, buffer.end) == (0, 250)
    assert np.array_equal(buffer.read(90, 110), ramp(90, 110))
    assert len(buffer.read(50, 50)) == 0


def test_it_grows_over_its_first_size() -> None:
    buffer = AudioBuffer()
    for start in range(0, 100_000, 7_000):
        buffer.append(ramp(start, start + 7_000))
    assert np.array_equal(buffer.read(0, buffer.end), ramp(0, 105_000))


def test_indices_stay_after_trimming() -> None:
    buffer = AudioBuffer()
    buffer.append(ramp(0, 1_000))
    buffer.trim(400)
    buffer.append(ramp(1_000, 1_500))
    assert (buffer.start, buffer.end) == (400, 1_500)
    assert np.array_equal(buffer.read(400, 1_500), ramp(400, 1_500))


def test_trimming_before_the_start_or_past_the_end_is_harmless() -> None:
    buffer = AudioBuffer()
    buffer.append(ramp(0, 100))
    buffer.trim(-5)
    assert buffer.start == 0
    buffer.trim(500)
    assert (buffer.start, buffer.end) == (100, 100)
    buffer.append(ramp(100, 110))
    assert np.array_equal(buffer.read(100, 110), ramp(100, 110))


def test_what_is_read_is_a_copy() -> None:
    buffer = AudioBuffer()
    buffer.append(ramp(0, 10))
    read = buffer.read(0, 10)
    read[:] = -1
    assert np.array_equal(buffer.read(0, 10), ramp(0, 10))


def test_what_was_appended_may_change_afterwards() -> None:
    buffer, samples = AudioBuffer(), ramp(0, 10)
    buffer.append(samples)
    samples[:] = -1
    assert np.array_equal(buffer.read(0, 10), ramp(0, 10))


@pytest.mark.parametrize(("start", "end"), [(5, 20), (10, 101), (60, 50), (-1, 20)])
def test_what_is_not_held_cannot_be_read(start: int, end: int) -> None:
    buffer = AudioBuffer()
    buffer.append(ramp(0, 100))
    buffer.trim(10)
    with pytest.raises(IndexError):
        buffer.read(start, end)
