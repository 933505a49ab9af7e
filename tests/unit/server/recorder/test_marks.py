"""On a track that all share, who speaks is taken from the marks of the page."""

from server.recorder.marks import Marks


def marked() -> Marks:
    marks = Marks()
    for at, speaking in enumerate([("Anna",), ("Anna",), ("Boris",), ("Boris", "Vera"), ()]):
        marks.see(float(at), speaking)
    return marks


def test_the_one_with_the_greatest_part_has_spoken() -> None:
    assert marked().who(0.2, 1.9) == "Anna"
    assert marked().who(1.8, 3.0) == "Boris"
    assert marked().who(2.0, 4.0) == "Boris"


def test_who_was_marked_for_less_than_a_third_is_not_named() -> None:
    assert marked().who(4.0, 9.0) is None
    assert marked().who(3.8, 5.0) is None
    assert Marks().who(0.0, 1.0) is None


def test_a_mark_is_not_believed_for_long_without_another_look() -> None:
    marks = Marks()
    marks.see(0.0, ("Anna",))
    assert marks.who(0.0, 2.0) == "Anna"
    assert marks.who(3.0, 5.0) is None
