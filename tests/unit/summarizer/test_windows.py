"""Windows hold every line, fit their budget, overlap, and do not move while the meeting goes on."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.schema import Line
from summarizer.tokens import estimate
from summarizer.windows import OVERLAP, cut, pieces
from tests.support.long_meetings import long_meeting

costs_of_lines = st.lists(st.integers(1, 60), min_size=1, max_size=120)


def said(costs: list[int], pause_after: int = -1) -> list[Line]:
    """Lines a second apart, with one long pause."""
    starts = [place + 60 * (place > pause_after >= 0) for place in range(len(costs))]
    return [Line(str(place), "A", start, start + 1, "x") for place, start in enumerate(starts)]


@settings(max_examples=200)
@given(costs_of_lines, st.integers(40, 400))
def test_every_line_is_in_a_window_and_each_window_fits(costs: list[int], budget: int) -> None:
    windows = cut(said(costs), costs, budget)
    assert windows[0][0] == 0
    assert windows[-1][1] == len(costs) - 1
    for (first, last), (start, end) in pairwise(windows):
        assert first < start <= last + 1
        assert end > last
        assert last + 1 - start <= OVERLAP
    assert all(sum(costs[first : last + 1]) <= max(budget, 60 * 2) for first, last in windows)


@settings(max_examples=100)
@given(costs_of_lines, st.integers(40, 400), st.data())
def test_a_full_window_stays_while_the_meeting_goes_on(
    costs: list[int], budget: int, data: st.DataObject
) -> None:
    until = data.draw(st.integers(1, len(costs)))
    lines = said(costs)
    assert (
        cut(lines[:until], costs[:until], budget)[:-1]
        == cut(lines, costs, budget)[: len(cut(lines[:until], costs[:until], budget)) - 1]
    )


def test_a_cut_lies_at_the_longest_pause_near_the_end() -> None:
    costs = [10] * 40
    assert cut(said(costs, pause_after=17), costs, 200)[0] == (0, 17)
    assert cut(said(costs, pause_after=3), costs, 200)[0] == (0, 19)


def test_the_pieces_of_a_line_are_its_words() -> None:
    text = "one two three " * 500 + "x" * 3000
    parts = pieces(Line("a", "Eve", 1, 9, text), 100)
    assert "".join(part.text for part in parts) == text
    assert {(part.id, part.speaker, part.start, part.end) for part in parts} == {("a", "Eve", 1, 9)}
    assert max(estimate(part.text) for part in parts) <= 100


def test_an_estimate_is_no_less_than_what_tokenizers_take_of_speech() -> None:
    for language, tokens_a_word in (("en", 1.6), ("ru", 2.6)):
        lines, _ = long_meeting(language)
        words = sum(len(line.text.split()) for line in lines)
        assert tokens_a_word * words < sum(estimate(f"{line.text}\n") + 7 for line in lines) < 4 * words
