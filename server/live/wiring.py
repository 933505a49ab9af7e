"""The hub of a process, and what it is told of edits by others; built by the composition root."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.live.elsewhere import Elsewhere
from server.live.hub import Hub
from server.store.edits import CHANNEL
from server.store.listener import listening
from server.store.postgres import PostgresStore
from server.store.postgres_editing import Editing


@asynccontextmanager
async def telling_edits(url: str, hub: Hub, editing: Editing) -> AsyncIterator[None]:
    """Viewers of this process are told of edits by other processes of the same database, until the block
    ends."""
    elsewhere = Elsewhere(hub, editing)
    async with elsewhere.running(), listening(url, CHANNEL, elsewhere.heard):
        yield


@asynccontextmanager
async def viewing(url: str, store: PostgresStore) -> AsyncIterator[Hub]:
    """The hub of a process whose database is at `url`."""
    hub = Hub(store)
    async with telling_edits(url, hub, store.editing):
        yield hub
