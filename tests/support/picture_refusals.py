"""Small clients of what was seen of a meeting, each of which is refused, and says what it was told."""

from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from tests.support.node import node
from tests.support.refusals import MEETINGS, Scenario, Told, call


def asks(path: str) -> Scenario:
    """Ask for something of a meeting of which nothing was seen."""

    async def act(store: PostgresStore) -> Told:
        meeting = await store.create_meeting(NewMeeting())
        async with node(store) as one:
            return await call(one, "GET", f"{MEETINGS}/{meeting.id}/{path}")

    return act


SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("page_not_found", 404): (asks("page"), "No text of a page was kept of the meeting."),
    ("picture_not_found", 404): (asks("pictures/7"), "The meeting has no picture of this number."),
}
