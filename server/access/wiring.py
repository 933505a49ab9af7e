"""The guard over a database, with what looks after it, built by the composition root."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from server.access.place import LOOPBACK
from server.http.guard import Guard
from server.store.keys import CHANNEL
from server.store.listener import listening
from server.store.postgres import PostgresStore
from streaming.errors import NotAllowed

log = structlog.get_logger(__name__)


@asynccontextmanager
async def guarding(
    api_key: str | None, host: str, store: PostgresStore, url: str, home: str | None = None
) -> AsyncIterator[Guard]:
    """The guard of a server that listens on `host`, and that people reach at `home`; it watches until the
    block ends.

    Raises `NotAllowed` `key_needed` where strangers would be served without a key.
    """
    guard = Guard(api_key, store.access, store.workspace_of, home)
    if not await guard.door.asks_for_key():
        if host not in LOOPBACK:
            raise NotAllowed(
                "key_needed",
                f"Listening on {host} would serve everybody who can reach it: make a key with "
                "`steno keys create`, set STENO_API_KEY, or listen on 127.0.0.1.",
            )
        log.warning("no_key_asked_for", open_to="this machine")
    async with guard.watch.running(), listening(url, CHANNEL, lambda _: guard.watch.heard()):
        yield guard
