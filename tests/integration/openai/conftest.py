"""A server with a scripted model, and OpenAI's client of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import numpy as np
import pytest
from openai import AsyncOpenAI

from asr.types import SAMPLE_RATE, Waveform
from server.store.api import Store
from server.store.postgres import PostgresStore
from tests.fakes.store import MemoryStore
from tests.support.media import pack
from tests.support.node import node
from tests.support.plain import plain_http
from tests.support.speech import join, say, silence

KEY = "sk_of_the_tests"


@dataclass(frozen=True, slots=True)
class Site:
    """The server, what it stores, and its address up to `/v1`."""

    store: Store
    url: str

    @property
    def socket(self) -> str:
        """The same address for sockets."""
        return self.url.replace("http", "ws", 1)

    @asynccontextmanager
    async def client(self, key: str = KEY) -> AsyncIterator[AsyncOpenAI]:
        """OpenAI's client, which tries once."""
        async with AsyncOpenAI(api_key=key, base_url=self.url, max_retries=0) as client:
            yield client

    def plain(self) -> httpx.AsyncClient:
        """A client that sends what it is told."""
        headers = {"Authorization": f"Bearer {KEY}"}
        return plain_http(self.url, headers=headers)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A site that asks for the key."""
    store = MemoryStore()
    async with node(store, api_key=KEY) as serving:
        yield Site(store, serving.url.replace("ws", "http", 1).removesuffix("/stream"))


@pytest.fixture
async def database_site(store: PostgresStore) -> AsyncIterator[Site]:
    """The same over a real database, which keeps what tokens are signed with."""
    async with node(store, api_key=KEY) as serving:
        yield Site(store, serving.url.replace("ws", "http", 1).removesuffix("/stream"))


def spoken(*texts: str) -> Waveform:
    """Each text and a pause after it."""
    return join(*(part for text in texts for part in (say(text), silence(1.0))))


def wav(*texts: str) -> bytes:
    """A WAV file in which the texts are said."""
    return pack(spoken(*texts)[:, np.newaxis], "wav", "pcm_s16le", SAMPLE_RATE)
