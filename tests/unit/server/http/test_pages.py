"""Whose frames may hold the page with nothing but the captions."""

from server.http.pages import framed


def ancestors(*origins: str) -> str:
    return framed(origins).rpartition("frame-ancestors ")[2]


def test_only_pages_of_the_own_origin_unless_others_are_named() -> None:
    assert ancestors() == "'self'"
    assert ancestors("https://a.example", "http://[::1]:8080") == "'self' https://a.example http://[::1]:8080"


def test_what_is_no_origin_cannot_change_the_policy() -> None:
    assert ancestors("https://a;script-src *", "*", "https://a.example b.example", "https:") == "'self'"
