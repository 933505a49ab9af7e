"""One process at a time feeds an ingest, and another one goes on with it."""

import pytest

from server.store.ingest_records import NewIngest, Progress
from server.store.postgres import PostgresStore
from server.store.records import Lease, NewMeeting
from tests.integration.ingest.test_ingest import TERMS, calls
from tests.support.node import node
from tests.support.sources import HttpSource, talk


async def test_another_node_goes_on_with_the_gap_in_its_place(store: PostgresStore) -> None:
    source = HttpSource(talk("one", "two", "three", "four", "five"))
    async with source.served() as url:
        async with node(store, ingest=TERMS) as one, calls(store, one) as mine:
            made = await mine.begin(url=url)
            await mine.until(made["id"], lambda found: found["seconds"] > 1.5)
        async with node(store, ingest=TERMS) as other, calls(store, other) as theirs:
            theirs.meeting = mine.meeting
            await theirs.until(made["id"], lambda found: found["state"] == "live" and source.asked == 2)
            await theirs.until(made["id"], lambda found: found["seconds"] > 3)
            await theirs.http.delete(f"{theirs.path}/{made['id']}")
            over = await theirs.over(made["id"])
            assert (over["state"], over["session"]) == ("ended", made["session"])
            ((_, end, reason),) = await theirs.lost()
            assert reason == "source_lost"
            heard = await theirs.words()
    again = [at for text, at in heard if text == "one"]
    assert again == [pytest.approx(0.0, abs=0.4), pytest.approx(end, abs=0.4)]
    assert source.most == 1


async def test_one_that_was_stopped_while_nobody_fed_it_ends(store: PostgresStore) -> None:
    source = HttpSource(talk("one", "two", "three"))
    async with source.served() as url:
        async with node(store, ingest=TERMS) as one, calls(store, one) as mine:
            made = await mine.begin(url=url)
            await mine.until(made["id"], lambda found: found["seconds"] > 1)
        await store.ingests.ask_to_stop(made["id"])
        async with node(store, ingest=TERMS) as other, calls(store, other) as theirs:
            theirs.meeting = mine.meeting
            assert (await theirs.over(made["id"]))["state"] == "ended"
            assert (await theirs.http.get(f"/v1/meetings/{mine.meeting}")).json()["status"] == "ended"


async def test_one_owner_at_a_time(store: PostgresStore) -> None:
    meeting = await store.create_meeting(NewMeeting(), "default")
    new = NewIngest("ing_1", meeting.id, None, "ses_1", "token", url="http://example.org/")
    mine, theirs = Lease("a", 60), Lease("b", 60)
    await store.ingests.add(new, mine)
    assert await store.ingests.renew(mine) == {"ing_1": False}
    assert await store.ingests.claim(theirs, 10) == ()
    await store.ingests.renew(Lease("a", 0))
    (claimed,) = await store.ingests.claim(theirs, 10)
    assert claimed.new == new
    assert await store.ingests.renew(mine) == {}
    assert not await store.ingests.note("ing_1", "a", Progress("live"))
    assert await store.ingests.note("ing_1", "b", Progress("live", bytes=3))
    await store.ingests.release("ing_1", "a")
    assert await store.ingests.claim(mine, 10) == ()
    await store.ingests.release("ing_1", "b")
    assert [one.progress.bytes for one in await store.ingests.claim(mine, 10)] == [3]
    assert await store.ingests.note("ing_1", "a", Progress("failed", "x", "X."))
    assert not await store.ingests.note("ing_1", "a", Progress("live"))
    await store.ingests.release("ing_1", "a")
    assert await store.ingests.claim(theirs, 10) == ()
