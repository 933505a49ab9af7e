"""Drafts of a smaller model than the finals', and what they go on from."""

from asr.types import SAMPLE_RATE, Hypothesis
from tests.unit.streaming.test_utterance import audio, settle, utterance


def test_a_partial_answered_while_a_pause_is_decoded_is_shown_and_settles_nothing() -> None:
    one = utterance()
    late = one.partial(audio(1.9), 0.0)
    pause = one.pause(audio(2.0), 0.0)
    for end in range(1, 9):
        one.agreement.push("a b c d e f", end * SAMPLE_RATE // 2)
    settled = one.committed
    assert one.heard(late, Hypothesis("a b c d e f g h i", "en"))
    assert (one.committed, one.waiting) == (settled, True)
    assert one.pending.endswith("g h")
    assert one.heard(pause, Hypothesis("a b c d e f g h i", "en"))
    assert not one.heard(late, Hypothesis("a b c d e f g", "en"))


def test_what_a_small_model_says_is_shown_and_never_settled() -> None:
    one = utterance(languages=("en", "ru"))
    for seconds in range(1, 9):
        request = one.partial(audio(seconds), 0.0)
        one.heard(request, Hypothesis("a b c d e f", "en", provisional=True))
    assert (one.committed, one.pending, one.language) == ("", "a b c d e", None)


def test_a_draft_after_a_pause_carries_what_was_heard_in_it() -> None:
    one = utterance()
    one.heard(one.pause(audio(2.0), 0.0), Hypothesis("we met on Monday.", "en"))
    request = one.partial(audio(3.0), 0.0)
    assert (request.paused, request.resumed) == ("we met on Monday.", 2 * SAMPLE_RATE)
    assert not one.heard(request, Hypothesis("we met on Monday.", "en", provisional=True))
    assert f"{one.committed} {one.pending}" == "we met on Monday."


def test_a_pause_that_was_heard_otherwise_than_settled_is_not_gone_on_from() -> None:
    one = utterance()
    settle(one, "we met on Monday")
    one.heard(one.pause(audio(2.0), 0.0), Hypothesis("you left", "en"))
    assert one.partial(audio(3.0), 0.0).paused == ""
