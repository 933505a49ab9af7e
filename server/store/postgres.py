"""`PostgresStore`: the store of `server.store.api` on PostgreSQL, one transaction a call.

The queries stand in `meetings` and `sessions`, the errors are named in `engine`. `open_store` gives a store
whose database has the newest schema, for as long as its context is open.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from server.access.access import DEFAULT, Access
from server.store import coverage as of_coverage
from server.store import meetings, nodes, resuming, schema, sessions
from server.store.deletion_records import Deletion, Recordings
from server.store.engine import create_engine, transaction
from server.store.migrate import upgrade
from server.store.operations import PostgresOperations
from server.store.postgres_access import PostgresAccess
from server.store.postgres_archive import PostgresArchive
from server.store.postgres_bots import PostgresBots
from server.store.postgres_calendars import PostgresCalendars
from server.store.postgres_editing import PostgresEditing
from server.store.postgres_ingests import PostgresIngests
from server.store.postgres_notifications import PostgresNotifications
from server.store.postgres_pictures import PostgresPictures
from server.store.postgres_recordings import PostgresRecordings
from server.store.postgres_reports import PostgresReports
from server.store.postgres_uploads import PostgresUploads
from server.store.postgres_webhooks import PostgresEvents, PostgresWebhooks
from server.store.records import (
    Covered,
    Lease,
    Meeting,
    MeetingStatus,
    NewMeeting,
    NewSession,
    Page,
    Progressed,
    Session,
    Standing,
    StoredSegment,
)
from streaming.errors import StoreError
from streaming.segments import Coverage

READY_SECONDS: Final = 1.0


@contextlib.asynccontextmanager
async def open_store(url: str, recordings: Sequence[Recordings] = ()) -> AsyncIterator["PostgresStore"]:
    """Connect, bring the schema up to date, yield the store, disconnect. Raises `StoreError`.

    `url` is `postgresql://user:password@host/name`; `postgres://` and `postgresql+asyncpg://` do as well.
    `recordings`: where audio is kept, which is removed with its meeting.
    """
    migrating = create_engine(url, command_seconds=None)
    try:
        await upgrade(migrating)
    finally:
        await migrating.dispose()
    engine = create_engine(url)
    try:
        yield PostgresStore(engine, recordings)
    finally:
        await engine.dispose()


class PostgresStore:
    """See `server.store.api.Store` for what each method promises."""

    def __init__(self, engine: AsyncEngine, recordings: Sequence[Recordings] = ()) -> None:
        self._engine = engine
        self.reports = PostgresReports(engine)
        self.notifications = PostgresNotifications(engine)
        self.access = PostgresAccess(engine)
        self.operations = PostgresOperations(engine)
        self.webhooks = PostgresWebhooks(engine)
        self.events = PostgresEvents(engine)
        self.uploads = PostgresUploads(engine)
        self.bots = PostgresBots(engine)
        self.ingests = PostgresIngests(engine)
        self.pictures = PostgresPictures(engine)
        self.recordings = PostgresRecordings(engine)
        self.archive = PostgresArchive(engine, recordings)
        self.calendars = PostgresCalendars(engine)
        self.editing = PostgresEditing(engine)

    async def ready(self) -> bool:
        """Whether the database answers within a second, and has Steno's tables."""
        try:
            async with asyncio.timeout(READY_SECONDS), transaction(self._engine) as connection:
                await connection.execute(select(schema.meetings.c.id).limit(1))
        except (StoreError, TimeoutError):
            return False
        return True

    async def create_meeting(self, new: NewMeeting, workspace: str = DEFAULT) -> Meeting:
        """Make a meeting with an id of its own, status `created`."""
        async with transaction(self._engine) as connection:
            return await meetings.create(connection, new, workspace)

    async def workspace_of(self, meeting_id: str) -> str | None:
        """Whose a meeting is."""
        async with transaction(self._engine) as connection:
            return await meetings.workspace_of(connection, meeting_id)

    async def meeting(self, meeting_id: str) -> Meeting | None:
        """One meeting, its coverage and duration taken over all its sessions."""
        async with transaction(self._engine) as connection:
            return await meetings.get(connection, meeting_id)

    async def meetings(
        self,
        workspace: str,
        *,
        cursor: str | None = None,
        limit: int = 50,
        status: MeetingStatus | None = None,
        q: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page:
        """Newest first. `limit` is brought into 1–200. Raises `ProtocolError` (`bad_cursor`)."""
        async with transaction(self._engine) as connection:
            return await meetings.page(
                connection,
                workspace,
                cursor=cursor,
                limit=limit,
                status=status,
                q=q,
                since=since,
                until=until,
            )

    async def update_meeting(self, meeting_id: str, changes: Mapping[str, Any]) -> Meeting:
        """Change fields of `NewMeeting` by name; None gives the default back."""
        async with transaction(self._engine) as connection:
            return await meetings.change(connection, meeting_id, changes)

    async def delete_meeting(self, meeting_id: str) -> Deletion:
        """Remove a meeting with all that belongs to it, in one transaction; the receipt."""
        return await self.archive.delete(meeting_id)

    async def missing_meetings(self, meeting_ids: Collection[str]) -> set[str]:
        """Those of the meetings that are not there (any more)."""
        async with transaction(self._engine) as connection:
            return await meetings.missing(connection, meeting_ids)

    async def open_session(
        self, meeting_id: str, new: NewSession, lease: Lease | None = None, ago: float = 0.0
    ) -> Session:
        """Begin a session now; the meeting becomes live, also when it had ended."""
        async with transaction(self._engine) as connection:
            return await sessions.open_session(connection, meeting_id, new, lease, ago)

    async def sessions(self, meeting_id: str) -> tuple[Session, ...]:
        """The sessions of a meeting in the order in which they began."""
        async with transaction(self._engine) as connection:
            return await sessions.of_meeting(connection, meeting_id)

    async def save(
        self,
        session_id: str,
        segments: Sequence[StoredSegment],
        *,
        position: int,
        coverage: Coverage,
        progressed: Progressed = Progressed(),  # noqa: B008 - frozen
    ) -> None:
        """Store finals (on the meeting's clock) and how far the session has come, in one transaction."""
        async with transaction(self._engine) as connection:
            await sessions.save(
                connection,
                session_id,
                segments,
                position=position,
                coverage=coverage,
                progressed=progressed,
            )

    async def close_session(
        self,
        session_id: str,
        segments: Sequence[StoredSegment] = (),
        *,
        position: int,
        duration: float,
        coverage: Coverage,
        progressed: Progressed = Progressed(),  # noqa: B008 - frozen
    ) -> Meeting:
        """Store the last finals and end the session; the meeting ends with its last live one."""
        async with transaction(self._engine) as connection:
            return await sessions.close(
                connection,
                session_id,
                segments,
                position=position,
                duration=duration,
                coverage=coverage,
                progressed=progressed,
            )

    async def claim_session(self, session_id: str, token_hash: str, lease: Lease, access: Access) -> Session:
        """Become the owner of a live session that is there for the caller."""
        async with transaction(self._engine) as connection:
            return await resuming.claim(connection, session_id, token_hash, lease, access)

    async def finals_after(self, session: Session, seq: int) -> tuple[StoredSegment, ...]:
        """A session's finals on its own clock that its client may not have seen by its number `seq`."""
        async with transaction(self._engine) as connection:
            return await resuming.finals_after(connection, session, seq)

    async def renew_sessions(self, session_ids: Collection[str], lease: Lease) -> set[str]:
        """Keep live sessions; those that have another owner come back."""
        async with transaction(self._engine) as connection:
            return await resuming.renew(connection, session_ids, lease)

    async def leases(self, except_ids: Collection[str]) -> dict[str, Standing]:
        """The leases of all other live sessions, by session."""
        async with transaction(self._engine) as connection:
            return await resuming.leases(connection, except_ids)

    async def finish_abandoned(self, leases: Mapping[str, datetime]) -> tuple[str, ...]:
        """End those live sessions whose lease is still the given one; the meetings that ended with them."""
        async with transaction(self._engine) as connection:
            return await resuming.finish_abandoned(connection, leases)

    async def covered(self, meeting_id: str) -> tuple[Covered, ...]:
        """What became of a meeting's audio, stretch by stretch: by session, by track, by start."""
        async with transaction(self._engine) as connection:
            return await of_coverage.of_meeting(connection, meeting_id)

    async def renew_node(self, lease: Lease) -> None:
        """The process `lease.owner` lives for another `lease.seconds`."""
        async with transaction(self._engine) as connection:
            await nodes.renew(connection, lease)

    async def living_nodes(self) -> set[str]:
        """The processes whose lease has not run out."""
        async with transaction(self._engine) as connection:
            return await nodes.living(connection)

    async def forget_node(self, node: str) -> None:
        """The process lives no more."""
        async with transaction(self._engine) as connection:
            await nodes.forget(connection, node)

    async def segments(
        self,
        meeting_id: str,
        *,
        since: float | None = None,
        until: float | None = None,
        words: bool = True,
    ) -> tuple[StoredSegment, ...]:
        """The finals of a meeting on its clock, by start: all, or those within a time."""
        async with transaction(self._engine) as connection:
            return await sessions.segments_of(connection, meeting_id, since=since, until=until, words=words)

    async def segment_count(self, meeting_id: str) -> int:
        """How many finals a meeting has."""
        async with transaction(self._engine) as connection:
            return await sessions.count_of(connection, meeting_id)
