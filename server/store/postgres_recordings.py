"""`PostgresRecordings`: recordings on PostgreSQL, one transaction a call.

Every method raises `StoreUnavailable` when the database cannot answer.
"""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncEngine

from server.store import recordings
from server.store.engine import transaction
from server.store.recording_records import NewRecording, Recording


class PostgresRecordings:
    """For what each method promises see `server.store.recordings`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, new: NewRecording) -> None:
        """A piece is begun. Raises `NotFound`."""
        async with transaction(self._engine) as connection:
            await recordings.add(connection, new)

    async def close(self, recording_id: str, end: int, size: int, peaks: bytes) -> bool:
        """A piece is complete."""
        async with transaction(self._engine) as connection:
            return await recordings.close(connection, recording_id, end, size, peaks)

    async def forget(self, recording_id: str) -> None:
        """A piece holds no sound."""
        async with transaction(self._engine) as connection:
            await recordings.forget(connection, recording_id)

    async def carried(self, recording_id: str) -> bool:
        """A piece lies in the bucket now."""
        async with transaction(self._engine) as connection:
            return await recordings.carried(connection, recording_id)

    async def get(self, meeting_id: str, recording_id: str) -> Recording | None:
        """One piece of a meeting, or None."""
        async with transaction(self._engine) as connection:
            return await recordings.get(connection, meeting_id, recording_id)

    async def of_meeting(self, meeting_id: str) -> tuple[Recording, ...]:
        """All pieces by session, channel and time."""
        async with transaction(self._engine) as connection:
            return await recordings.of_meeting(connection, meeting_id)

    async def of_session(self, session_id: str) -> tuple[Recording, ...]:
        """All pieces by channel and time."""
        async with transaction(self._engine) as connection:
            return await recordings.of_session(connection, session_id)

    async def peaks(self, meeting_id: str) -> dict[str, bytes]:
        """Of the complete pieces of a meeting, by id."""
        async with transaction(self._engine) as connection:
            return await recordings.peaks(connection, meeting_id)

    async def left(self, folder: str, *, whole: bool, without: Collection[str]) -> tuple[Recording, ...]:
        """What is to be looked after in a folder."""
        async with transaction(self._engine) as connection:
            return await recordings.left(connection, folder, whole=whole, without=without)

    async def deleted(self, meeting_ids: Collection[str]) -> set[str]:
        """Those of the meetings of whose deletion there is a receipt."""
        async with transaction(self._engine) as connection:
            return await recordings.deleted(connection, meeting_ids)
