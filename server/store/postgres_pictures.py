"""`PostgresPictures`: pictures and page texts of meetings on PostgreSQL, one transaction a call.

Every method raises `StoreUnavailable` when the database cannot answer.
"""

from sqlalchemy.ext.asyncio import AsyncEngine

from server.store import pictures
from server.store.engine import transaction
from server.store.picture_records import NewPage, NewPicture, Picture, PictureKind, StoredPage


class PostgresPictures:
    """For what each method promises see `server.store.pictures`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, meeting_id: str, new: NewPicture, ago: float = 0.0) -> int | None:
        """Keep a picture: its number, None where a bound is met. Raises `NotFound`."""
        async with transaction(self._engine) as connection:
            return await pictures.add(connection, meeting_id, new, ago)

    async def missed(self, bot_id: str, count: int) -> None:
        """A bot saw so many pictures more that are not kept."""
        async with transaction(self._engine) as connection:
            await pictures.missed(connection, bot_id, count)

    async def not_kept(self, meeting_id: str) -> int:
        """How many pictures the bots of a meeting saw that are not kept."""
        async with transaction(self._engine) as connection:
            return await pictures.not_kept(connection, meeting_id)

    async def of_meeting(self, meeting_id: str, kind: PictureKind | None = None) -> tuple[Picture, ...]:
        """All of a meeting, or of one kind, by time."""
        async with transaction(self._engine) as connection:
            return await pictures.of_meeting(connection, meeting_id, kind)

    async def get(self, meeting_id: str, number: int) -> tuple[Picture, bytes] | None:
        """One with its bytes, or None."""
        async with transaction(self._engine) as connection:
            return await pictures.get(connection, meeting_id, number)

    async def keep_page(self, meeting_id: str, new: NewPage, ago: float = 0.0) -> None:
        """Keep what the meeting's page showed. Raises `NotFound`."""
        async with transaction(self._engine) as connection:
            await pictures.keep_page(connection, meeting_id, new, ago)

    async def page(self, meeting_id: str) -> StoredPage | None:
        """What is kept of the meeting's page, or None."""
        async with transaction(self._engine) as connection:
            return await pictures.page(connection, meeting_id)
