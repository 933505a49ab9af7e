"""A browser that has signed in: what its cookie opens, where it counts, and how it ends."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from server.access import signins
from server.access.keys import Key
from server.http.cookies import NAME, SAFE_NAME
from server.http.signin import WRONG_KEYS
from server.store.engine import transaction
from server.store.postgres import PostgresStore
from server.store.postgres_access import PostgresAccess
from server.store.records import NewMeeting
from server.store.schema import sign_ins
from streaming.errors import StoreUnavailable
from tests.integration.access.test_live import PROMISED, refused, two_nodes
from tests.support.access_refusals import made
from tests.support.node import Node, node
from tests.support.plain import plain_http
from tests.support.refusals import captions
from tests.support.wire import Wire, wire


class Tab:
    """A browser's tab with a page of the server: it sends the cookie, and says where it comes from."""

    def __init__(self, one: Node) -> None:
        self.url = one.http
        self.http = plain_http(self.url, headers={"Origin": self.url, "Sec-Fetch-Site": "same-origin"})

    async def __aenter__(self) -> "Tab":
        await self.http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def sign_in(self, secret: str, **headers: str) -> httpx.Response:
        return await self.http.post("/v1/signin", json={"key": secret}, headers=headers)

    @property
    def cookie(self) -> dict[str, str]:
        """For a handshake."""
        return {"Cookie": f"{NAME}={self.http.cookies[NAME]}"}

    def socket(self, address: str) -> Any:
        """Open a socket as the page of its server does."""
        origin = address.replace("ws", "http", 1).partition("/v1/")[0]
        return wire(address, additional_headers=self.cookie, origin=origin, subprotocols=["steno.v1"])


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_key_is_exchanged_for_a_cookie_that_no_script_reads(store: PostgresStore) -> None:
    _, secret = await made(store, "view")
    async with node(store) as one, Tab(one) as tab:
        assert code(await tab.http.get("/v1/meetings")) == (401, "key_missing")
        before = (await tab.http.get("/v1/signin")).json()
        assert (before["asks_for_key"], before["signed_in"], before["scopes"]) == (True, False, [])
        answer = await tab.sign_in(secret)
        assert (answer.status_code, answer.json()["scopes"]) == (200, ["view"])
        given = answer.headers["set-cookie"]
        for part in (f"{NAME}=", "HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={7 * 86400 - 1}"):
            assert part in given, given
        assert "Secure" not in given
        assert secret not in given + answer.text
        who = (await tab.http.get("/v1/signin")).json()
        assert (who["signed_in"], who["workspace"]) == (True, "default")
        assert (await tab.http.get("/v1/meetings")).status_code == 200
        assert code(await tab.http.get("/v1/keys")) == (403, "scope_missing")
        async with transaction(store._engine) as connection:
            row = (await connection.execute(select(sign_ins))).one()
        assert tab.http.cookies[NAME] not in str(row)


async def test_over_https_the_cookie_is_bound_to_this_host(store: PostgresStore) -> None:
    _, secret = await made(store)
    async with node(store) as one, Tab(one) as tab:
        answer = await tab.sign_in(secret, Origin="https://steno.example")
        assert f"{SAFE_NAME}=" in answer.headers["set-cookie"]
        assert "Secure" in answer.headers["set-cookie"]
        cookie = answer.headers["set-cookie"].partition(";")[0]
        assert (await tab.http.get("/v1/meetings", headers={"Cookie": cookie})).status_code == 200
        plain = cookie.replace(SAFE_NAME, NAME)
        told = await tab.http.get("/v1/meetings", headers={"Cookie": plain, "X-Forwarded-Proto": "https"})
        assert code(told) == (401, "key_missing")


async def test_other_pages_and_forms_are_refused(store: PostgresStore) -> None:
    _, secret = await made(store)
    async with node(store) as one, Tab(one) as tab:
        evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert code(await tab.sign_in(secret, **evil)) == (403, "origin_not_allowed")
        await tab.sign_in(secret)
        for headers in (evil, {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:1"}):
            for method in ("GET", "POST"):
                answer = await tab.http.request(method, "/v1/meetings", json={}, headers=headers)
                assert code(answer) == (403, "origin_not_allowed")
            left = await tab.http.delete("/v1/signin", headers=headers)
            assert code(left) == (403, "origin_not_allowed")
        form = await tab.http.post("/v1/meetings", content=b"{}", headers={"Content-Type": "text/plain"})
        assert code(form) == (403, "origin_not_allowed")
        assert (await tab.http.post("/v1/meetings", json={})).status_code == 201
        meeting = (await tab.http.get("/v1/meetings")).json()["data"][0]["id"]
        path = f"/v1/meetings/{meeting}"
        assert code(await tab.http.delete(path)) == (403, "origin_not_allowed")
        assert (await tab.http.delete(path, headers={"X-Steno-Page": "1"})).status_code == 200


async def test_the_page_opens_sockets_and_no_other_page_does(store: PostgresStore) -> None:
    _, secret = await made(store)
    meeting = await store.create_meeting(NewMeeting())
    async with node(store) as one, Tab(one) as tab:
        await tab.sign_in(secret)
        async with tab.socket(one.url) as client:
            await client.start()
        async with tab.socket(captions(one, meeting.id)):
            pass
        for address in (one.url, captions(one, meeting.id)):
            for origin in (None, "https://evil.example", "null"):
                with refused(403, "origin_not_allowed"):
                    async with wire(address, additional_headers=tab.cookie, origin=origin):
                        pass


@pytest.mark.parametrize(
    "path", ["/v1/listen?encoding=linear16&sample_rate=16000", "/v2/listen", "/v2", "/v1/realtime"]
)
async def test_the_cookie_counts_for_nothing_on_the_wires_of_vendors(store: PostgresStore, path: str) -> None:
    _, secret = await made(store)
    async with node(store) as one, Tab(one) as tab:
        await tab.sign_in(secret)
        url = one.url.replace("/v1/stream", path)
        with pytest.raises(InvalidStatus) as told:
            async with connect(url, additional_headers=tab.cookie, origin=Origin(tab.url), proxy=None):
                pass
        assert told.value.response.status_code == 401
        answer = await tab.http.post("/v1/listen", content=b"RIFF", headers={"X-Steno-Page": "1"})
        assert answer.status_code == 401


async def closes(sockets: list[Wire]) -> tuple[list[int], float]:
    """How sockets are closed, and how long it takes until all are."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    return await asyncio.gather(*(socket.rest() for socket in sockets)), loop.time() - began


@pytest.mark.parametrize("how", ["key_revoked", "signed_out"])
async def test_signing_out_and_revoking_the_key_close_all_that_was_opened(
    store: PostgresStore, database_url: str, how: str
) -> None:
    key_id, secret = await made(store)
    await made(store)
    meeting = await store.create_meeting(NewMeeting())
    async with two_nodes(store, database_url) as (one, other), AsyncExitStack() as stack:
        tab = await stack.enter_async_context(Tab(one))
        await tab.sign_in(secret)
        sockets = [
            await stack.enter_async_context(tab.socket(captions(place, meeting.id))) for place in (one, other)
        ]
        speaker = await stack.enter_async_context(tab.socket(one.url))
        await speaker.start()
        if how == "signed_out":
            assert (await tab.http.delete("/v1/signin", headers={"X-Steno-Page": "1"})).is_success
        else:
            await store.access.revoke_key(None, key_id)
        codes, seconds = await closes([*sockets, speaker])
        assert codes == [1008] * 3
        assert seconds < PROMISED
        assert [socket.heard[-1]["code"] for socket in (*sockets, speaker)] == [how] * 3
        for place in (one, other):
            answer = await tab.http.get(f"{place.http}/v1/meetings")
            assert answer.status_code == 401


async def test_wrong_keys_of_one_address_are_looked_at_ten_times_a_minute(store: PostgresStore) -> None:
    _, secret = await made(store)
    async with node(store) as one, Tab(one) as tab:
        for _ in range(20):
            assert (await tab.sign_in(secret)).status_code == 200
        answers = await asyncio.gather(*(tab.sign_in(f"sk_guess_{number}") for number in range(15)))
        assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 5
        blocked = await tab.sign_in(secret)
        assert code(blocked) == (429, "too_many_sign_ins")
        assert 0 < int(blocked.headers["retry-after"]) <= 60
        # Who is signed in already goes on.
        assert (await tab.http.get("/v1/meetings")).status_code == 200


async def test_a_key_that_the_database_cannot_judge_is_not_counted_as_wrong(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await made(store)
    judged = type(store.access).key_by_hash
    away = True

    async def key_by_hash(access: PostgresAccess, value: str) -> Key | None:
        if away:
            raise StoreUnavailable
        return await judged(access, value)

    monkeypatch.setattr(type(store.access), "key_by_hash", key_by_hash)
    async with node(store) as one, Tab(one) as tab:
        for _ in range(WRONG_KEYS):
            assert code(await tab.sign_in(secret)) == (503, "store_unavailable")
        away = False
        assert (await tab.sign_in(secret)).status_code == 200


async def test_a_sign_in_is_renewed_by_asking_who_it_is_and_the_oldest_give_way(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await made(store)
    async with node(store) as one, Tab(one) as tab:
        await tab.sign_in(secret)
        assert "set-cookie" not in (await tab.http.get("/v1/signin")).headers
        first = tab.http.cookies[NAME]
        monkeypatch.setattr(signins, "LASTS", 3 * signins.LASTS)
        renewed = await tab.http.get("/v1/signin")
        assert f"{NAME}={first}" in renewed.headers["set-cookie"]
        assert "Max-Age=18143" in renewed.headers["set-cookie"]
        monkeypatch.setattr("server.store.signins.MOST_OF_A_KEY", 2)
        for _ in range(2):
            await tab.sign_in(secret)
        assert (await tab.http.get("/v1/meetings")).status_code == 200
        old = await tab.http.get("/v1/meetings", headers={"Cookie": f"{NAME}={first}"})
        assert old.status_code == 401
        async with transaction(store._engine) as connection:
            assert len((await connection.execute(select(sign_ins.c.hash))).all()) == 2


async def test_the_own_key_signs_in_too_and_no_token_does(store: PostgresStore) -> None:
    async with (
        node(store, api_key="own-key") as one,
        Tab(one) as tab,
        node(store, api_key="another") as other,
    ):
        answer = await tab.sign_in("own-key")
        assert "operate" in answer.json()["scopes"]
        meeting = (await tab.http.post("/v1/meetings", json={})).json()["id"]
        path = f"/v1/meetings/{meeting}/tokens"
        token = json.loads((await tab.http.post(path, json={"scope": "view"})).text)["token"]
        assert code(await tab.sign_in(token)) == (401, "key_not_known")
        answer = await tab.http.get(f"{other.http}/v1/meetings")
        assert code(answer) == (401, "signed_out")
