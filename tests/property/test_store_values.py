"""For any text: it is cleaned to something storable, and a cursor is its own or refused."""

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from server.store.columns import clean
from server.store.cursor import Part, read_cursor, read_place, write_cursor, write_place
from server.store.search import MAX_TERMS, matches, terms
from streaming.errors import ProtocolError

ANY_TEXT = st.text(alphabet=st.characters())
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(5000, 1, 1), timezones=st.just(UTC))
IDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=64)


def place_or_code(cursor: str) -> tuple[datetime, str] | str:
    """What the cursor names, or the code of its refusal."""
    try:
        return read_cursor(cursor)
    except ProtocolError as error:
        return error.code


@given(st.text(alphabet=st.one_of(st.characters(), st.characters(categories=["Cs"]), st.just("\0"))))
def test_clean_text_is_storable_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) is cleaned


@given(MOMENTS, IDS)
def test_a_cursor_reads_back_as_written(moment: datetime, meeting_id: str) -> None:
    assert read_cursor(write_cursor(moment, meeting_id)) == (moment, meeting_id)


@given(st.one_of(ANY_TEXT, st.text("ABCDEFabcdef0123456789-_=")))
def test_any_other_text_is_a_bad_cursor_and_nothing_else(text: str) -> None:
    place = place_or_code(text)
    assert place == "bad_cursor" or read_cursor(write_cursor(*place)) == place


PLACES = st.tuples(
    st.integers(-(2**61), 2**61), st.floats(-1e15, 1e15), st.floats(0, 1e9, allow_subnormal=False), IDS
)


@given(PLACES)
def test_a_place_reads_back_to_the_last_digit(place: tuple[int, float, float, str]) -> None:
    assert read_place(write_place(*place), int, float, float, str) == place


@given(PLACES, st.lists(st.sampled_from([int, float, str]), max_size=5))
def test_a_place_of_another_list_is_a_bad_cursor(
    place: tuple[int, float, float, str], kinds: list[type[Part]]
) -> None:
    assume(kinds != [int, float, float, str])
    with pytest.raises(ProtocolError) as refused:
        read_place(write_place(*place), *kinds)
    assert refused.value.code == "bad_cursor"


@given(ANY_TEXT)
def test_any_query_is_read(query: str) -> None:
    assert len(terms(query)) <= MAX_TERMS
    matches(query)
