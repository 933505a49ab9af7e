"""`PostgresArchive`: what is found again and what is removed, on PostgreSQL, one transaction a call."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from server.store import deletions, queue, retention, transcripts
from server.store.deletion_records import Deletion, Deletions, Recordings, Retention
from server.store.engine import transaction
from server.store.found import Hits, Wanted

EVERY_WORKSPACE: Final = "all"
"""What stands in the place of a meeting's id where work is done for all."""


class Archive(Protocol):
    """What the HTTP calls need of it. Every method raises `StoreUnavailable` when the database cannot
    answer."""

    async def search(self, wanted: Wanted, *, cursor: str | None = None, limit: int = 50) -> Hits:
        """Segments, the best match first. Raises `ProtocolError` `bad_cursor`."""
        ...

    async def deletion(self, workspace: str, deletion_id: str) -> Deletion:
        """One receipt. Raises `NotFound` `deletion_not_found`."""
        ...

    async def deletions(self, workspace: str, *, cursor: str | None = None, limit: int = 50) -> Deletions:
        """Receipts, the newest first. Raises `ProtocolError` `bad_cursor`."""
        ...

    async def deletion_keys(self) -> tuple[dict[str, str], ...]:
        """The public keys of receipts as JSON Web Keys, the newest first."""
        ...

    async def retention(self, workspace: str) -> Retention:
        """The workspace's."""
        ...

    async def keep_for(self, workspace: str, days: int | None) -> Retention:
        """Change for how long the workspace keeps its meetings; None: for ever."""
        ...


class PostgresArchive:
    """See `Archive`. `recordings`: where audio is kept, which is removed with its meeting."""

    def __init__(self, engine: AsyncEngine, recordings: Sequence[Recordings] = ()) -> None:
        self._engine = engine
        self._recordings = recordings

    async def search(self, wanted: Wanted, *, cursor: str | None = None, limit: int = 50) -> Hits:
        """Segments, the best match first. Raises `ProtocolError` `bad_cursor`."""
        async with transaction(self._engine) as connection:
            return await transcripts.find(connection, wanted, cursor=cursor, limit=limit)

    async def delete(self, meeting_id: str) -> Deletion:
        """Remove a meeting because somebody asked for it. Raises `NotFound`."""
        async with transaction(self._engine) as connection:
            made = await deletions.remove(connection, meeting_id, self._recordings)
        assert made is not None, "without a time a meeting is removed"  # noqa: S101
        return made

    async def delete_over(self, meeting_id: str, now: datetime) -> Deletion | None:
        """Remove a meeting if its time is over at `now`. Raises `NotFound`."""
        async with transaction(self._engine) as connection:
            return await deletions.remove(
                connection, meeting_id, self._recordings, reason="retention", over_at=now
            )

    async def deletion(self, workspace: str, deletion_id: str) -> Deletion:
        """One receipt. Raises `NotFound` `deletion_not_found`."""
        async with transaction(self._engine) as connection:
            return await deletions.get(connection, workspace, deletion_id)

    async def deletions(self, workspace: str, *, cursor: str | None = None, limit: int = 50) -> Deletions:
        """Receipts, the newest first. Raises `ProtocolError` `bad_cursor`."""
        async with transaction(self._engine) as connection:
            return await deletions.page(connection, workspace, cursor=cursor, limit=limit)

    async def deletion_keys(self) -> tuple[dict[str, str], ...]:
        """The public keys of receipts as JSON Web Keys, the newest first."""
        async with transaction(self._engine) as connection:
            return await deletions.public_keys(connection)

    async def retention(self, workspace: str) -> Retention:
        """The workspace's."""
        async with transaction(self._engine) as connection:
            return await retention.get(connection, workspace)

    async def keep_for(self, workspace: str, days: int | None) -> Retention:
        """Change for how long the workspace keeps its meetings; None: for ever."""
        async with transaction(self._engine) as connection:
            await retention.put(connection, workspace, days=days)
            return await retention.get(connection, workspace)

    async def over(
        self, now: datetime, limit: int, without: Collection[str] = frozenset()
    ) -> tuple[str, ...]:
        """Meetings whose time is over at `now`, so many at the most, without those."""
        async with transaction(self._engine) as connection:
            return await retention.over(connection, now, limit, without)

    async def swept(self, now: datetime, deleted: Mapping[str, int]) -> None:
        """Keep that all meetings were judged at `now`, and how many of each workspace were removed."""
        async with transaction(self._engine) as connection:
            await retention.swept(connection, now, deleted)
            await queue.remove_orphans(connection)

    async def sweep_at(self, number: int) -> None:
        """Queue the sweep of this number, once."""
        async with transaction(self._engine) as connection:
            await queue.enqueue(connection, queue.RETENTION, EVERY_WORKSPACE, number)
