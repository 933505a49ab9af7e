"""From where a call may come, decided without a server."""

import pytest

from server.access.place import Asked, by_origin, by_page, by_place, normal_origin


def code(host: str | None = "localhost:8080", origin: str | None = None) -> str | None:
    refusal = by_place(host, origin)
    return refusal.code if refusal is not None else None


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "LOCALHOST"])
def test_without_a_key_this_machine_is_served(host: str) -> None:
    assert code(host) is None
    assert code(host, f"http://{host}") is None


@pytest.mark.parametrize(
    "host",
    [None, "", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example",
     "evil.example#localhost", "localhost:x", "[::1", "10.0.0.1", "localhost@127.0.0.1"],
)  # fmt: skip
def test_a_name_that_is_not_of_this_machine_is_refused(host: str | None) -> None:
    refusal = by_place(host, None)
    assert refusal is not None
    assert (refusal.code, refusal.status) == ("host_not_allowed", 403)


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "http://localhost:9999", "http://127.0.0.1:8080", "file://",
     "http://localhost:8080@evil.example", "https://localhost", "http://[::1"],
)  # fmt: skip
def test_a_page_of_another_origin_is_refused(origin: str) -> None:
    assert code("localhost:8080", origin) == "origin_not_allowed"


def test_default_ports_are_the_same_origin() -> None:
    assert code("localhost", "http://localhost:80") is None
    assert code("localhost:443", "https://localhost") is None


PAGES = ("https://crm.example", "http://localhost:3000")


@pytest.mark.parametrize("origin", [*PAGES, "HTTPS://CRM.example", "https://crm.example:443"])
def test_a_token_is_good_for_pages_of_its_origins(origin: str) -> None:
    assert by_origin(PAGES, "steno.example", origin, same_site=False) is None


@pytest.mark.parametrize(
    "origin",
    [None, "", "null", "http://crm.example", "https://crm.example:8443", "https://crm.example.evil.example",
     "https://crm.example@evil.example", "https://crm.example/", "https://sub.crm.example"],
)  # fmt: skip
def test_and_for_no_others(origin: str | None) -> None:
    refusal = by_origin(PAGES, "steno.example", origin, same_site=False)
    assert refusal is not None
    assert (refusal.code, refusal.status) == ("origin_not_allowed", 403)


def test_a_token_without_origins_is_good_for_all() -> None:
    assert by_origin((), "steno.example", "https://evil.example", same_site=False) is None


@pytest.mark.parametrize(
    ("host", "welcome"), [("crm.example", True), ("crm.example:443", True), ("steno.example", False)]
)
def test_a_browser_says_of_its_calls_to_the_same_server_only_that_they_are(host: str, welcome: bool) -> None:
    assert (by_origin(PAGES, host, None, same_site=True) is None) is welcome


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://Example.org", "https://example.org"),
        ("http://example.org:80", "http://example.org"),
        ("https://example.org:8443", "https://example.org:8443"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://example.org/page", None),
        ("https://example.org?x", None),
        ("https://a@example.org", None),
        ("ftp://example.org", None),
        ("https://", None),
        ("https://example.org:x", None),
        ("https://пример.рф", None),
        ("*", None),
    ],
)
def test_an_origin_has_one_form(given: str, expected: str | None) -> None:
    assert normal_origin(given) == expected


OWN = "https://steno.example"
EVIL = "https://evil.example"


@pytest.mark.parametrize(
    "asked",
    [
        Asked(site="same-origin"),
        Asked(site="none"),
        Asked(),
        Asked(origin=OWN),
        Asked(origin=OWN, site="same-origin", changes=True, marked=True),
        Asked(origin=OWN, changes=True, marked=True),
        # Something between here and the browser may have changed `Host`; no page can forge this field.
        Asked(origin="https://outside.example", site="same-origin", changes=True, marked=True),
        Asked(origin=OWN, socket=True),
        Asked(origin="https://home.example", socket=True),
        Asked(origin="https://home.example:443", changes=True, marked=True),
    ],
)
def test_a_cookie_counts_for_the_pages_of_this_server(asked: Asked) -> None:
    assert by_page(asked, "steno.example", "https://home.example") is None


@pytest.mark.parametrize(
    "asked",
    [
        Asked(origin=EVIL),
        Asked(site="cross-site"),
        Asked(site="same-site"),
        Asked(site="same-site", origin="https://steno.example:8443"),
        Asked(origin=EVIL, site="cross-site", changes=True, marked=True),
        Asked(origin=EVIL, changes=True, marked=True),
        Asked(origin="null", changes=True, marked=True),
        Asked(origin=OWN, changes=True),
        Asked(site="same-origin", changes=True),
        Asked(site="none", changes=True, marked=True),
        Asked(changes=True, marked=True),
        Asked(socket=True),
        Asked(socket=True, site="same-origin"),
        Asked(socket=True, origin=EVIL),
        Asked(socket=True, origin="https://steno.example:8443"),
        Asked(socket=True, origin="null"),
    ],
)
def test_a_cookie_counts_for_no_other_page_and_no_form(asked: Asked) -> None:
    refusal = by_page(asked, "steno.example", "https://home.example")
    assert refusal is not None
    assert (refusal.code, refusal.status) == ("origin_not_allowed", 403)
