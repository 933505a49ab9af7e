"""Recorder bots on a real PostgreSQL: one in a place, one owner each, and a meeting that ends with them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.recorder.sending import Order, Sending
from server.store.bot_records import Bot, BotChange
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from streaming.errors import NotFound, ProtocolError
from streaming.segments import Coverage
from tests.integration.store.made import a_session
from tests.support.listening import listens

HERE = "default"
ORDER = Order("https://meet.example/standup", "Notes", meeting=NewMeeting(title="Standup"))
MINE, OTHER = "node_mine", "node_other"


async def a_bot(store: PostgresStore, order: Order = ORDER) -> Bot:
    return await Sending(store.bots).send(HERE, order)


def change(state: str, code: str | None = None) -> BotChange:
    return BotChange(None, state, code, code and "Why.")  # type: ignore[arg-type]


async def states(store: PostgresStore, bot: Bot) -> list[tuple[str, str | None]]:
    return [(one.state, one.code) for one in await store.bots.changes(bot.id)]


async def test_a_bot_is_sent_into_a_meeting_of_its_own(store: PostgresStore) -> None:
    bot = await a_bot(store)
    meeting = await store.meeting(bot.meeting_id)
    assert meeting is not None
    assert (meeting.title, meeting.status, bot.state, bot.name) == (
        "Standup",
        "created",
        "scheduled",
        "Notes",
    )
    assert await store.bots.get(HERE, bot.id) == bot
    assert await states(store, bot) == [("scheduled", None)]
    with pytest.raises(NotFound):
        await store.bots.get("elsewhere", bot.id)


async def test_in_one_place_there_is_one_bot_of_a_workspace_at_a_time(store: PostgresStore) -> None:
    first = await a_bot(store)
    for url in ("https://MEET.example/standup/", "https://meet.example:443/standup"):
        with pytest.raises(ProtocolError, match="bot_already_there"):
            await a_bot(store, replace(ORDER, meeting_url=url))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    later = await a_bot(store, replace(ORDER, join_at=tomorrow))
    taken = await store.bots.take(first.meeting_id, first.number, MINE)
    assert taken is not None
    assert taken[0].state == "joining"
    overlapping = await store.bots.take(later.meeting_id, later.number, OTHER)
    assert overlapping is not None
    assert overlapping[0].state == "scheduled", "it may not join while the first one is in"
    assert await store.bots.tell(first.meeting_id, first.id, MINE, change("done", "asked"))
    again = await store.bots.take(later.meeting_id, later.number, OTHER)
    assert again is not None
    assert again[0].state == "joining"


async def test_only_its_owner_changes_a_bot(store: PostgresStore) -> None:
    bot = await a_bot(store)
    assert await store.bots.take(bot.meeting_id, bot.number, MINE) is not None
    assert await store.bots.tell(bot.meeting_id, bot.id, MINE, change("recording"))
    taken = await store.bots.take(bot.meeting_id, bot.number, OTHER)
    assert taken is not None
    assert (taken[0].state, taken[1]) == ("joining", True)
    assert not await store.bots.tell(bot.meeting_id, bot.id, MINE, change("done"))
    assert await store.bots.asked(bot.id, MINE) is None
    assert await store.bots.asked(bot.id, OTHER) is False
    await store.bots.leave(HERE, bot.id)
    assert await store.bots.asked(bot.id, OTHER) is True


async def test_a_meeting_goes_on_while_a_bot_is_in_it_and_ends_with_the_bot(store: PostgresStore) -> None:
    bot = await a_bot(store)
    await store.bots.take(bot.meeting_id, bot.number, MINE)
    await store.bots.tell(bot.meeting_id, bot.id, MINE, change("recording"))
    session = await store.open_session(bot.meeting_id, a_session("ses_a"))
    after = await store.close_session(session.id, position=0, duration=0.0, coverage=Coverage())
    assert after.status == "live", "somebody may speak next"
    assert await store.bots.tell(bot.meeting_id, bot.id, MINE, change("done", "empty"))
    meeting = await store.meeting(bot.meeting_id)
    assert meeting is not None
    assert meeting.status == "ended"
    assert not await store.bots.tell(bot.meeting_id, bot.id, MINE, change("failed")), "it is over"


async def test_a_bot_that_has_not_joined_is_called_off(store: PostgresStore) -> None:
    bot = await a_bot(store)
    over = await store.bots.leave(HERE, bot.id)
    assert (over.state, over.code) == ("done", "cancelled")
    assert await store.bots.leave(HERE, bot.id) == over
    taken = await store.bots.take(bot.meeting_id, bot.number, MINE)
    assert taken == (over, False)
    assert await states(store, bot) == [("scheduled", None), ("done", "cancelled")]


async def test_bots_are_listed_newest_first_and_go_with_their_meeting(store: PostgresStore) -> None:
    bots = [await a_bot(store, replace(ORDER, meeting_url=f"https://meet.example/{n}")) for n in range(3)]
    page = await store.bots.page(HERE, limit=2)
    assert [one.id for one in page.bots] == [bots[2].id, bots[1].id]
    rest = await store.bots.page(HERE, cursor=page.next_cursor, limit=2)
    assert ([one.id for one in rest.bots], rest.next_cursor) == ([bots[0].id], None)
    receipt = await store.delete_meeting(bots[0].meeting_id)
    assert receipt.removed["bots"] == 1
    assert await store.bots.take(bots[0].meeting_id, bots[0].number, MINE) is None
    with pytest.raises(NotFound):
        await store.bots.get(HERE, bots[0].id)


async def test_its_states_are_told_to_webhooks(store: PostgresStore) -> None:
    await listens(store, "https://hooks.example/", "bot.status", workspace=HERE)
    bot = await a_bot(store)
    await store.bots.take(bot.meeting_id, bot.number, MINE)
    await store.bots.tell(bot.meeting_id, bot.id, MINE, change("recording", "no_sound"))
    events = await store.events.claim(10, 60.0)
    assert [one.data["status"] for one in events] == ["scheduled"], "the next one waits for it"
    assert events[0].data["bot_id"] == bot.id
