"""Tracks get the names of those who are heard on them, and keep them."""

from server.recorder.adapter import Participant, Phase, Sight
from server.recorder.names import Names, likely


def seen(names: dict[str, str], *others: str) -> Sight:
    return Sight(Phase.RECORDING, tuple(map(Participant, others)), names)


def test_the_adapters_name_comes_first_then_the_text_beside_the_element_then_a_number() -> None:
    names = Names()
    names.see(seen({"a": "Anna"}, "Anna", "Boris"), {"a": "?", "b": "Remote Video #2 Boris"})
    assert [names.name(key, {"a", "b", "c", "d"}) for key in "abcd"] == [
        *("Anna", "Boris", "Speaker 1", "Speaker 2")
    ]
    assert (names.known("a"), names.known("b")) == (True, False)
    assert sorted(names.named) == ["a", "b"]


def test_a_name_that_vanishes_stays() -> None:
    names = Names()
    names.see(seen({"a": "Anna"}), {})
    assert names.see(seen({}), {}) == set()
    assert names.name("a", {"a"}) == "Anna"


def test_another_name_is_another_person() -> None:
    names = Names()
    names.see(seen({"a": "Anna"}), {})
    assert names.name("a", {"a"}) == "Anna"
    assert names.see(seen({"a": "Vera"}), {}) == {"a"}
    assert names.name("a", {"a"}) == "Vera"


def test_two_of_one_name_are_told_apart_and_who_comes_back_is_the_same() -> None:
    names = Names()
    names.see(seen({"a": "Anna", "b": "Anna"}), {})
    assert [names.name(key, {"a", "b"}) for key in "ab"] == ["Anna", "Anna (2)"]
    names.forget("a")
    names.see(seen({"c": "Anna"}), {})
    assert names.name("c", {"b", "c"}) == "Anna"


def test_the_text_beside_an_element_is_searched_for_a_participant() -> None:
    assert likely("Remote Video #1 Anna", ["Anna", "Boris"]) == "Anna"
    assert likely("Anna K. (host)", ["Anna", "Anna K."]) == "Anna K."
    assert likely("Anna and Boris", ["Anna", "Boris"]) == "Anna and Boris"
    assert likely("  Ольга\n", []) == "Ольга"
