"""Small callers of ingests, each of which is refused, and says what it was told."""

from dataclasses import replace
from typing import Any

import pytest

from server.ingest.ingests import Terms
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from tests.support.node import node
from tests.support.refusals import Scenario, Told, told

TERMS = Terms()


def calls(method: str, path: str = "", *, terms: Terms = TERMS, **sent: Any) -> Scenario:
    """One call on the ingests of a meeting."""

    async def act(store: PostgresStore) -> Told:
        meeting = await store.create_meeting(NewMeeting(), "default")
        async with (
            node(store, ingest=terms) as one,
            one.client() as client,
        ):
            answer = await client.request(method, f"/v1/meetings/{meeting.id}/ingest{path}", **sent)
        return told(answer.status_code, answer.content)

    return act


async def when_all_ports_are_taken(store: PostgresStore) -> Told:
    """A sender asks for a port."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.support.node.ANY_PORT", range(0))
        return await calls("POST", json={"listen": "rtmp"})(store)


SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("address_refused", 400): (
        calls("POST", json={"url": "http://127.0.0.1/"}),
        "The host 127.0.0.1 leads to 127.0.0.1, which is a private, local or reserved address.",
    ),
    ("ingest_not_found", 404): (calls("GET", "/ing_none"), "There is no ingest with this id."),
    ("no_port", 503): (when_all_ports_are_taken, "All ports for senders are in use."),
    ("too_many_ingests", 503): (
        calls("POST", terms=replace(TERMS, at_once=0), json={"listen": "rtmp"}),
        "This server hears 0 ingests at once, and does so.",
    ),
}
