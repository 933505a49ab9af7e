"""Feeds over real sockets: fetched when they have changed, bounded, and from nowhere else."""

from collections.abc import AsyncIterator

import pytest

from server.calendars import fetching
from server.calendars.fetching import FeedFetching, Fetched, Marks
from server.calendars.reading import FeedError
from server.guarded.requests import Requests
from tests.support.calendar_site import PATH, CalendarSite

NOTHING = Marks()


@pytest.fixture
async def site() -> AsyncIterator[CalendarSite]:
    async with CalendarSite(b"BEGIN:VCALENDAR").served() as served:
        yield served


def fetch(*, allow_private: bool = True, seconds: float = 20.0) -> FeedFetching:
    return FeedFetching(Requests(allow_private=allow_private), seconds=seconds)


async def refused(url: str, *, allow_private: bool = True) -> FeedError:
    with pytest.raises(FeedError) as told:
        await fetch(allow_private=allow_private)(url, NOTHING)
    assert PATH not in told.value.sentence
    return told.value


async def test_a_feed_comes_with_its_marks_and_only_once(site: CalendarSite) -> None:
    site.etag = '"1"'
    first = await fetch()(site.url, NOTHING)
    assert first == Fetched(b"BEGIN:VCALENDAR", Marks('"1"'))
    assert await fetch()(site.url, first.marks) == Fetched(None, first.marks)
    site.body, site.etag = b"BEGIN", '"2"'
    assert await fetch()(site.url, first.marks) == Fetched(b"BEGIN", Marks('"2"'))
    assert [one.get("if-none-match") for one in site.asked] == [None, '"1"', '"1"']


async def test_a_time_is_shown_again_as_it_came(site: CalendarSite) -> None:
    day = "Thu, 26 Nov 2026 09:00:00 GMT"
    site.headers = {"Last-Modified": day}
    fetched = await fetch()(site.url, NOTHING)
    await fetch()(site.url, fetched.marks)
    assert site.asked[-1]["if-modified-since"] == day


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (304, "feed_unreachable"),
        (401, "feed_forbidden"),
        (403, "feed_forbidden"),
        (404, "feed_not_found"),
        (410, "feed_not_found"),
        (500, "feed_unreachable"),
    ],
)
async def test_another_answer_has_its_reason(site: CalendarSite, status: int, code: str) -> None:
    site.status = status
    assert (await refused(site.url)).code == code


async def test_the_server_may_ask_us_to_wait(site: CalendarSite) -> None:
    site.status, site.headers = 503, {"Retry-After": "3600"}
    assert (await refused(site.url)).retry_after == 3_600


async def test_a_feed_without_end_is_cut_off(site: CalendarSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LARGEST", 100_000)
    site.body = b"x" * 200_000
    assert (await refused(site.url)).code == "feed_too_big"


async def test_a_private_address_is_asked_for_nothing(site: CalendarSite) -> None:
    error = await refused(site.url, allow_private=False)
    assert error.code == "feed_refused"
    assert site.asked == []


async def test_a_redirect_is_followed_and_checked_like_the_first(site: CalendarSite) -> None:
    async with CalendarSite(status=302, headers={"Location": site.url}).served() as other:
        assert (await fetch()(other.url, NOTHING)).raw == site.body
        other.headers = {"Location": "http://169.254.169.254/latest/meta-data"}
        assert (await refused(other.url)).code == "feed_refused"
        other.headers = {"Location": "file:///etc/passwd"}
        assert (await refused(other.url)).code == "feed_refused"
        other.headers = {"Location": "/again"}
        assert (await refused(other.url)).code == "feed_unreachable"
        other.headers = {}
        assert (await refused(other.url)).code == "feed_unreachable"


def test_a_secret_under_https_goes_over_no_other() -> None:
    with pytest.raises(FeedError):
        fetching._next("https://calendar.example/a", "http://calendar.example/a")
    assert fetching._next("https://calendar.example/a", "/b") == "https://calendar.example/b"


async def test_nobody_there_has_its_reason() -> None:
    assert (await refused(f"http://127.0.0.1:1{PATH}")).code == "feed_unreachable"
    assert (await refused(f"http://nobody.invalid{PATH}")).code == "feed_unreachable"
