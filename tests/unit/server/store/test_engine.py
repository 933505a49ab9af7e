"""Database URLs of every usual form; no message shows a password."""

import pytest

from server.store.engine import connect_url
from streaming.errors import StoreError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://u:p%40@h:5433/n", "postgresql://u:p%40@h:5433/n"),
        ("postgresql+asyncpg://u@h/n", "postgresql://u@h/n"),
        ("postgresql://u@h/n?sslmode=require", "postgresql://u@h/n?sslmode=require"),
        ("postgresql://h/n?sslmode=require&channel_binding=require", "postgresql://h/n?sslmode=require"),
        ("postgresql://u@/n?host=/tmp/s", "postgresql://u@/n?host=%2Ftmp%2Fs"),
        ("postgresql:///n", "postgresql:///n"),
    ],
)
def test_a_url_is_read_as_asyncpg_reads_it(url: str, expected: str) -> None:
    assert connect_url(url) == expected


@pytest.mark.parametrize(
    "url", ["", "steno", "mysql://u:hush@h/n", "postgresql://u:hush@h:port/n", "postgresql://u:hush@[h/n"]
)
def test_another_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as refused:
        connect_url(url)
    assert refused.value.code == "database_url_invalid"
    assert "hush" not in refused.value.message
