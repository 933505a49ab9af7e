"""Who is welcome, decided without a server."""

import pytest

from server.http.guard import Credentials, decide

KEY = "sk_ключ"


def shown(
    host: str | None = "localhost:8080",
    origin: str | None = None,
    authorization: str | None = None,
    *subprotocols: str,
) -> Credentials:
    return Credentials(host, origin, authorization, subprotocols)


def code(api_key: str | None, credentials: Credentials) -> str | None:
    refusal = decide(api_key, credentials)
    return refusal.code if refusal is not None else None


@pytest.mark.parametrize("authorization", [f"Bearer {KEY}", f"bearer  {KEY}"])
def test_the_key_opens_from_anywhere(authorization: str) -> None:
    assert code(KEY, shown("steno.example", "https://elsewhere.example", authorization)) is None


def test_the_key_may_come_as_a_subprotocol() -> None:
    assert code(KEY, shown("x", None, None, "steno.v1", f"bearer.{KEY}")) is None
    assert code(KEY, shown("x", None, None, "steno.v1", "bearer.other")) == "key_not_known"


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", f"Basic {KEY}", KEY])
def test_no_key_is_not_enough_even_here(authorization: str | None) -> None:
    refusal = decide(KEY, shown(authorization=authorization))
    assert refusal is not None
    assert (refusal.code, refusal.status) == ("key_missing", 401)


@pytest.mark.parametrize("key", ["x", KEY + "x", KEY[:-1], "\x00", "é"])
def test_another_key_is_not_known(key: str) -> None:
    refusal = decide(KEY, shown(authorization=f"Bearer {key}"))
    assert refusal is not None
    assert (refusal.code, refusal.status) == ("key_not_known", 401)
    assert KEY not in refusal.message


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "LOCALHOST"])
def test_without_a_key_this_machine_is_served(host: str) -> None:
    assert code(None, shown(host)) is None
    assert code(None, shown(host, f"http://{host}")) is None


@pytest.mark.parametrize(
    "host",
    [None, "", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example",
     "evil.example#localhost", "localhost:x", "[::1", "10.0.0.1", "localhost@127.0.0.1"],
)  # fmt: skip
def test_a_name_that_is_not_of_this_machine_is_refused(host: str | None) -> None:
    refusal = decide(None, shown(host))
    assert refusal is not None
    assert (refusal.code, refusal.status) == ("host_not_allowed", 403)


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "http://localhost:9999", "http://127.0.0.1:8080", "file://",
     "http://localhost:8080@evil.example", "https://localhost", "http://[::1"],
)  # fmt: skip
def test_a_page_of_another_origin_is_refused(origin: str) -> None:
    assert code(None, shown("localhost:8080", origin)) == "origin_not_allowed"


def test_default_ports_are_the_same_origin() -> None:
    assert code(None, shown("localhost", "http://localhost:80")) is None
    assert code(None, shown("localhost:443", "https://localhost")) is None
