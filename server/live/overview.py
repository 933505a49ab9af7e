"""What this process does at the moment, for the operator: figures and names of meetings, never words.

In: the parts of the live path, read when it is asked for. Out: one `Overview`. Nothing is kept here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from asr.counts import Statistics
from server.live.delays import Spread
from server.live.services import LiveServices
from server.live.session import LiveSession
from server.live.sessions import Sessions
from server.problems import Met
from streaming.load import LEVELS, Level


@dataclass(frozen=True, slots=True)
class StreamNow:
    """One live stream. `key` is the id of its key, None for the server's own; `age`, `delay` (of its newest
    caption) and `backlog` (speech that waits for its final, or to be stored) are in seconds; `detached`: its
    client is gone and may come back; `background`: a recording, heard when nobody waits."""

    meeting: str
    workspace: str
    key: str | None
    age: float
    delay: float | None
    backlog: float
    level: Level
    detached: bool
    background: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """`late` is how late the model is, in seconds; above `busy` no new streams are taken. `waiting` are
    windows in the queue of the model, `stuck` its threads that do not come back, `failed` windows that it
    could not hear. `unsaved` finals wait for the database, of one stream `unsaved_seconds` at the most."""

    node: str
    started_at: datetime
    draining: bool
    level: Level
    late: float
    busy: float
    live: int
    most: int
    waiting: int
    stuck: int
    failed: int
    unsaved: int
    unsaved_seconds: float
    drafts: Spread
    finals: Spread
    streams: tuple[StreamNow, ...]
    problems: tuple[Met, ...]


@dataclass(frozen=True, slots=True)
class Watchpost:
    """The parts that are looked at. `late` and `statistics` are the model's."""

    services: LiveServices
    sessions: Sessions
    late: Callable[[], float]
    statistics: Callable[[], Statistics]
    started_at: datetime

    def look(self) -> Overview:
        """What there is now."""
        admission = self.sessions.admission
        clock, metrics, counts = self.services.clock(), self.services.metrics, self.statistics()
        unsaved, unsaved_seconds = self.sessions.unsaved()
        streams = tuple(_stream(live, clock) for live in self.sessions.kept())
        heard = [one.level for one in streams if not one.background]
        return Overview(
            node=self.services.node,
            started_at=self.started_at,
            draining=self.sessions.draining,
            level=max(heard, key=LEVELS.index, default="normal"),
            late=self.late(),
            busy=admission.busy_seconds,
            live=admission.live,
            most=admission.limit,
            waiting=counts.waiting,
            stuck=counts.stuck,
            failed=counts.failed,
            unsaved=unsaved,
            unsaved_seconds=unsaved_seconds,
            drafts=metrics.delays.drafts(clock),
            finals=metrics.delays.finals(clock),
            streams=tuple(sorted(streams, key=lambda one: (one.background, -one.age))),
            problems=metrics.met.last(),
        )


def watchpost(
    services: LiveServices,
    sessions: Sessions,
    late: Callable[[], float],
    statistics: Callable[[], Statistics],
) -> Watchpost:
    """That of a process which starts now."""
    return Watchpost(services, sessions, late, statistics, datetime.now(UTC))


def _stream(live: LiveSession, clock: float) -> StreamNow:
    return StreamNow(
        meeting=live.meeting,
        workspace=live.workspace,
        key=live.key,
        age=clock - live.began,
        delay=live.delay,
        backlog=live.session.waiting_seconds,
        level=live.session.level,
        detached=live.detached,
        background=live.background,
    )
