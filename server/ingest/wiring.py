"""Ingests over one store, for the composition root."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.http.guard import Guard
from server.ingest.ingests import Ingests, Terms
from server.ingest.ports import Ports
from server.live.services import LiveServices
from server.live.sessions import Sessions
from server.store.postgres_ingests import PostgresIngests


@asynccontextmanager
async def ingesting(
    records: PostgresIngests,
    sessions: Sessions,
    services: LiveServices,
    guard: Guard,
    *,
    host: str,
    private: bool,
) -> AsyncIterator[Ingests]:
    """Those of a server that listens on `host`, looked after until the block ends; with `private` this
    machine and private networks may be asked."""
    ingests = Ingests(records, sessions, services, guard, ports=Ports(host), terms=Terms(private=private))
    async with ingests.running():
        yield ingests
