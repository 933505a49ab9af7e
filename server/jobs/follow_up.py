"""What is done after a meeting has ended, as a row of steps.

In: the ending, which the store made and queued in one transaction. A step reads and writes the database and
gives nothing on: what it makes, it stores with the meeting, so that it is deleted with the meeting and the
queue's own tables hold no word that was said. A step that was begun when its process died is begun anew, so
it must change nothing when it is done a second time; one that was done is not begun again.

Writing a report by a language model is a row of its own, in a queue of its own: it may have to wait for
hours, which nothing else should wait for.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from server.metrics import Metrics
from server.store.api import Store
from streaming.segments import Coverage

TOLERANCE = 0.001
"""Seconds by which sums of stored numbers may differ. A window of the speech detector is 0.032."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """What a row of steps is begun for. Of a follow-up, `number` is which end of the meeting it is, from 1
    on: a meeting that is streamed to again ends again. Of a report, it is the version, of an upload its
    number; `attempt` counts from 0."""

    meeting: str
    number: int
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A name, which is stored, and what to do. Raise `StoreError` to be called again later; any other error
    ends the follow-up."""

    name: str
    run: Callable[[Ending], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Work:
    """A row of steps, under the name by which the store queues it. A process works at `at_once` of a queue.

    `failed` is told which step failed for good, and is called again until it does not raise `StoreError`.
    `queue` is named where only some processes can do it.
    """

    name: str
    steps: Sequence[Step]
    at_once: int
    failed: Callable[[Ending, str], Awaitable[None]] | None = None
    queue: str | None = None


def check_coverage(store: Store, metrics: Metrics) -> Step:
    """Check that every received sample of the meeting has one outcome, also in sessions that nobody closed
    but whoever found them orphaned. A violation is an error in the log and counted."""

    async def check(ending: Ending) -> None:
        for session in await store.sessions(ending.meeting):
            if not adds_up(session.coverage):
                metrics.ledger_violations.inc()
                log.error("stored_ledger_incomplete", session=session.id)

    return Step("check_coverage", check)


def adds_up(coverage: Coverage) -> bool:
    """Whether the classes sum to what was received."""
    classes = coverage.transcribed + coverage.silence + coverage.quarantined + coverage.lost
    return abs(classes - coverage.received) < TOLERANCE
