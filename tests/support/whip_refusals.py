"""Small WHIP clients, each of which is refused and says what it was told; with the sentence that it read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from server.store.postgres import PostgresStore
from tests.support.node import Node, node
from tests.support.peers import SDP, calling, offering
from tests.support.refusals import Scenario, Told, calls, told

FRAGMENT = "application/trickle-ice-sdpfrag"
WHIP = "/v1/whip"


@asynccontextmanager
async def client_of(store: PostgresStore) -> AsyncIterator[httpx.AsyncClient]:
    """A node, and a client of its calls."""
    async with node(store) as one, calls_of(one) as http:
        yield http


def calls_of(one: Node) -> httpx.AsyncClient:
    """A client of a node's calls."""
    return one.client()


def offers(change: tuple[str, str]) -> Scenario:
    """An offer in which something is otherwise than in a good one."""

    async def act(store: PostgresStore) -> Told:
        async with client_of(store) as http, offering() as made:
            answer = await http.post(WHIP, content=made.sdp.replace(*change), headers=SDP)
        return told(answer.status_code, answer.content)

    return act


def patches(body: str, tag: str | None = None) -> Scenario:
    """A PATCH of a session, with its own tag where none is given."""

    async def act(store: PostgresStore) -> Told:
        async with client_of(store) as http, calling(http) as peer:
            shown = peer.answer.headers["etag"] if tag is None else tag
            headers = {"Content-Type": FRAGMENT} | ({"If-Match": shown} if shown else {})
            answer = await http.patch(peer.location, content=body, headers=headers)
            await peer.leave()
        return told(answer.status_code, answer.content)

    return act


SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("fragment_unreadable", 400): (patches("hello"), "The body is no fragment of SDP."),
    ("media_type_not_supported", 415): (
        calls("POST", WHIP, content=b"v=0"),
        "Send the body as application/sdp.",
    ),
    ("offer_not_served", 406): (
        offers(("a=sendonly", "a=recvonly")),
        "The offer sends no audio.",
    ),
    ("offer_unreadable", 400): (
        offers(("a=fingerprint:", "a=other:")),
        "The body is no offer in SDP that has audio, ICE and DTLS.",
    ),
    ("peer_not_found", 404): (
        calls("DELETE", f"{WHIP}/mtg_x/nobody"),
        "There is no such session; it may have ended.",
    ),
    ("precondition_failed", 412): (
        patches("a=end-of-candidates", '"other"'),
        "The session has another ETag.",
    ),
    ("precondition_missing", 428): (
        patches("a=end-of-candidates", ""),
        "Name the session's ETag in If-Match.",
    ),
    ("restart_not_supported", 422): (
        patches("a=ice-ufrag:new\na=ice-pwd:new", "*"),
        "ICE is not restarted here: begin a new session.",
    ),
}
