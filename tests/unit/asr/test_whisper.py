"""The parts of the engine that need no model."""

import pytest

from asr.types import SAMPLE_RATE
from asr.whisper import BUCKETS, FULL_WINDOW, bucket, likeliest

RANKING = [("<|en|>", 0.5), ("<|de|>", 0.3), ("<|ru|>", 0.2)]


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


def test_without_a_restriction_the_first_wins_with_its_share() -> None:
    language, probability = likeliest(RANKING, ())
    assert language == "en"
    assert probability == pytest.approx(0.5)


def test_among_allowed_languages_the_share_is_taken_among_them() -> None:
    language, probability = likeliest(RANKING, ("ru", "de"))
    assert language == "de"
    assert probability == pytest.approx(0.6)


def test_an_allowed_language_that_the_model_did_not_rank_changes_nothing() -> None:
    assert likeliest(RANKING, ("xx",))[0] == "en"


def test_no_probability_at_all_is_no_error() -> None:
    assert likeliest([("<|en|>", 0.0)], ()) == ("en", 0.0)
