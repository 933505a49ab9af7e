"""`PostgresIngests`: ingests on PostgreSQL, one transaction a call.

Every method raises `StoreUnavailable` when the database cannot answer.
"""

from sqlalchemy.ext.asyncio import AsyncEngine

from server.store import ingests
from server.store.engine import transaction
from server.store.ingest_records import Ingest, NewIngest, Progress
from server.store.records import Lease


class PostgresIngests:
    """For what each method promises see `server.store.ingests`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, new: NewIngest, lease: Lease) -> Ingest:
        """Begin one. Raises `NotFound` `meeting_not_found`."""
        async with transaction(self._engine) as connection:
            return await ingests.add(connection, new, lease)

    async def get(self, ingest_id: str) -> Ingest | None:
        """One, or None."""
        async with transaction(self._engine) as connection:
            return await ingests.get(connection, ingest_id)

    async def of_meeting(self, meeting_id: str, most: int) -> tuple[Ingest, ...]:
        """The newest of a meeting."""
        async with transaction(self._engine) as connection:
            return await ingests.of_meeting(connection, meeting_id, most)

    async def note(self, ingest_id: str, owner: str, progress: Progress) -> bool:
        """How far it is, by its owner."""
        async with transaction(self._engine) as connection:
            return await ingests.note(connection, ingest_id, owner, progress)

    async def moved(self, ingest_id: str, owner: str, port: int) -> None:
        """Its owner listens at another port."""
        async with transaction(self._engine) as connection:
            await ingests.moved(connection, ingest_id, owner, port)

    async def ask_to_stop(self, ingest_id: str) -> None:
        """Its owner stops it when it looks next."""
        async with transaction(self._engine) as connection:
            await ingests.ask_to_stop(connection, ingest_id)

    async def renew(self, lease: Lease) -> dict[str, bool]:
        """Those that this owner still looks after."""
        async with transaction(self._engine) as connection:
            return await ingests.renew(connection, lease)

    async def claim(self, lease: Lease, most: int) -> tuple[Ingest, ...]:
        """Look after those that nobody looks after any more."""
        async with transaction(self._engine) as connection:
            return await ingests.claim(connection, lease, most)

    async def release(self, ingest_id: str, owner: str) -> None:
        """Look after it no more."""
        async with transaction(self._engine) as connection:
            await ingests.release(connection, ingest_id, owner)
