"""What is shown of a text that was found."""

from hypothesis import given
from hypothesis import strategies as st

from server.store.snippets import ELLIPSIS, START, STOP, WIDTH, Part, marks, snippet


def joined(parts: tuple[Part, ...]) -> str:
    return "".join(part.text for part in parts)


def test_marks_are_places_in_the_text_as_it_was_said() -> None:
    text = "«a» bb a"
    first = f" {START}a{STOP}  bb {START}a{STOP}"
    assert marks(text, [first]) == ((1, 2), (7, 8))
    assert marks(text, [first, f" a  {START}bb{STOP} a"]) == ((1, 2), (4, 6), (7, 8))
    assert marks(text, [f" {START}a{STOP}"]) == ()
    assert marks(text, []) == ()


def test_a_short_text_is_shown_whole() -> None:
    assert snippet("one two", [(4, 7)]) == (Part("one ", False), Part("two", True))
    assert snippet("one two", []) == (Part("one two", False),)
    assert snippet("", []) == ()


def test_of_a_long_text_the_surroundings_of_the_first_mark_are_shown() -> None:
    text = "word " * 100 + "here " + "word " * 100
    parts = snippet(text, [(500, 504)])
    assert parts[0] == parts[-1] == Part(ELLIPSIS, False)
    assert [part.text for part in parts if part.match] == ["here"]
    shown = joined(parts[1:-1])
    assert shown.startswith("word ")
    assert shown.endswith(" word")
    assert len(shown) <= WIDTH


@given(st.text("ab ", max_size=600), st.sets(st.integers(0, 599), max_size=8))
def test_a_snippet_is_a_piece_of_the_text_and_shows_its_first_mark(text: str, places: set[int]) -> None:
    found = [(at, at + 1) for at in sorted(places) if at < len(text)]
    parts = snippet(text, found)
    whole = joined(parts).strip(ELLIPSIS)
    assert whole in text
    assert len(whole) <= WIDTH
    assert not found or any(part.match for part in parts)
