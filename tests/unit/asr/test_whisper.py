"""The parts of the engine that need no model."""

import pytest

from asr.types import SAMPLE_RATE
from asr.whisper import BUCKETS, FULL_WINDOW, bucket


@pytest.mark.parametrize(
    ("seconds", "frames"),
    [(0, 1000), (0.1, 1000), (10, 1000), (10.01, 1400), (14, 1400), (25, 2600), (26.01, 3000), (90, 3000)],
)
def test_a_window_takes_the_smallest_bucket_that_holds_it(seconds: float, frames: int) -> None:
    assert bucket(round(seconds * SAMPLE_RATE)) == frames


def test_a_bucket_holds_every_whole_frame_of_its_audio() -> None:
    for samples in range(0, 30 * SAMPLE_RATE, 1_111):
        assert samples // 160 <= bucket(samples)


def test_every_bucket_can_be_encoded() -> None:
    assert all(frames % 2 == 0 and frames <= FULL_WINDOW for frames in BUCKETS)
    assert list(BUCKETS) == sorted(BUCKETS)
