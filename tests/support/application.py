"""The whole application in this process, as the composition root builds it; only the model is scripted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

import server.app
from server.access.keys import NewKey, new_secret
from server.settings import Settings
from server.store.postgres import PostgresStore
from tests.support.plain import plain_http
from tests.support.scripted_steno import SCRIPTED
from tests.support.server import running


@dataclass(frozen=True, slots=True)
class Application:
    """It listens at `url`."""

    app: Starlette
    url: str

    def client(self, key: str | None = None) -> httpx.AsyncClient:
        """An HTTP client that shows a key."""
        return plain_http(self.url, key=key)

    def socket(self, path: str) -> str:
        """The address of a WebSocket."""
        return self.url.replace("http", "ws", 1) + path


@asynccontextmanager
async def application(database_url: str, **settings: Any) -> AsyncIterator[Application]:
    """Serve until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, part in SCRIPTED:
            patch.setattr(module, name, part)
        made = Settings(DATABASE_URL=database_url, **settings)
        async with server.app.assembled(made) as app, running(app) as url:
            await app.state.recognition.worker.wait_ready()
            yield Application(app, url)


async def a_key(
    store: PostgresStore,
    workspace: str,
    *scopes: str,
    name: str = "test",
    **more: Any,
) -> str:
    """A key of a workspace, which is made; without scopes with all. `more` are further fields of `NewKey`."""
    secret = new_secret()
    await store.access.add_workspace(workspace)
    new = NewKey(name, scopes or ("ingest", "view", "manage"), **more)
    await store.access.add_key(workspace, new, secret)
    return secret
