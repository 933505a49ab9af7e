"""Small clients, each of which provokes a refusal of the calls on calendars and says what it was told."""

from typing import Any

from server.access.access import DEFAULT
from server.store.calendars import MOST
from server.store.postgres import PostgresStore
from tests.support.node import node
from tests.support.refusals import Scenario, Told, call, calls

CALENDARS = "/v1/calendars"
ASKED = b'{"url": "webcal://calendar.example/secret.ics"}'
NEW: dict[str, Any] = {"name": "", "bot_name": None, "template": None, "notify": None, "filter": {}}


async def one_too_many(store: PostgresStore) -> Told:
    for number in range(MOST):
        await store.calendars.create(DEFAULT, NEW | {"url": f"https://calendar.example/{number}"})
    async with node(store) as one:
        return await call(one, "POST", CALENDARS, ASKED)


async def twice(store: PostgresStore) -> Told:
    await store.calendars.create(DEFAULT, NEW | {"url": "https://calendar.example/secret.ics"})
    async with node(store) as one:
        return await call(one, "POST", CALENDARS, ASKED)


SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("calendar_exists", 409): (
        twice,
        "The workspace has a calendar with this address already; delete it first.",
    ),
    ("calendar_not_found", 404): (
        calls("GET", f"{CALENDARS}/cal_x"),
        "There is no calendar with this id.",
    ),
    ("too_many_calendars", 409): (
        one_too_many,
        "There are 50 calendars, which is the most that a workspace has; delete one of them.",
    ),
}
