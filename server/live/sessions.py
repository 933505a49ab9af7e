"""All live sessions of this process: opened, found again, kept in the store's eyes, and sent away in the end.

In: the first message of a socket. Out: the session it belongs to. A session that is not here is rebuilt from
the store, whoever had it before. While this runs, the store knows at every time which sessions this process
keeps; those that no living process keeps are finished when their time is over.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager, suppress
from typing import Final

import structlog

from server.access.access import Access
from server.access.keys import hash_of
from server.live.abandoned import Abandoned
from server.live.admission import Admission
from server.live.hub import meeting_deleted
from server.live.opening import Opened, open_stored
from server.live.services import LiveServices
from server.live.session import RETRY_AFTER, LiveSession
from server.store.leases import taken_over
from server.store.records import Lease
from server.store.resuming import check_token, session_ended, session_not_found
from streaming.commands import Resume, Start
from streaming.errors import Close, Overloaded, StoreError, StoreUnavailable
from streaming.events import Ended
from streaming.progress import start_of_json

LONGEST_BEAT: Final = 10.0
"""Seconds between two renewals at the most."""
OWNER_SECONDS: Final = 1.0
"""The most that the store may take to say whether a session is still this process's."""
BEATS: Final = 4
"""How often the time to resume is renewed while it passes once."""

log = structlog.get_logger(__name__)


def new_node() -> str:
    """A name for this process that no other one has, before or after it."""
    return f"node_{secrets.token_hex(8)}"


def restarting() -> Overloaded:
    """The error for a client that comes while this process stops."""
    error = Overloaded("The server restarts; connect again.", RETRY_AFTER, code="restarting")
    error.close = Close.RESTART
    return error


class Sessions:
    """The live sessions of this process. `running` must be open while the other methods are used."""

    def __init__(self, services: LiveServices, admission: Admission) -> None:
        self._services = services
        self.admission = admission
        self._beat = min(LONGEST_BEAT, services.resume_seconds / BEATS)
        self._lease = Lease(services.node, services.resume_seconds + self._beat)
        # bounded: by the places of `admission`.
        self._live: dict[str, LiveSession] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._restoring = asyncio.Lock()
        self._sockets = 0
        self._changed = asyncio.Event()
        self._abandoned = Abandoned(self._beat, self._lease)
        self._store_away = False
        self.draining = False
        services.hub.on_delete(self._deleted)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep sessions until the block ends; those still live then are left to another process."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            keeping = tasks.create_task(self._keep())
            try:
                yield
            finally:
                self.draining = True
                keeping.cancel()
                self.hurry()

    async def check(self) -> None:
        """Refuse a socket, or another source of sound, that cannot be served. Raises `Overloaded` (of which
        `not_ready` while there is no model), `StoreUnavailable`.

        Without the store nothing new can begin. One that comes while a session waits for its client may be
        that one, which needs no store.
        """
        if not self._services.languages():
            raise Overloaded("The speech model is still loading.", retry_after=2.0, code="not_ready")
        if self.draining:
            raise restarting()
        detached = sum(live.detached for live in self._live.values())
        self.admission.check(detached)
        if not detached and not await self._services.store.ready():
            raise StoreUnavailable

    def waiting(self, client: str) -> AbstractContextManager[None]:
        """Count a socket until its first message. Raises `Overloaded` when too many wait."""
        return self.admission.waiting(client)

    @contextmanager
    def socket(self) -> Iterator[None]:
        """Count a socket, for whose last words `drain` waits."""
        self._sockets += 1
        try:
            yield
        finally:
            self._sockets -= 1
            self._changed.set()

    async def open(
        self, start: Start, access: Access, *, resumable: bool = True, ago: float = 0.0
    ) -> LiveSession:
        """A new session of a client who was let in to `ingest`.

        One in the background takes no place: whoever feeds it bounds their number. One that is not
        `resumable` is finished when its socket is lost. Its audio began `ago` seconds before now. Raises
        `ProtocolError`, `Overloaded`, `StoreError`.
        """
        with ExitStack() as place:
            self._enter(place, background=start.background)
            opened = await open_stored(
                self._services, start, self._lease, access, resumable=resumable, ago=ago
            )
            return self._begin(LiveSession(opened, self._services), place)

    async def resume(self, resume: Resume, access: Access, *, background: bool = False) -> LiveSession:
        """The session that a client comes back to, its events after `resume.seq` ready to be sent. One of
        another workspace is not found.

        In the `background` it takes no place. Raises `NotFound`, `NotAllowed`, `ProtocolError`, `Overloaded`
        or `StoreError`; each says why.
        """
        if self.draining:
            raise restarting()
        proof = hash_of(resume.token)
        live = await self._kept(resume.session)
        if live is None:
            async with self._restoring:
                live = await self._kept(resume.session)
                if live is None:
                    return await self._restore(resume, proof, access, background=background)
        if not access.sees(live.workspace, live.meeting):
            raise session_not_found()
        check_token(live.token_hash, proof)
        if live.sink.closed:
            raise session_ended(live.meeting)
        live.sink.check(resume.seq)
        return live

    async def _kept(self, session_id: str) -> LiveSession | None:
        """A session of this process, unless another process has gone on with it meanwhile."""
        live = self._live.get(session_id)
        if live is None:
            return None
        # Nobody is known to have taken it while the store is away, and its client is not kept waiting.
        with suppress(StoreError, TimeoutError):
            async with asyncio.timeout(OWNER_SECONDS):
                await self._renew({session_id: live})
        if live.ending == "drop":
            await self._until(lambda: self._live.get(session_id) is not live)
            return None
        return live

    async def _restore(self, resume: Resume, proof: str, access: Access, *, background: bool) -> LiveSession:
        """Rebuild a session from the store and become its owner."""
        services = self._services
        with ExitStack() as place:
            self._enter(place, begun=True, background=background)
            stored = await services.store.claim_session(resume.session, proof, self._lease, access)
            meeting = await services.store.meeting(stored.meeting_id)
            if stored.options is None or meeting is None:
                raise session_not_found()
            start = start_of_json(stored.options)
            live = LiveSession(Opened(start, stored, resume.token, meeting.workspace), services)
            await live.sink.begin_after(resume.seq)
            services.hub.open(meeting.id, meeting.last_seq, meeting.speakers)
            log.info("session_restored", session=live.id)
            return self._begin(live, place)

    def _enter(self, place: ExitStack, *, begun: bool = False, background: bool = False) -> None:
        if self.draining:
            raise restarting()
        if not background:
            place.enter_context(self.admission.slot(begun=begun))

    def _begin(self, live: LiveSession, place: ExitStack) -> LiveSession:
        assert self._tasks is not None, "sessions are opened while `running` is open"  # noqa: S101
        self._live[live.id] = live
        self._tasks.create_task(self._run(live, place.pop_all()))
        return live

    async def _run(self, live: LiveSession, place: ExitStack) -> None:
        try:
            await live.run()
        except Exception:
            log.exception("session_failed", session=live.id)
        finally:
            place.close()
            del self._live[live.id]
            if not any(other.meeting == live.meeting for other in self._live.values()):
                self._services.hub.leave(live.meeting)
            live.over.set()
            self._changed.set()

    def kept(self) -> tuple[LiveSession, ...]:
        """The sessions of this process."""
        return tuple(self._live.values())

    def meetings(self) -> set[str]:
        """The meetings of those sessions."""
        return {live.meeting for live in self._live.values()}

    def unsaved(self) -> tuple[int, float]:
        """Finals that wait for the store, and the most seconds of speech that one session has waiting."""
        sessions = [live.session for live in self._live.values()]
        most = max((one.unsaved_seconds for one in sessions), default=0.0)
        return sum(len(one.unsaved) for one in sessions), most

    async def drain(self, seconds: float) -> None:
        """Take nothing new, send every client away and wait until all is stored and said, so long at most."""
        self.draining = True
        for live in tuple(self._live.values()):
            live.drain()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._until(lambda: not self._live and not self._sockets)
        if self._live:
            log.warning("drain_cut_short", sessions=len(self._live))

    def hurry(self) -> None:
        """End a drain at once."""
        for live in tuple(self._live.values()):
            live.drop(restarting())

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    async def _keep(self) -> None:
        """Renew what is kept here, and finish what nobody keeps, as long as the process runs."""
        while True:
            try:
                await self.beat()
            except StoreError as error:
                self._note_store(error)
                self._abandoned.forget()
            else:
                self._note_store(None)
            await asyncio.sleep(self._beat)

    def _note_store(self, error: StoreError | None) -> None:
        """Log when the store goes away and when it is back, once."""
        if error is not None and not self._store_away:
            log.warning("store_away", code=error.code, sessions=len(self._live))
        if error is None and self._store_away:
            log.info("store_back", sessions=len(self._live))
        self._store_away = error is not None

    async def beat(self) -> None:
        """One round: renew what is kept here, finish what nobody keeps, leave what was deleted elsewhere."""
        store, hub = self._services.store, self._services.hub
        await self._renew(dict(self._live))
        others = await store.leases(tuple(self._live))
        if abandoned := self._abandoned.judge(others, self._services.clock()):
            for meeting in await store.finish_abandoned(abandoned):
                await self.tell_end(meeting)
        if known := self.meetings() | hub.known():
            for meeting in await store.missing_meetings(known):
                hub.delete(meeting)

    def _deleted(self, meeting_id: str) -> None:
        for live in self.kept():
            if live.meeting == meeting_id:
                live.fail(meeting_deleted())
                live.drop(meeting_deleted())

    async def _renew(self, kept: dict[str, LiveSession]) -> None:
        for lost in await self._services.store.renew_sessions(tuple(kept), self._lease):
            kept[lost].drop(taken_over())

    async def tell_end(self, meeting_id: str) -> None:
        """Tell the viewers of a meeting that it has ended, if it has."""
        meeting = await self._services.store.meeting(meeting_id)
        if meeting is not None and meeting.status == "ended":
            segments = await self._services.store.segment_count(meeting_id)
            self._services.hub.end(meeting_id, Ended(meeting.duration, segments, meeting.coverage))
