"""The language of a window: named, heard, or weighed against the one before."""

import numpy as np
import pytest

from asr.detection import Choice, choose, shares
from asr.types import DecodeRequest, Kind, Prior

RANKING = [("<|en|>", 0.5), ("<|de|>", 0.3), ("<|ru|>", 0.2)]


def request(
    language: str | None = None, languages: tuple[str, ...] = (), prior: Prior | None = None
) -> DecodeRequest:
    """A window of nothing."""
    audio = np.zeros(0, np.float32)
    return DecodeRequest(
        "u", 1, Kind.FINAL, audio, 0, 0.0, language=language, languages=languages, prior=prior
    )


def test_without_a_restriction_the_first_wins_with_its_share() -> None:
    assert shares(RANKING, ()) == (("en", 0.5), ("de", 0.3), ("ru", 0.2))
    assert choose(request(), RANKING) == Choice("en", 0.5, shares(RANKING, ()))


def test_among_allowed_languages_the_share_is_taken_among_them() -> None:
    detected = shares(RANKING, ("ru", "de"))
    assert [language for language, _ in detected] == ["de", "ru"]
    assert dict(detected) == pytest.approx({"de": 0.6, "ru": 0.4})


def test_an_allowed_language_that_the_model_did_not_rank_changes_nothing() -> None:
    assert choose(request(languages=("xx",)), RANKING).language == "en"


def test_no_probability_at_all_is_no_error() -> None:
    assert shares([("<|en|>", 0.0)], ()) == (("en", 0.0),)


def test_a_language_that_is_named_is_not_detected() -> None:
    assert choose(request("ru"), RANKING) == Choice("ru")


@pytest.mark.parametrize(
    ("prior", "language"),
    [
        (Prior("ru", 0.7, 0.5), "en"),
        (Prior("ru", 0.8, 0.5), "ru"),
        (Prior("ru", 0.6, 0.6), "ru"),
        (Prior("en", 0.99, 0.99), "en"),
        (Prior("fr", 0.99, 0.5), "en"),
        (Prior("fr", 0.99, 0.6), "fr"),
    ],
    ids=["clear", "too close", "too doubtful", "the same", "never heard", "never heard, too doubtful"],
)
def test_the_language_before_is_left_on_clear_evidence_only(prior: Prior, language: str) -> None:
    choice = choose(request(prior=prior), RANKING)
    assert choice.language == language
    assert choice.detected == shares(RANKING, ())
    assert choice.probability == dict(choice.detected).get(language, 0.0)
