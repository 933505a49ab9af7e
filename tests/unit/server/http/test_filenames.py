"""Titles as file names."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.http.filenames import content_disposition


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (None, 'inline; filename="transcript.txt"'),
        ("Weekly sync", 'inline; filename="Weekly sync.txt"'),
        ('a"b\\c/../d\r\nX: y', 'inline; filename="a b c .. d X y.txt"'),
        ("...", 'inline; filename="transcript.txt"'),
        ("café", "inline; filename=\"cafe.txt\"; filename*=UTF-8''caf%C3%A9.txt"),
    ],
)
def test_a_title_becomes_a_name(title: str | None, expected: str) -> None:
    assert content_disposition(title, "txt", "inline") == expected


def test_a_cyrillic_title_comes_back_from_the_header() -> None:
    value = content_disposition("Итоги года", "srt", "attachment")
    assert value.startswith('attachment; filename="transcript.srt"; ')
    assert unquote(value.partition("UTF-8''")[2]) == "Итоги года.srt"


@given(st.text(max_size=300))
def test_no_title_breaks_the_header(title: str) -> None:
    value = content_disposition(title, "vtt", "inline")
    assert value.isascii()
    assert value.isprintable()
    assert value.count('"') == 2
    assert "/" not in value
