"""Small clients of the calls on recorder bots, each of which is refused, and says what it was told."""

import json
from typing import Any

from server.access.access import DEFAULT
from server.recorder.sending import Order, Sending
from server.store.postgres import PostgresStore
from tests.support.node import node
from tests.support.refusals import Scenario, Told, call

BOTS = "/v1/bots"
URL = "https://meet.example/standup"


def calls(method: str, path: str = BOTS, **body: Any) -> Scenario:
    """One call."""

    async def act(store: PostgresStore) -> Told:
        async with node(store) as one:
            return await call(one, method, path, json.dumps(body).encode())

    return act


async def sends_another(store: PostgresStore) -> Told:
    """A second bot into a meeting to which one is on its way."""
    await Sending(store.bots).send(DEFAULT, Order(URL))
    return await calls("POST", meeting_url=URL)(store)


SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("bot_already_there", 409): (
        sends_another,
        "A bot of this workspace is in that meeting already, or on its way.",
    ),
    ("bot_not_found", 404): (calls("GET", f"{BOTS}/bot_x"), "There is no bot with this id."),
    ("meeting_url_refused", 400): (
        calls("POST", meeting_url="http://10.0.0.1/room"),
        "The meeting's address leads into this machine or a private network.",
    ),
}
