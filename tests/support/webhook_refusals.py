"""Small clients, each of which provokes a refusal of the calls on webhooks and says what it was told."""

from server.store.endpoints import MOST
from server.store.postgres import PostgresStore
from tests.support.listening import WORKSPACE, listens
from tests.support.node import node
from tests.support.refusals import Told, call


async def one_too_many(store: PostgresStore) -> Told:
    for _ in range(MOST):
        await listens(store)
    async with node(store, webhooks=store.webhooks) as one:
        return await call(one, "POST", "/v1/webhooks", b'{"url": "https://hooks.example/"}')


async def that_is_off(store: PostgresStore) -> Told:
    endpoint = await listens(store)
    await store.webhooks.change(WORKSPACE, endpoint.id, {}, enabled=False)
    async with node(store, webhooks=store.webhooks) as one:
        return await call(one, "POST", f"/v1/webhooks/{endpoint.id}/ping")
