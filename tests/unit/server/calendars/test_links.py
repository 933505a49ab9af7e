"""Links to meetings: each service's forms, what wraps them, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.calendars.links import MOST_LINKS, Service, first_link, recognised

MEET = "https://meet.google.com/abc-defg-hij"


@pytest.mark.parametrize(
    ("service", "url"),
    [
        ("google_meet", MEET),
        ("google_meet", "https://meet.google.com/lookup/abcdef"),
        ("zoom", "https://us02web.zoom.us/j/84512345678?pwd=QUJD"),
        ("zoom", "https://zoom.us/my/ann.example"),
        ("zoom", "https://company.zoom.us/wc/join/84512345678"),
        ("zoom", "https://www.zoomgov.com/j/1601234567"),
        ("teams", "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%7d"),
        ("teams", "https://teams.microsoft.com/meet/2231234567890?p=abc"),
        ("teams", "https://teams.live.com/meet/9312345678901?p=abc"),
        ("telemost", "https://telemost.yandex.ru/j/12345678901234"),
        ("telemost", "https://telemost.360.yandex.ru/j/1234567890"),
        ("sber_jazz", "https://jazz.sber.ru/t9xnkj?psw=OAQN"),
        ("sber_jazz", "https://salutejazz.ru/calls/hq7xab?psw=OAQN"),
        ("jitsi", "https://meet.jit.si/QuietRoom"),
        ("jitsi", "https://jitsi.example.org/quiet%20room"),
        ("jitsi", "https://8x8.vc/acme/weekly"),
        ("ktalk", "https://acme.ktalk.ru/x7f3a"),
        ("webex", "https://acme.webex.com/meet/ann"),
        ("webex", "https://acme.webex.com/acme/j.php?MTID=m1234"),
        ("mts_link", "https://my.mts-link.ru/j/1234/5678"),
        ("vk_calls", "https://vk.com/call/join/a1B2_c3-d4"),
        ("dion", "https://dion.vc/event/ann-room"),
    ],
)
def test_a_link_into_a_meeting_is_recognised_as_it_is(service: Service, url: str) -> None:
    link = recognised(url)
    assert link is not None
    assert (link.service, link.url) == (service, url)


@pytest.mark.parametrize(
    "url",
    [
        "https://meet.google.com/",
        "https://meet.google.com/about",
        "https://support.google.com/meet",
        "https://zoom.us/download",
        "https://zoom.us/u/abcd",
        "https://teams.microsoft.com/meetingOptions/?organizerId=1",
        "https://acme.webex.com/acme/j.php",
        "https://jazz.sber.ru/download",
        "https://vk.com/feed",
        "https://zoom.us.evil.example/j/84512345678",
        "https://evilzoom.us/j/84512345678",
        "https://meet.google.com@evil.example/abc-defg-hij",
        "https://ann:pw@meet.google.com/abc-defg-hij",
        "https://meet.google.com:8443/abc-defg-hij",
        "ftp://meet.google.com/abc-defg-hij",
        "https://meet.google.com:port/abc-defg-hij",
        "https://[::1",
        "https://zoom.us/j/84512345678?" + "x" * 2_000,
    ],
)
def test_other_links_are_not(url: str) -> None:
    assert recognised(url) is None


@pytest.mark.parametrize(
    "text",
    [
        f"Join: {MEET}.",
        f"(<{MEET}>)",
        f'<a href="{MEET}">Join</a>',
        "HTTPS://MEET.GOOGLE.COM/abc-defg-hij#frag and more",
        "http://meet.google.com/abc-defg-hij",
        f"https://www.google.com/url?q={MEET}&sa=D",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fmeet.google.com%2Fabc-defg-hij&data=05",
        "&lt;a href=&quot;https://www.google.com/url?q=https://meet.google.com/abc-defg-hij&amp;amp;sa=D&quot;&gt;",
        f"See https://example.org/x first, then {MEET}",
        f"{MEET}\nhttps://zoom.us/j/84512345678",
    ],
)
def test_a_link_is_found_in_what_is_around_it(text: str) -> None:
    link = first_link([text])
    assert link is not None
    assert link.url == MEET


def test_the_first_text_with_a_link_counts() -> None:
    link = first_link(["Room 5", "https://zoom.us/j/84512345678", MEET])
    assert link is not None
    assert link.service == "zoom"


def test_only_so_much_is_looked_at() -> None:
    assert first_link(["https://example.org/ " * MOST_LINKS + MEET]) is None
    assert first_link([" " * 65_536 + MEET]) is None
    wrapped = MEET
    for _ in range(4):
        wrapped = f"https://www.google.com/url?q={wrapped}"
    assert recognised(wrapped) is None


@given(st.lists(st.one_of(st.text(), st.from_regex(r"https?://[^ ]{0,60}")), max_size=5))
def test_any_text_is_taken(texts: list[str]) -> None:
    link = first_link(texts)
    assert link is None or link.url.startswith("https://")
