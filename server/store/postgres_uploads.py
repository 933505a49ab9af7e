"""`PostgresUploads`: uploads on PostgreSQL, one transaction a call.

Every method raises `StoreUnavailable` when the database cannot answer.
"""

from sqlalchemy.ext.asyncio import AsyncEngine

from server.store import uploads
from server.store.engine import transaction
from server.store.upload_records import NewUpload, Upload, UploadState


class PostgresUploads:
    """For what each method promises see `server.store.uploads`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, new: NewUpload) -> Upload:
        """Begin to receive a file. Raises `NotFound` `meeting_not_found`."""
        async with transaction(self._engine) as connection:
            return await uploads.add(connection, new)

    async def get(self, upload_id: str) -> Upload | None:
        """One upload, or None."""
        async with transaction(self._engine) as connection:
            return await uploads.get(connection, upload_id)

    async def whole(self, upload_id: str, seconds: float | None) -> bool:
        """Queue its hearing."""
        async with transaction(self._engine) as connection:
            return await uploads.whole(connection, upload_id, seconds)

    async def begin(self, meeting_id: str, number: int) -> Upload | None:
        """Its hearing begins or goes on."""
        async with transaction(self._engine) as connection:
            return await uploads.begin(connection, meeting_id, number)

    async def keep(self, upload_id: str, session_id: str, token: str) -> None:
        """The session in which it is heard."""
        async with transaction(self._engine) as connection:
            await uploads.keep(connection, upload_id, session_id, token)

    async def settle(
        self, upload_id: str, state: UploadState, code: str | None = None, sentence: str | None = None
    ) -> bool:
        """The last state."""
        async with transaction(self._engine) as connection:
            return await uploads.settle(connection, upload_id, state, code, sentence)

    async def held(self, folder: str) -> dict[str, int]:
        """What a folder holds or awaits."""
        async with transaction(self._engine) as connection:
            return await uploads.held(connection, folder)

    async def expire(self, folder: str, seconds: float) -> None:
        """Give up what was not received in time."""
        async with transaction(self._engine) as connection:
            await uploads.expire(connection, folder, seconds)
