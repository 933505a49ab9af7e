"""When words count as settled."""

import pytest

from streaming.agreement import PATIENCE, Agreement, common_prefix, normal


def heard(agreement: Agreement, *texts: str) -> Agreement:
    """Push hypotheses a second of audio apart."""
    for number, text in enumerate(texts, 1):
        agreement.push(text, number * 16_000)
    return agreement


def settled(agreement: Agreement) -> str:
    """The settled words as text."""
    return " ".join(agreement.committed)


def tentative(agreement: Agreement) -> str:
    """The tentative words as text."""
    return " ".join(agreement.pending)


def test_all_hypotheses_of_the_span_must_agree() -> None:
    agreement = Agreement(span=32_000, held_back=2)
    heard(agreement, "we shall meet on Monday", "we shall meet on Monday at")
    assert settled(agreement) == ""
    agreement.push("we shall meet on Monday at noon", 48_000)
    assert settled(agreement) == "we shall meet"


def test_the_last_two_words_of_every_hypothesis_are_held_back() -> None:
    agreement = heard(Agreement(span=32_000, held_back=2), "a b c", "a b c d e f", "a b c d e f")
    assert settled(agreement) == "a"


def test_a_word_that_changed_is_not_settled_nor_what_follows_it() -> None:
    agreement = heard(Agreement(span=32_000, held_back=2), "a b c d e f", "a b X d e f", "a b c d e f")
    assert settled(agreement) == "a b"


def test_case_and_punctuation_do_not_matter_and_the_newest_spelling_stays() -> None:
    agreement = heard(
        Agreement(span=32_000, held_back=2), "Well, we go. x y", "well we go x y", "Well... we go, x y"
    )
    assert settled(agreement) == "Well... we go,"


def test_settled_words_are_never_taken_back() -> None:
    agreement = heard(Agreement(span=32_000, held_back=2), *["a b c d e"] * 3)
    for text in ("", "x y z", "a", "a b", "b c d e f g h", "a b X d e"):
        agreement.push(text, 99_000)
        assert settled(agreement) == "a b c"


def test_a_hypothesis_without_the_settled_words_is_no_evidence() -> None:
    agreement = heard(Agreement(span=32_000, held_back=2), *["a b c d e"] * 3)
    pending = agreement.pending
    assert not agreement.push("q r s t u v w", 64_000)
    assert agreement.pending == pending


def test_a_mark_that_follows_the_settled_words_does_not_stop_them() -> None:
    """The model goes on from "I think" with ", but": the mark sticks to the settled word."""
    agreement = heard(Agreement(span=32_000, held_back=2), *["I think maybe not"] * 3)
    assert settled(agreement) == "I think"
    assert agreement.push("I think, but we will see", 64_000)
    assert settled(agreement) == "I think"
    assert tentative(agreement) == "but we will"
    agreement.push("I think, but we will see", 80_000)
    agreement.push("I think, but we will see", 96_000)
    assert settled(agreement) == "I think, but we"


def test_the_text_of_a_later_step_begins_with_that_of_the_earlier_one() -> None:
    agreement, before = Agreement(span=32_000, held_back=2), ""
    texts = (
        *["I think maybe not"] * 3,
        *["I think, but maybe not"] * 3,
        *["i THINK but maybe not, or so it is"] * 3,
        *["I think. But maybe. Not or so it is"] * 3,
    )
    for number, text in enumerate(texts):
        agreement.push(text, number * 16_000)
        assert settled(agreement).startswith(before)
        before = settled(agreement)
    assert len(agreement.committed) > 3


def test_the_edge_is_where_all_settled_words_were_already_heard() -> None:
    agreement = heard(Agreement(span=32_000, held_back=2), "a b c d", "a b c d e", "a b c d e f")
    assert settled(agreement) == "a b"
    assert agreement.edge == 16_000


def test_the_edge_stays_while_nothing_new_settles() -> None:
    agreement = heard(Agreement(span=32_000, held_back=2), "a b c d", "a b c d", "a b c d")
    agreement.push("a b c d", 64_000)
    assert agreement.edge == 16_000


def test_the_last_word_is_not_shown_but_the_very_first_is() -> None:
    agreement = Agreement(span=32_000, held_back=2)
    assert agreement.push("so", 16_000)
    assert tentative(agreement) == "so"
    assert agreement.push("so we meet", 32_000)
    assert tentative(agreement) == "so we"


def test_nothing_new_is_told_as_such() -> None:
    agreement = Agreement(span=32_000, held_back=2)
    assert agreement.push("a b c", 16_000)
    assert not agreement.push("a b c", 32_000)
    assert agreement.push("a b c", 48_000)
    assert not agreement.push("a b c", 64_000)


def test_an_empty_hypothesis_shows_nothing() -> None:
    agreement = Agreement(span=32_000, held_back=2)
    assert not agreement.push("", 16_000)
    assert tentative(agreement) == ""


def test_russian() -> None:
    agreement = heard(
        Agreement(span=32_000, held_back=2),
        "Ну, давайте начнём встречу",
        *["ну давайте начнём встречу сейчас"] * 2,
    )
    assert settled(agreement) == "ну давайте"


@pytest.mark.parametrize("word", ["Hello", "hello,", "«HELLO»", "hello…"])
def test_words_compare_without_case_and_marks(word: str) -> None:
    assert normal(word) == "hello"


def test_a_mark_inside_a_word_counts() -> None:
    assert normal("don't") != normal("dont")


def test_the_common_prefix_ends_at_the_shortest() -> None:
    assert common_prefix([["a", "b", "c"], ["a", "b"], ["A,", "b."]]) == 2
    assert common_prefix([["a"], []]) == 0


def test_many_hypotheses_of_a_short_while_settle_nothing() -> None:
    agreement = Agreement(span=32_000, held_back=2)
    for number in range(20):
        agreement.push("a b c d e", 16_000 + number * 1_600)
        assert settled(agreement) == ""


def test_few_hypotheses_far_apart_settle_only_when_enough_of_them_agree() -> None:
    agreement = Agreement(span=32_000, least=3, held_back=2)
    agreement.push("a b c d e", 16_000)
    agreement.push("a b c d e", 80_000)
    assert settled(agreement) == ""
    agreement.push("a b c d e", 144_000)
    assert settled(agreement) == "a b c"


def test_up_to_a_pause_all_is_shown_and_all_but_the_last_words_settle() -> None:
    agreement = heard(Agreement(span=32_000, held_back=2), "we shall meet on", "we shall eat on Monday")
    assert tentative(agreement) == "we shall eat on"
    assert agreement.pause("we shall meet on Monday.", 48_000)
    assert (settled(agreement), tentative(agreement)) == ("we shall meet", "on Monday.")
    assert agreement.edge == 48_000


def test_what_was_heard_before_a_pause_settles_nothing_after_it() -> None:
    agreement = heard(Agreement(span=32_000, held_back=2), *["a b c d e"] * 2)
    agreement.pause("a x", 40_000)
    assert settled(agreement) == ""
    agreement.pause("a x y z", 44_000)
    agreement.push("a x y z u v", 48_000)
    assert settled(agreement) == "a x"


def test_a_pause_without_the_settled_words_changes_nothing() -> None:
    agreement = heard(Agreement(span=32_000, held_back=2), *["a b c d e"] * 3)
    assert not agreement.pause("x y z", 64_000)
    assert (settled(agreement), tentative(agreement)) == ("a b c", "d")


def test_a_hypothesis_that_stops_short_is_believed_only_in_the_end() -> None:
    agreement = Agreement(span=32_000, held_back=2)
    agreement.push("it was in the month of May", 16_000)
    for number in range(PATIENCE):
        assert not agreement.push("it was in", 32_000 + number)
        assert agreement.stopped_short == number + 1
    assert agreement.push("it was in", 48_000)
    assert tentative(agreement) == "it was"
    assert agreement.stopped_short == 0


def test_a_free_hypothesis_is_shown_from_where_the_settled_words_end() -> None:
    agreement = heard(Agreement(span=32_000, held_back=2), *["it be sell in the month"] * 3)
    assert settled(agreement) == "it be sell in"
    assert agreement.push("It befell in the month of May, queen", 64_000)
    assert (settled(agreement), tentative(agreement)) == ("it be sell in", "the month of May,")
