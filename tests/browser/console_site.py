"""A whole server for the pages of settings and of the operator: the real application over a PostgreSQL of its
own, with keys, webhooks, use of some days and somebody who speaks; only the model is scripted.

In: nothing. Out: its address and keys, on a thread of its own.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from server.access.access import DEFAULT, Quotas
from server.notify.targets import Notify, stored
from server.store.engine import transaction
from server.store.postgres import PostgresStore, open_store
from server.store.schema import usage
from tests.support.application import a_key, application
from tests.support.aside import Aside, aside
from tests.support.listening import listens
from tests.support.node import wire_audio
from tests.support.postgres import own_postgres
from tests.support.speech import join, say, silence
from tests.support.wire import Wire, wire

SPOKEN = wire_audio(join(silence(0.7), say("alpha bravo charlie delta"), silence(1.5), say("echo foxtrot")))
OWN_KEY = "own-key-of-the-server"


@dataclass(frozen=True)
class ConsoleSite:
    """`manager` may do everything in `acme`, `viewer` reads there; the server's own key is `OWN_KEY`."""

    url: str
    manager: str
    viewer: str
    webhook: str
    speaker: Wire
    meeting: str


async def _use(store: PostgresStore) -> None:
    today = date.today()
    rows = [
        {
            "workspace_id": "acme",
            "day": today - timedelta(days=ago),
            "key_id": "",
            "seconds": 600.0 * (1 + ago % 5),
            "sessions": 1 + ago % 3,
            "requests": 40 + 17 * ago,
            "report_tokens": 900 * (ago % 4),
        }
        for ago in range(6)
    ]
    async with transaction(store._engine) as connection:
        await connection.execute(insert(usage), rows)


@asynccontextmanager
async def _site(url: str) -> AsyncIterator[ConsoleSite]:
    async with open_store(url) as store:
        manager = await a_key(store, "acme", name="Office · Контора")
        viewer = await a_key(store, "acme", "view", name="Reader")
        quotas = Quotas(4, 120, 20.0)
        later = datetime.now(UTC) + timedelta(days=30)
        speaks = await a_key(store, DEFAULT, "ingest", name="Meeting room 3", quotas=quotas, expires_at=later)
        await a_key(store, "acme", "ingest", name="Recorder bot", quotas=quotas, expires_at=later)
        hook = await listens(store, "https://hooks.invalid/steno", "meeting.ended", workspace="acme")
        told = Notify.model_validate(
            {
                "targets": [
                    {"kind": "email", "to": ["team@example.org"]},
                    {"kind": "chat", "url": "tgram://b/c"},
                ]
            }
        )
        await store.notifications.put_notifications("acme", stored(told), ["a", "b"])
        await _use(store)
        async with application(url, api_key=OWN_KEY, idle_seconds=3_000) as one:
            offered = ["steno.v1", f"bearer.{speaks}"]
            async with wire(one.socket("/v1/stream"), subprotocols=offered) as speaker:
                meeting = (await speaker.start())["meeting"]
                await speaker.send([SPOKEN])
                yield ConsoleSite(one.url, manager, viewer, hook.id, speaker, meeting)


@contextmanager
def console_site() -> Iterator[Aside[ConsoleSite]]:
    """Serve for the length of a block."""
    with own_postgres() as postgres, aside(lambda: _site(postgres.url())) as site:
        yield site
