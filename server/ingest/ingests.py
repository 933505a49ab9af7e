"""All ingests of this process: begun, looked after in the store's eyes, taken over, and left to others.

In: what callers ask for, and what other processes have left behind. Out: sessions that are fed. Each ingest
is looked after by one process at a time, which renews that in every beat; what nobody renews is claimed by
whoever looks first, and its session goes on where it was stored.
"""

import asyncio
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from server.access.access import Access
from server.http.guard import Guard
from server.ingest.feed import Feed
from server.ingest.ports import Ports
from server.ingest.retrying import Patience
from server.ingest.source import Source, check, new_secret
from server.live.services import LiveServices
from server.live.session import LiveSession
from server.live.sessions import Sessions
from server.store.ingest_records import OPEN, Ingest, NewIngest, Progress
from server.store.postgres_ingests import PostgresIngests
from server.store.records import Lease
from streaming.commands import Resume, Start
from streaming.errors import NotFound, Overloaded, ProtocolError, StenoError, StoreError

AT_ONCE: Final = 16
"""Ingests of one process; each is a process of its own beside it."""
BEATS: Final = 5
"""How often a lease is renewed while it passes once."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """`lease`: seconds after which another process may take over; `private`: whether addresses of private
    networks may be asked."""

    patience: Patience = field(default_factory=Patience)
    lease: float = 10.0
    at_once: int = AT_ONCE
    private: bool = False


@dataclass(slots=True)
class Running:
    """One that is fed here. `leave` is set when it must go, and `stopped` when for good."""

    ingest: Ingest
    live: LiveSession
    listening: socket.socket | None
    leave: asyncio.Event
    stopped: bool = False
    feed: Feed | None = None
    noted: Progress | None = None

    @property
    def now(self) -> Ingest:
        """As it stands."""
        return self.ingest if self.feed is None else replace(self.ingest, progress=self.feed.progress)

    def stop(self) -> None:
        """End it in good order."""
        self.stopped = True
        self.leave.set()


class Ingests:
    """Those of this process. `running` must be open while one is begun."""

    def __init__(
        self,
        records: PostgresIngests,
        sessions: Sessions,
        services: LiveServices,
        guard: Guard,
        *,
        ports: Ports,
        terms: Terms = Terms(),
    ) -> None:
        self._records = records
        self._sessions = sessions
        self._services = services
        self._guard = guard
        self._ports = ports
        self._terms = terms
        self._lease = Lease(services.node, terms.lease)
        self._tasks: asyncio.TaskGroup | None = None
        # bounded: by `terms.at_once`.
        self._running: dict[str, Running] = {}
        self._unfed: set[str] = set()
        # Wall time that never goes back: what was missed is measured over restarts.
        self._epoch = time.time() - services.clock()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look after ingests until the block ends; those that are fed then are left to another process."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            keeping = tasks.create_task(self._keep())
            try:
                yield
            finally:
                keeping.cancel()
                for one in tuple(self._running.values()):
                    one.live.drain()
                    one.leave.set()

    async def begin(self, start: Start, source: Source, access: Access) -> Ingest:
        """Hear a source in the meeting of `start`.

        Raises `ProtocolError` `address_refused`, `Overloaded` `too_many_ingests` or `no_port`, and what
        `Sessions.open` raises.
        """
        if source.url is not None:
            await check(source.url, allow_private=self._terms.private)
        await self._check_room()
        with ExitStack() as undo:
            listening = self._ports.take() if source.listen else None
            if listening is not None:
                undo.callback(listening.close)
            live = await self._sessions.open(start, access)
            undo.callback(live.stop)
            new = NewIngest(
                id=f"ing_{secrets.token_hex(12)}",
                meeting_id=live.meeting,
                key_id=access.key,
                session_id=live.id,
                token=live.token or "",
                url=source.url,
                listen=source.listen,
                secret=new_secret() if source.listen else None,
                port=listening.getsockname()[1] if listening else None,
            )
            ingest = await self._records.add(new, self._lease)
            self._start(ingest, live, listening, access)
            undo.pop_all()
        return ingest

    async def _check_room(self) -> None:
        if len(self._running) >= self._terms.at_once:
            message = f"This server hears {self._terms.at_once} ingests at once, and does so."
            raise Overloaded(message, 30.0, "too_many_ingests")
        await self._sessions.check()

    async def of_meeting(self, meeting_id: str, most: int) -> tuple[Ingest, ...]:
        """The newest of a meeting, as they stand now."""
        return tuple(map(self._now, await self._records.of_meeting(meeting_id, most)))

    async def get(self, meeting_id: str, ingest_id: str) -> Ingest:
        """One of a meeting, as it stands now. Raises `NotFound` `ingest_not_found`."""
        ingest = await self._records.get(ingest_id)
        if ingest is None or ingest.new.meeting_id != meeting_id:
            raise ingest_not_found()
        return self._now(ingest)

    async def stop(self, ingest: Ingest) -> None:
        """End one in good order, whichever process feeds it."""
        await self._records.ask_to_stop(ingest.new.id)
        if (running := self._running.get(ingest.new.id)) is not None:
            running.stop()

    def _now(self, stored: Ingest) -> Ingest:
        """What is stored lags by a beat behind what this process knows."""
        running = self._running.get(stored.new.id)
        return stored if running is None or stored.progress.state not in OPEN else running.now

    # Feeding one.

    def _start(
        self, ingest: Ingest, live: LiveSession, listening: socket.socket | None, access: Access
    ) -> None:
        assert self._tasks is not None, "ingests are begun while `running` is open"  # noqa: S101
        live.lasting = True
        one = Running(ingest, live, listening, asyncio.Event())
        self._running[ingest.new.id] = one
        if ingest.stopping:
            one.stop()
        self._tasks.create_task(self._serve(one, access))

    async def _serve(self, one: Running, access: Access) -> None:
        """Feed one until it is over, or goes on elsewhere; a fault of one is none of the others'."""
        name = one.ingest.new.id
        try:
            last = await self._feed(one, access)
            if last is None:
                await self._records.release(name, self._services.node)
            else:
                await self._records.note(name, self._services.node, last)
                log.info("ingest_over", ingest=name, state=last.state, code=last.code)
        except StoreError as error:
            log.warning("ingest_not_settled", ingest=name, code=error.code)
        except Exception:
            log.exception("ingest_failed", ingest=name)
            one.live.stop()
            sentence = "The server failed; what was final is kept."
            last = replace(one.now.progress, state="failed", code="internal", sentence=sentence)
            with suppress(StoreError):
                await self._records.note(name, self._services.node, last)
        finally:
            if one.listening is not None:
                one.listening.close()
            del self._running[name]

    async def _feed(self, one: Running, access: Access) -> Progress | None:
        """The last progress; None where the session goes on without this process."""
        live = one.live
        seat = await live.attach()
        try:
            # A token or a sign-in that was good at the beginning is good for the whole stream.
            with self._guard.present(access.of_key(), sends=True) as presence:
                async with asyncio.TaskGroup() as tasks:
                    telling = tasks.create_task(_forget(live))
                    feeding = tasks.create_task(self._fed(one).run())
                    ends = (one.leave, seat.leave, live.over, presence.over)
                    waiting = [tasks.create_task(event.wait()) for event in ends]
                    await asyncio.wait((feeding, *waiting), return_when=asyncio.FIRST_COMPLETED)
                    for task in (feeding, *waiting):
                        task.cancel()
                    await asyncio.wait((feeding,))
                    last = _last(one, feeding, presence.error)
                    seat.left.set()
                    if last is not None:
                        live.stop()
                    elif live.ending is None:
                        live.drain()
                    await telling
                await live.over.wait()
        finally:
            live.detach(seat)
        return last

    def _fed(self, one: Running) -> Feed:
        new = one.ingest.new
        task = {
            "kind": new.listen or "pull",
            "url": new.url,
            "key": new.secret,
            "allow_private": self._terms.private,
        }

        async def told(progress: Progress) -> None:
            with suppress(StoreError):
                if not await self._records.note(new.id, self._services.node, progress):
                    one.leave.set()

        one.feed = Feed(
            one.live,
            task,
            one.ingest.progress,
            descriptor=one.listening.fileno() if one.listening else None,
            patience=self._terms.patience,
            now=lambda: self._services.clock() + self._epoch,
            told=told,
        )
        return one.feed

    # Looking after all.

    async def _keep(self) -> None:
        while True:
            with suppress(StoreError):
                await self.beat()
            await asyncio.sleep(self._terms.lease / BEATS)

    async def beat(self) -> None:
        """One round: renew what is fed here, stop what was asked to, take over what nobody feeds."""
        fed = tuple(self._running.items())
        mine = await self._records.renew(self._lease)
        for name, one in fed:
            if mine.get(name):
                one.stop()
            elif name not in mine:
                one.leave.set()
            elif one.noted != one.now.progress:
                one.noted = one.now.progress
                await self._records.note(name, self._services.node, one.noted)
        # What could not be settled is nobody's; what is just begun is not fed yet either, but for a moment.
        unfed = mine.keys() - self._running.keys()
        for name in unfed & self._unfed:
            await self._records.release(name, self._services.node)
        self._unfed = unfed
        room = self._terms.at_once - len(self._running)
        if room > 0 and not self._sessions.draining and self._services.languages():
            for ingest in await self._records.claim(self._lease, room):
                await self._take_over(ingest)

    async def _take_over(self, ingest: Ingest) -> None:
        """Go on with one whose process was lost."""
        new = ingest.new
        access = _access(ingest)
        with ExitStack() as undo:
            try:
                listening = self._ports.take(new.port) if new.listen else None
                if listening is not None:
                    undo.callback(listening.close)
                live = await self._sessions.resume(Resume(new.session_id, new.token, ingest.seq), access)
            except (Overloaded, StoreError):
                await self._records.release(new.id, self._services.node)
                return
            except ProtocolError as error:
                last = replace(ingest.progress, state="failed", code=error.code, sentence=error.message)
                if error.code == "session_ended":
                    last = replace(last, state="ended", code=None, sentence=None)
                await self._records.note(new.id, self._services.node, last)
                return
            if listening is not None:
                new = replace(new, port=listening.getsockname()[1])
                await self._records.moved(new.id, self._services.node, new.port or 0)
            log.info("ingest_taken_over", ingest=new.id)
            self._start(replace(ingest, new=new), live, listening, access)
            undo.pop_all()


def _access(ingest: Ingest) -> Access:
    """By which a stored one goes on."""
    new, scopes = ingest.new, frozenset({"ingest"})
    return Access(ingest.workspace, scopes, new.meeting_id, new.key_id, key_expires_at=ingest.key_expires_at)


def _last(one: Running, feeding: "asyncio.Task[Progress]", error: StenoError | None) -> Progress | None:
    """What it comes to, None where it goes on elsewhere."""
    if not feeding.cancelled():
        return feeding.result()
    progress = one.now.progress
    if error is not None:
        one.live.fail(error)
        return replace(progress, state="failed", code=error.code, sentence=error.message)
    if one.stopped:
        return replace(progress, state="ended", code=None, sentence=None)
    problem = one.live.problem
    if one.live.ending == "stop" and problem is not None:
        return replace(progress, state="failed", code=problem.code, sentence=problem.message)
    return replace(progress, state="ended") if one.live.ending == "stop" else None


async def _forget(live: LiveSession) -> None:
    """Take what the session says to its end: nobody else does, and viewers hear it elsewhere."""
    while await live.sink.next() is not None:
        pass


def ingest_not_found() -> NotFound:
    """The error for an ingest that is not there."""
    return NotFound("ingest_not_found", "There is no ingest with this id.")
