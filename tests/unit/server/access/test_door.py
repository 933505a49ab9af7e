"""Who somebody is by what was shown, decided without a server and without a database."""

import asyncio
import statistics
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from server.access import remembered
from server.access.access import SCOPES, Access
from server.access.door import ENVIRONMENT, OPEN, Door, Shown
from server.access.keys import hash_of, new_secret
from server.access.place import Asked
from server.access.remembered import FRESH_SECONDS, STALE_SECONDS
from server.access.signins import LASTS, LONGEST, sign_in
from server.access.tokens import Claims, issue
from streaming.errors import NotAllowed, StoreUnavailable
from tests.unit.server.access.records import NOON, SECRET, Records, a_key

OWN = "ключ-of-the-server"


def a_door(records: Records, api_key: str | None = None) -> Door:
    return Door(api_key, records, clock=records.clock, now=records.now)


def shown(secret: str | None = None, **other: object) -> Shown:
    return replace(Shown(host="steno.example", secret=secret), **other)  # type: ignore[arg-type]


async def refusal(door: Door, given: Shown) -> tuple[str, int]:
    with pytest.raises(NotAllowed) as refused:
        await door.who(given)
    assert given.secret is None or given.secret not in refused.value.message
    return refused.value.code, refused.value.status


def a_token(by: str, **other: object) -> str:
    claims = Claims("acme", "mtg_1", "view", by, NOON, NOON + timedelta(seconds=60))
    return issue(replace(claims, **other), SECRET)  # type: ignore[arg-type]


async def test_the_own_key_opens_the_default_workspace_without_the_database() -> None:
    records = Records(away=True)
    access = await a_door(records, OWN).who(shown(OWN, origin="https://elsewhere.example"))
    assert access.workspace == "default"
    assert set(SCOPES) < access.scopes
    assert "operate" in access.scopes
    assert (access.key, records.asked) == (None, 0)


async def test_a_key_opens_its_workspace_with_its_scopes() -> None:
    records = Records()
    secret = records.add(a_key(scopes=("view",)))
    access = await a_door(records).who(shown(secret))
    assert access == Access("acme", frozenset({"view"}), None, "key_a", by="key_a")


async def test_a_token_names_the_pages_that_it_is_for() -> None:
    records = Records()
    records.add(a_key())
    door, pages = a_door(records), ("https://a.example",)
    assert await door.pages_of(a_token("key_a", origins=pages)) == pages
    assert await door.pages_of(a_token("key_a")) == ()
    for wrong in (a_token("key_a", origins=pages)[:-4] + "AAAA", "no.to.ken", "sk_key"):
        assert await door.pages_of(wrong) == ()


async def test_who_manages_the_default_workspace_runs_the_server() -> None:
    records = Records()
    one, other = records.add(a_key("a", workspace="default")), records.add(a_key("b"))
    assert "operate" in (await a_door(records).who(shown(one))).scopes
    assert "operate" not in (await a_door(records).who(shown(other))).scopes


async def test_without_any_key_this_machine_is_served_and_no_other() -> None:
    door = a_door(Records())
    assert (await door.who(shown(host="localhost"))).workspace == "default"
    # A client that always sends some key works here too.
    assert (await door.who(shown("anything", host="localhost"))).workspace == "default"
    assert await refusal(door, shown("anything")) == ("host_not_allowed", 403)
    foreign = shown(host="localhost", origin="https://evil.example")
    assert await refusal(door, foreign) == ("origin_not_allowed", 403)


async def test_once_a_key_was_made_it_is_asked_for_also_when_it_is_revoked() -> None:
    records = Records()
    door = a_door(records)
    await door.who(shown(host="localhost"))
    records.add(a_key(revoked_at=NOON))
    door.forget()
    assert await refusal(door, shown(host="localhost")) == ("key_missing", 401)


@pytest.mark.parametrize("offered", ["x", OWN + "x", OWN[:-1], "\x00", "é", "\ud800", "sk_none"])
async def test_another_key_is_not_known(offered: str) -> None:
    assert await refusal(a_door(Records(), OWN), shown(offered)) == ("key_not_known", 401)


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (a_key(revoked_at=NOON), "key_revoked"),
        (a_key(expires_at=NOON), "key_expired"),
        (a_key(expires_at=NOON + timedelta(days=1), revoked_at=NOON), "key_revoked"),
    ],
)
async def test_a_key_that_is_over_opens_nothing(key: object, code: str) -> None:
    records = Records()
    secret = records.add(key)  # type: ignore[arg-type]
    assert await refusal(a_door(records), shown(secret)) == (code, 401)


async def test_a_key_is_asked_for_once_in_two_seconds_and_at_once_after_word_of_a_change() -> None:
    records = Records()
    secret = records.add(a_key())
    door = a_door(records)
    for _ in range(100):
        await door.who(shown(secret))
    before = records.asked
    records.keys[secret] = a_key(revoked_at=NOON)
    await door.who(shown(secret))
    assert records.asked == before
    door.forget()
    assert await refusal(door, shown(secret)) == ("key_revoked", 401)
    records.keys[secret] = a_key()
    records.time = FRESH_SECONDS
    await door.who(shown(secret))


async def test_who_is_known_stays_known_for_a_while_when_the_database_is_away() -> None:
    records = Records()
    secret = records.add(a_key())
    door = a_door(records)
    await door.who(shown(secret))
    records.away, records.time = True, STALE_SECONDS
    await door.who(shown(secret))
    with pytest.raises(StoreUnavailable):
        await door.who(shown("sk_other"))
    records.time += FRESH_SECONDS
    with pytest.raises(StoreUnavailable):
        await door.who(shown(secret))


@pytest.mark.parametrize("place", ["secret", "token"])
async def test_a_token_opens_one_meeting_with_one_scope(place: str) -> None:
    records = Records()
    records.add(a_key())
    access = await a_door(records).who(shown(**{place: a_token("key_a")}))
    expires = NOON + timedelta(seconds=60)
    assert access == Access("acme", frozenset({"view"}), "mtg_1", "key_a", expires, by="key_a")


async def test_a_key_in_the_address_is_no_key() -> None:
    records = Records()
    secret = records.add(a_key())
    assert await refusal(a_door(records), shown(token=secret)) == ("token_not_valid", 401)


async def test_a_token_is_worth_no_more_than_the_key_that_it_was_made_with() -> None:
    records = Records()
    secret = records.add(a_key(expires_at=NOON + timedelta(seconds=30)))
    door, token = a_door(records), a_token("key_a")
    assert (await door.who(shown(token))).expires_at == NOON + timedelta(seconds=30)
    for changed, code in (
        (a_key(revoked_at=NOON), "key_revoked"),
        (a_key(scopes=("ingest",)), "token_not_valid"),
        (a_key(workspace="other"), "token_not_valid"),
    ):
        records.keys[secret] = changed
        door.forget()
        assert (await refusal(door, shown(token)))[0] == code


async def test_what_outlives_its_token_still_ends_with_the_key_that_made_it() -> None:
    records, later = Records(), NOON + timedelta(seconds=90)
    records.add(a_key("a", expires_at=later))
    lasting = records.add(a_key("b"))
    door = a_door(records)
    by_token = await door.who(shown(a_token("key_a")))
    assert by_token.expires_at == NOON + timedelta(seconds=60)
    assert by_token.lasting() == replace(by_token, expires_at=later)
    assert (await door.who(shown(a_token("key_b")))).lasting().expires_at is None
    by_key = await door.who(shown(lasting))
    assert by_key.lasting() == by_key
    signed_in = replace(by_key, expires_at=NOON, sign_in="hash")
    assert signed_in.lasting() == signed_in


async def test_what_needs_nobody_to_stay_ends_with_the_key_that_is_behind() -> None:
    records, later = Records(), NOON + timedelta(days=60)
    key = a_key("a", expires_at=later)
    secret = records.add(key)
    door = a_door(records)
    by_key = await door.who(shown(secret))
    assert by_key.of_key() == by_key
    cookie = records.sign("cookie", key)
    signed_in = await door.who(shown(cookie=cookie, asked=Asked(site="same-origin")))
    assert signed_in.sign_in is not None
    assert signed_in.expires_at is not None
    assert signed_in.expires_at < later
    assert signed_in.of_key() == by_key
    by_token = await door.who(shown(a_token("key_a")))
    assert by_token.of_key().expires_at == later


async def test_a_token_that_no_key_made_is_good_only_where_none_is_asked_for() -> None:
    records = Records()
    opened = a_token(OPEN, workspace="default")
    own = a_token(ENVIRONMENT, workspace="default")
    assert (await a_door(records).who(shown(opened, host="anywhere.example"))).meeting == "mtg_1"
    assert (await a_door(records, OWN).who(shown(own))).meeting == "mtg_1"
    assert await refusal(a_door(records), shown(own)) == ("token_not_valid", 401)
    assert await refusal(a_door(records, OWN), shown(opened)) == ("token_not_valid", 401)
    records.add(a_key())
    assert await refusal(a_door(records), shown(opened)) == ("token_not_valid", 401)


async def test_a_token_of_a_secret_that_is_not_accepted_is_not_valid() -> None:
    records = Records()
    records.add(a_key())
    records.secrets.clear()
    assert await refusal(a_door(records), shown(a_token("key_a"))) == ("token_not_valid", 401)


async def test_a_token_for_some_pages_is_refused_from_others() -> None:
    records = Records()
    records.add(a_key())
    token = a_token("key_a", origins=("https://crm.example",))
    await a_door(records).who(shown(token=token, origin="https://crm.example"))
    for origin in (None, "https://evil.example"):
        given = shown(token=token, origin=origin)
        assert await refusal(a_door(records), given) == ("origin_not_allowed", 403)


def test_a_new_key_can_stand_in_a_header_and_among_subprotocols() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(len(one) == 35 and one.startswith("sk_") and "." not in one for one in made)


async def test_a_database_that_hangs_keeps_nobody_waiting_who_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembered, "PATIENCE_SECONDS", 0.0)
    records = Records()
    secret = records.add(a_key())
    door = a_door(records)
    await door.who(shown(secret))

    async def hang() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(records, "hang", hang)
    records.time = FRESH_SECONDS
    before = records.asked
    for _ in range(3):
        assert (await door.who(shown(secret))).key == "key_a"
    assert records.asked == before + 2, "whether a key is asked for, and which it is: once each"


async def test_to_know_somebody_again_takes_less_than_a_millisecond() -> None:
    records = Records()
    secret = records.add(a_key())
    door, token = a_door(records), a_token("key_a")
    for given in (shown(secret), shown(token)):
        took = []
        for _ in range(201):
            began = time.perf_counter()
            await door.who(given)
            took.append(time.perf_counter() - began)
        assert statistics.median(took) < 0.001


OWN_PAGE = Asked(origin="https://steno.example", site="same-origin", changes=True, marked=True)


def by_cookie(cookie: str, asked: Asked = OWN_PAGE) -> Shown:
    return shown(cookie=cookie, asked=asked)


async def test_a_cookie_has_the_rights_of_its_key_at_the_moment() -> None:
    records = Records()
    key = a_key(scopes=("view",))
    secret = records.add(key)
    cookie = records.sign("c" * 43, key)
    door = a_door(records)
    access = await door.who(by_cookie(cookie))
    assert (access.scopes, access.workspace, access.key, access.by) == (
        frozenset({"view"}),
        "acme",
        "key_a",
        "key_a",
    )
    assert access.expires_at == NOON + LASTS
    assert access.sign_in == hash_of(cookie)
    records.add(replace(key, scopes=("ingest",), expires_at=NOON + timedelta(hours=1)))
    door.forget()
    access = await door.who(by_cookie(cookie))
    assert (access.scopes, access.expires_at) == (frozenset({"ingest"}), NOON + timedelta(hours=1))
    records.add(replace(key, revoked_at=NOON))
    door.forget()
    assert await refusal(door, by_cookie(cookie)) == ("key_revoked", 401)
    assert await refusal(door, shown(secret)) == ("key_revoked", 401)


async def test_a_cookie_ends_by_time_by_signing_out_and_with_the_own_key() -> None:
    records = Records()
    cookie = records.sign("c" * 43, own_key=OWN)
    door = a_door(records, OWN)
    access = await door.who(by_cookie(cookie))
    assert ("operate" in access.scopes, access.key) == (True, None)
    assert await refusal(a_door(records, "another-key"), by_cookie(cookie)) == ("signed_out", 401)
    records.time = LASTS.total_seconds()
    assert await refusal(door, by_cookie(cookie)) == ("signed_out", 401)
    records.time = 0.0
    records.signed_in.clear()
    door.forget()
    assert await refusal(door, by_cookie(cookie)) == ("signed_out", 401)
    for wrong in ("", "c", "c" * 5000, "\x00", "é"):
        assert await refusal(door, by_cookie(wrong)) == ("signed_out", 401)


async def test_a_cookie_counts_for_pages_of_this_server_only_and_after_what_was_shown() -> None:
    records = Records()
    key = a_key()
    cookie, secret = records.sign("c" * 43, key), records.add(a_key("b", workspace="other"))
    records.add(key)
    door = a_door(records)
    foreign = by_cookie(cookie, replace(OWN_PAGE, origin="https://evil.example", site="cross-site"))
    assert await refusal(door, foreign) == ("origin_not_allowed", 403)
    assert (await door.who(replace(by_cookie(cookie), secret=secret))).workspace == "other"
    assert (await door.who(replace(by_cookie(cookie), token=a_token("key_b", workspace="other")))).meeting


async def test_where_no_key_is_asked_for_an_old_cookie_does_no_harm() -> None:
    access = await a_door(Records()).who(replace(by_cookie("c" * 43), host="localhost"))
    assert (access.by, access.sign_in) == (OPEN, None)


def test_a_sign_in_is_renewed_when_half_of_it_is_over_and_not_for_ever() -> None:
    made = sign_in("c", "key_a", None, NOON)
    assert made.renewed(NOON + LASTS / 2 - timedelta(seconds=1)) is None
    at = NOON
    while (renewed := made.renewed(at := made.expires_at - timedelta(days=1))) is not None:
        assert renewed.expires_at == min(at + LASTS, NOON + LONGEST)
        made = renewed
    assert made.expires_at == NOON + LONGEST
