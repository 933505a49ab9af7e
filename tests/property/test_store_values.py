"""For any text: it is cleaned to something storable, and a cursor is its own or refused."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from server.store.columns import clean
from server.store.cursor import read_cursor, write_cursor
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


@given(ANY_TEXT)
def test_any_query_is_read(query: str) -> None:
    assert len(terms(query)) <= MAX_TERMS
    matches(query)
