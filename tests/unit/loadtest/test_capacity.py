"""The search finds the largest number that keeps the objective, and says why the next one does not."""

from dataclasses import replace

import pytest

from loadtest.capacity import Capacity, Objective, against, misses, search
from loadtest.figures import distribution
from loadtest.report import RunReport, Words, report_run
from tests.unit.loadtest.made import caption, clip, run, script, stream

OBJECTIVE = Objective()


async def found(capacity: int, most: int) -> tuple[Capacity, list[int]]:
    tried: list[int] = []

    async def attempt(number: int) -> tuple[str, ...]:
        tried.append(number)
        return () if number <= capacity else (f"{number} are too many",)

    return await search(attempt, most), tried


@pytest.mark.parametrize("capacity", range(20))
@pytest.mark.parametrize("most", [1, 2, 7, 16, 19])
async def test_the_search_is_exact_and_tries_nothing_twice(capacity: int, most: int) -> None:
    answer, tried = await found(capacity, most)
    assert answer.speakers == min(capacity, most)
    assert answer.limit == (capacity + 1 if capacity < most else None)
    assert len(tried) == len(set(tried))
    assert tried[0] == 1


async def test_the_search_doubles_and_then_halves() -> None:
    answer, tried = await found(11, 256)
    assert tried == [1, 2, 4, 8, 16, 12, 10, 11]
    assert answer == Capacity(11, 12, ("12 are too many",))


def report() -> RunReport:
    made = stream(
        script((1.0, clip(4.0, "one two three four"))),
        caption(5.5, "a", "one two three four", 1.0, 5.0, final=True),
    )
    return replace(report_run(run(made)), word_delay=distribution([1.0]))


def test_a_good_run_misses_nothing() -> None:
    assert misses(report(), OBJECTIVE, report()) == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"word_delay": distribution([1.6])}, "word delay p95 1.60 s > 1.5 s"),
        ({"final_delay": distribution([1.25])}, "final delay p95 1.25 s > 1.2 s"),
        ({"final_delay": distribution([])}, "no final delay could be measured"),
        ({"refused": {"overloaded": 2}}, "2 refused (overloaded)"),
        ({"lost": {"connection_lost": 1}}, "1 lost (connection_lost)"),
        ({"turns_without_final": 3}, "3 turns without a final"),
        ({"invalid": ("It was late.",)}, "It was late"),
        ({"words": Words(200, 1, 1, 1, 0.015)}, "word error rate 1.5 points above that of one speaker"),
    ],
)
def test_what_is_missed_is_told(change: dict[str, object], told: str) -> None:
    changed = replace(report(), **change)  # type: ignore[arg-type]
    assert misses(changed, OBJECTIVE, report()) == (told,)


def test_without_partials_words_may_wait_for_their_final() -> None:
    slow = replace(report(), plan={"interim": False}, word_delay=distribution([5.0]))
    assert misses(slow, OBJECTIVE, None) == ()


def test_lost_and_doubled_words_are_told_apart() -> None:
    alone = replace(report(), words=Words(100, 2, 0, 1, 0.03))
    many = replace(report(), words=Words(400, 8, 8, 8, 0.06))
    assert against(many, alone) == pytest.approx(
        {"word_error_rate": 3, "lost_words": 1, "doubled_or_invented_words": 2, "wrong_words": 0}
    )
