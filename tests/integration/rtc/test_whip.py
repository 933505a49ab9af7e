"""WHIP (RFC 9725) on a real server: its verbs, what pages of other origins may read, and who is let in."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest

from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from tests.support.access_refusals import a_token, made
from tests.support.node import node
from tests.support.peers import AFTER, FRAME, SDP, calling, offering
from tests.support.plain import plain_http
from tests.support.recordings import RATE
from tests.support.whip_refusals import FRAGMENT, WHIP, calls_of, client_of

PAGE = {"Origin": "https://conference.example"}


@pytest.fixture
async def http(store: PostgresStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a node without keys."""
    async with client_of(store) as client:
        yield client


async def test_an_offer_is_answered_and_the_session_ends_by_delete(http: httpx.AsyncClient) -> None:
    async with calling(http) as peer:
        headers = peer.answer.headers
        assert headers["content-type"].partition(";")[0] == "application/sdp"
        assert headers["location"].startswith(f"{WHIP}/{peer.meeting}/")
        assert len(headers["location"].split("/")[-1]) >= 22, "nobody guesses it"
        assert headers["etag"].startswith('"')
        assert "a=recvonly" in peer.answer.text
        assert "a=setup:passive" in peer.answer.text
        assert "a=candidate:" in peer.answer.text
        await peer.leave()
        (ended,) = [one for one in peer.heard if one["type"] == "ended"]
    coverage = ended["coverage"]
    assert sum(coverage.values()) - coverage["received"] == pytest.approx(coverage["received"])
    stored = await http.get(f"/v1/meetings/{peer.meeting}")
    assert stored.json()["status"] == "ended"
    again = await http.delete(peer.location)
    assert (again.status_code, again.json()) == (
        200,
        {"received": pytest.approx(coverage["received"], abs=0.05)},
    )
    assert (await http.delete(peer.location.replace(peer.meeting, "mtg_other"))).status_code == 404


async def test_what_a_good_bye_overtakes_is_heard(http: httpx.AsyncClient) -> None:
    said = np.zeros(RATE, np.float32)
    async with calling(http, said) as peer:
        await peer.connected()
        peer.delay(0.06)
        await peer.speaker.said.wait()
        await peer.leave()
        (ended,) = [one for one in peer.heard if one["type"] == "ended"]
    assert ended["coverage"]["received"] == pytest.approx(len(said) / RATE + AFTER * FRAME / RATE, abs=0.021)


async def test_peers_are_told_of_stun_and_turn_servers_with_credentials_that_expire(
    store: PostgresStore,
) -> None:
    servers = "stun:stun.example:3478 turn:turn.example:3478?transport=udp&secret=shared"
    async with node(store, servers=servers) as one, calls_of(one) as http, calling(http) as peer:
        stun, turn = peer.answer.headers.get_list("link")
        assert stun == '<stun:stun.example:3478>; rel="ice-server"'
        assert turn.startswith('<turn:turn.example:3478?transport=udp>; rel="ice-server"; username="')
        expires, _, name = turn.split('username="')[1].partition('"')[0].partition(":")
        assert name == peer.meeting
        assert 0 < int(expires) - datetime.now(UTC).timestamp() <= 6 * 3600
        assert "shared" not in turn
        refused = await http.options(WHIP)
        assert "link" not in refused.headers, "who shows no key is given no credential"
        await peer.leave()


async def test_a_stream_joins_the_meeting_of_its_address(
    http: httpx.AsyncClient, store: PostgresStore
) -> None:
    meeting = await store.create_meeting(NewMeeting())
    async with calling(http, path=f"{WHIP}/{meeting.id}?speaker=Anna&languages=en") as peer:
        assert peer.meeting == meeting.id
        await peer.leave()
    unknown = await http.post(f"{WHIP}/mtg_x", content="", headers=SDP)
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "meeting_not_found")


async def test_candidates_are_taken_and_an_empty_patch_is_nothing(http: httpx.AsyncClient) -> None:
    async with calling(http) as peer:
        tagged = {"If-Match": peer.answer.headers["etag"], "Content-Type": FRAGMENT}
        lines = [line for line in peer.connection.localDescription.sdp.splitlines() if "candidate" in line]
        body = "\r\n".join(["a=mid:0", *lines])
        assert (await http.patch(peer.location, content=body, headers=tagged)).status_code == 204
        named_in_etag = {"ETag": peer.answer.headers["etag"], "Content-Type": FRAGMENT}
        assert (await http.patch(peer.location, content=body, headers=named_in_etag)).status_code == 204
        assert (await http.patch(peer.location)).status_code == 204
        broken = "a=candidate:1 1 udp x 10.0.0.1 x typ host"
        refused = await http.patch(peer.location, content=broken, headers=tagged)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "fragment_unreadable")
        other = await http.patch(peer.location, content=body, headers=tagged | {"Content-Type": "text/plain"})
        assert other.status_code == 415
        elsewhere = peer.location.replace(peer.meeting, "mtg_other")
        assert (await http.delete(elsewhere)).status_code == 404
        await peer.leave()


@pytest.mark.parametrize(
    ("path", "allowed", "accepts"),
    [
        (WHIP, {"POST", "OPTIONS"}, ("Accept-Post", "application/sdp")),
        (f"{WHIP}/mtg_x", {"POST", "OPTIONS"}, ("Accept-Post", "application/sdp")),
        (f"{WHIP}/mtg_x/peer", {"PATCH", "DELETE", "OPTIONS"}, ("Accept-Patch", FRAGMENT)),
    ],
)
async def test_options_tells_what_is_taken_and_other_methods_are_refused(
    http: httpx.AsyncClient, path: str, allowed: set[str], accepts: tuple[str, str]
) -> None:
    answer = await http.options(path)
    assert answer.status_code == 204
    assert answer.headers[accepts[0]] == accepts[1]
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    for method in ("GET", "PUT"):
        refused = await http.request(method, path)
        assert (refused.status_code, refused.json()["error"]["code"]) == (405, "method_not_allowed")
        assert set(refused.headers["allow"].split(", ")) == allowed


async def test_a_page_of_another_origin_may_ask_and_reads_answers_and_refusals(store: PostgresStore) -> None:
    _, secret = await made(store)
    async with node(store, api_key="of-the-node") as one, calling_page(one.http) as page:
        of_a_peer = f"{WHIP}/mtg_x/peer"
        asking = {"POST": WHIP, "OPTIONS": WHIP, "PATCH": of_a_peer, "DELETE": of_a_peer}
        for method, path in asking.items():
            asked = {
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "authorization,content-type,if-match",
            }
            may = await page.options(path, headers=asked)
            assert may.status_code == 200
            assert may.headers["access-control-allow-origin"] == "*"
            assert method in may.headers["access-control-allow-methods"]
            assert "authorization" in may.headers["access-control-allow-headers"].lower()
        refused = await page.post(WHIP, content="v=0", headers=SDP)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert refused.headers["access-control-allow-origin"] == "*"
        unknown = await page.delete(f"{WHIP}/mtg_x/peer")
        assert unknown.status_code == 404
        assert unknown.headers["access-control-allow-origin"] == "*"
        page.headers["Authorization"] = f"Bearer {secret}"
        async with calling(page) as peer:
            shown = peer.answer.headers["access-control-expose-headers"]
            assert {"Location", "ETag", "Link"} <= set(shown.split(", "))
            assert peer.answer.headers["access-control-allow-origin"] == "*"
            await peer.leave()


def calling_page(url: str, key: str | None = None) -> httpx.AsyncClient:
    """A page of another origin."""
    shown = {} if key is None else {"Authorization": f"Bearer {key}"}
    return plain_http(url, headers=PAGE | shown)


async def test_only_who_may_send_audio_begins_and_a_token_only_in_its_meeting(store: PostgresStore) -> None:
    _, viewing = await made(store, "view")
    key, _ = await made(store)
    meeting = await store.create_meeting(NewMeeting())
    other = await store.create_meeting(NewMeeting())
    soon = datetime.now(UTC) + timedelta(minutes=1)
    token = await a_token(store, key, meeting.id, scope="ingest", expires_at=soon)
    async with client_of(store) as http:
        refused = await http.post(WHIP, content="", headers=SDP | {"Authorization": f"Bearer {viewing}"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "scope_missing")
        http.headers["Authorization"] = f"Bearer {token}"
        elsewhere = await http.post(f"{WHIP}/{other.id}", content="", headers=SDP)
        assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (404, "meeting_not_found")
        async with calling(http) as peer:
            assert peer.meeting == meeting.id, "a token without a meeting in the address means its own"
            del http.headers["Authorization"]  # The address of the session is secret enough.
            await peer.leave()


async def test_one_over_the_limit_is_told_when_to_come_again(store: PostgresStore) -> None:
    async with (
        node(store, places=1, api_key="of-the-node") as one,
        calling_page(one.http, "of-the-node") as http,
        calling(http) as peer,
        offering() as second,
    ):
        refused = await http.post(WHIP, content=second.sdp, headers=SDP)
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "overloaded")
        assert int(refused.headers["retry-after"]) > 0
        assert refused.headers["access-control-allow-origin"] == "*"
        await peer.leave()


async def test_an_offer_that_is_not_served_leaves_no_meeting_and_no_place(store: PostgresStore) -> None:
    async with node(store, places=1) as one, calls_of(one) as http, offering() as made_:
        foreign = made_.sdp.replace("opus/48000", "other/48000").replace("PCM", "OTHER").replace("G722", "X")
        refused = await http.post(WHIP, content=foreign, headers=SDP)
        assert (refused.status_code, refused.json()["error"]["code"]) == (406, "offer_not_served")
        assert one.admission.live == 0
        assert (await http.get("/v1/meetings")).json()["data"] == []


async def test_while_the_model_loads_and_while_the_server_stops_nobody_is_taken(store: PostgresStore) -> None:
    async with offering() as made_:
        async with node(store, languages=()) as one, calls_of(one) as http:
            refused = await http.post(WHIP, content=made_.sdp, headers=SDP)
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "not_ready")
        async with node(store) as one, calls_of(one) as http:
            one.sessions.draining = True
            refused = await http.post(WHIP, content=made_.sdp, headers=SDP)
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "restarting")
