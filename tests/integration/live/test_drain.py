"""A process that must stop and cannot store what it heard: it stops all the same, and nothing is lost."""

from typing import Any

from server.store.engine import create_engine
from server.store.postgres import PostgresStore
from streaming.errors import StoreUnavailable
from tests.support.node import Caller, node, undisturbed, wire_audio
from tests.support.speech import join, say, silence

FIRST = join(silence(0.7), say("alpha bravo charlie"), silence(0.9))
AUDIO = wire_audio(join(FIRST, say("delta echo foxtrot"), silence(0.9), say("golf"), silence(0.9)))


class Failing(PostgresStore):
    """A store that takes nothing any more, as soon as it is told so."""

    away = False

    async def save(self, *given: Any, **named: Any) -> None:
        """Store finals, unless away."""
        if self.away:
            raise StoreUnavailable
        await super().save(*given, **named)


async def test_a_drain_that_cannot_store_is_over_in_time_and_the_stream_goes_on_elsewhere(
    database_url: str, store: PostgresStore
) -> None:
    caller, engine = Caller(AUDIO), create_engine(database_url)
    failing = Failing(engine)
    async with node(store) as second:
        whole = await undisturbed(second.url, AUDIO)
        async with node(failing) as first, caller.started(first.url) as client:
            await caller.speak(client, len(FIRST))
            await client.until("ack")
            failing.away = True
            await caller.speak(client)
            while not any("foxtrot" in one["text"] for one in caller.of("caption")):
                await client.until("caption")
            await first.sessions.drain(0.1)
            assert first.sessions.kept()
            first.sessions.hurry()
            assert await client.rest() == 1012
        async with caller.resumed(second.url) as client:
            assert caller.position * 2 < len(AUDIO)
            assert await caller.finish(client) == 1000
        stored = await caller.stored(store)
    await engine.dispose()
    assert caller.transcript == whole.transcript == stored
    (ended,) = caller.of("ended")
    assert ended["coverage"] == whole.of("ended")[0]["coverage"]
