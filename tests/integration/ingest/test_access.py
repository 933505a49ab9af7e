"""An ingest lasts as long as the key by which it was begun, also where a sign-in stood for the key."""

from datetime import UTC, datetime, timedelta

import pytest

from server.store.ingest_records import NewIngest
from server.store.postgres import PostgresStore
from server.store.records import Lease, NewMeeting
from tests.integration.access.test_signin import Tab
from tests.integration.ingest.test_ingest import TERMS, Calls
from tests.support.access_refusals import made
from tests.support.node import node
from tests.support.sources import HttpSource, talk
from tests.support.speech import VOCABULARY


async def test_one_that_a_page_began_outlives_the_sign_in_and_not_the_key(store: PostgresStore) -> None:
    source = HttpSource(talk(*VOCABULARY[1:25]))
    key_id, secret = await made(store)
    meeting = await store.create_meeting(NewMeeting(), "default")
    async with node(store, ingest=TERMS) as one, source.served() as url, Tab(one) as tab:
        await tab.sign_in(secret)
        mine = Calls(tab.http, meeting.id)
        begun = await mine.begin(url=url)
        async with tab.socket(one.url) as speaker:
            await speaker.start()
            assert (await tab.http.delete("/v1/signin", headers={"X-Steno-Page": "1"})).is_success
            assert await speaker.rest() == 1008, "whoever is here by the sign-in is sent away"
        tab.http.headers["Authorization"] = f"Bearer {secret}"
        heard = (await mine.get(begun["id"]))["seconds"]
        await mine.until(begun["id"], lambda found: found["seconds"] > heard + 1.0)
        tab.http.headers["Authorization"] = f"Bearer {(await made(store))[1]}"
        await store.access.revoke_key(None, key_id)
        over = await mine.over(begun["id"])
        assert (over["state"], over["error"]["code"]) == ("failed", "key_revoked")


@pytest.mark.parametrize("lasts", [timedelta(hours=1), None])
async def test_who_takes_one_over_knows_until_when_the_key_is_good(
    store: PostgresStore, lasts: timedelta | None
) -> None:
    until = None if lasts is None else datetime.now(UTC) + lasts
    key_id, _ = await made(store, expires_at=until)
    meeting = await store.create_meeting(NewMeeting(), "default")
    new = NewIngest("ing_1", meeting.id, key_id, "ses_1", "token", url="http://example.org/")
    await store.ingests.add(new, Lease("a", 0))
    (claimed,) = await store.ingests.claim(Lease("b", 60), 10)
    assert claimed.key_expires_at == until
