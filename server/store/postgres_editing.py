"""`PostgresEditing`: what people change in transcripts, on PostgreSQL, one transaction a call, of which all
nodes are told."""

from collections.abc import Collection, Mapping
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from server.store import corrections, edits, speakers
from server.store.correction_records import Correction, Speaker, TextVersion
from server.store.edits import Edits
from server.store.engine import transaction
from streaming.segments import Segment


class Editing(Protocol):
    """What the HTTP calls need of it. Every method raises `StoreUnavailable` when the database cannot
    answer."""

    async def speakers(self, meeting_id: str) -> tuple[Speaker, ...]:
        """Who speaks, whoever spoke longest first."""
        ...

    async def rename(self, meeting_id: str, changes: Mapping[str, str | None]) -> Mapping[str, str]:
        """Name speakers by label, None takes a name back; all names. Raises `NotFound`, `ProtocolError`
        `too_many_speakers`."""
        ...

    async def correct(self, meeting_id: str, segment_id: str, wanted: Correction) -> Segment:
        """Correct a final; as it is then. Raises `NotFound` `segment_not_found`, `version_not_found`,
        `ProtocolError` `segment_changed`, `too_many_corrections`."""
        ...

    async def history(
        self, meeting_id: str, segment_id: str, *, limit: int, cursor: str | None = None
    ) -> tuple[TextVersion, ...]:
        """The versions of a final, the newest first. Raises `NotFound` `segment_not_found`, `ProtocolError`
        `bad_cursor`."""
        ...

    async def edits(self, meeting_id: str, finals: Collection[str] | None) -> Edits:
        """The names of the speakers, and those of some finals that were corrected; None: the newest
        corrections. Of a meeting that is not there: nothing."""
        ...


class PostgresEditing:
    """See `Editing`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def speakers(self, meeting_id: str) -> tuple[Speaker, ...]:
        """Who speaks, whoever spoke longest first."""
        async with transaction(self._engine) as connection:
            return await speakers.of_meeting(connection, meeting_id)

    async def rename(self, meeting_id: str, changes: Mapping[str, str | None]) -> Mapping[str, str]:
        """Name speakers by label; all names."""
        async with transaction(self._engine) as connection:
            names = await speakers.rename(connection, meeting_id, changes)
            await edits.tell(connection, meeting_id)
            return names

    async def correct(self, meeting_id: str, segment_id: str, wanted: Correction) -> Segment:
        """Correct a final; as it is then."""
        async with transaction(self._engine) as connection:
            segment = await corrections.correct(connection, meeting_id, segment_id, wanted)
            if segment.version != wanted.version:
                await edits.tell(connection, meeting_id, segment_id)
            return segment

    async def history(
        self, meeting_id: str, segment_id: str, *, limit: int, cursor: str | None = None
    ) -> tuple[TextVersion, ...]:
        """The versions of a final, the newest first."""
        async with transaction(self._engine) as connection:
            return await corrections.history(connection, meeting_id, segment_id, limit=limit, cursor=cursor)

    async def edits(self, meeting_id: str, finals: Collection[str] | None) -> Edits:
        """The names of the speakers, and those of some finals that were corrected."""
        async with transaction(self._engine) as connection:
            return await edits.of_meeting(connection, meeting_id, finals)
