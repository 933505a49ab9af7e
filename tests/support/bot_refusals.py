"""Small clients of the calls on recorder bots, each of which is refused, and says what it was told."""

import json
from typing import Any

from server.store.postgres import PostgresStore
from tests.support.node import node
from tests.support.refusals import Scenario, Told, call

BOTS = "/v1/bots"
URL = "https://meet.example/standup"


def calls(method: str, path: str = BOTS, *, times: int = 1, **body: Any) -> Scenario:
    """One call, so many times."""

    async def act(store: PostgresStore) -> Told:
        async with node(store) as one:
            for _ in range(times):
                answer = await call(one, method, path, json.dumps(body).encode())
        return answer

    return act


SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("bot_already_there", 409): (
        calls("POST", times=2, meeting_url=URL),
        "A bot of this workspace is in that meeting already, or on its way.",
    ),
    ("bot_not_found", 404): (calls("GET", f"{BOTS}/bot_x"), "There is no bot with this id."),
    ("meeting_url_refused", 400): (
        calls("POST", meeting_url="http://10.0.0.1/room"),
        "The meeting's address leads into this machine or a private network.",
    ),
}
