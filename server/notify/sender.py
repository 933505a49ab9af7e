"""Sends what is due, in the background, as long as the server runs.

A delivery is taken from the store, which commits that it is being sent, and then sent; what became of it is
written when it is known. A process that dies in between leaves it to the end of its lease: a webhook is
then sent again under the same id, everything else is shown as not known, since nobody is to be told twice.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Generic, Protocol, TypeVar

import structlog

from server.metrics import Metrics
from server.store.delivery_records import Settled
from streaming.errors import StoreError

LEASE_SECONDS: Final = 300.0
"""Longer than any attempt takes, with those that wait for one another."""
AT_ONCE: Final = 4
IDLE_SECONDS: Final = 5.0
"""How long at the most until what another process made is seen."""
GRACE_SECONDS: Final = 10.0
"""How long attempts may go on when the server stops."""
_SHORTEST: Final = 0.05
AWAY: Final = "The database did not answer."
_AGAIN: Final = 1.0
"""Seconds until what became of an attempt is written again, while the database is away."""

log = structlog.get_logger(__name__)


class Sendable(Protocol):
    """One message to one receiver; `kind` is what is counted by."""

    @property
    def id(self) -> str:
        """Of the delivery."""
        ...

    @property
    def kind(self) -> str:
        """Of the receiver."""
        ...


One = TypeVar("One", bound=Sendable)


class Outbox(Protocol[One]):
    """The deliveries, as the store has them."""

    async def claim(self, limit: int, lease: float) -> tuple[One, ...]:
        """Take what is due."""
        ...

    async def settle(self, delivery: One, outcome: Settled) -> bool:
        """Write what became of an attempt."""
        ...

    async def seconds_to_next(self) -> float | None:
        """Until something is due."""
        ...


class Sender(Generic[One]):
    """Takes deliveries from the `outbox` and gives each to `dispatch`, `at_once` at the most. What another
    process made is seen within `idle_seconds`."""

    def __init__(
        self,
        outbox: Outbox[One],
        dispatch: Callable[[One], Awaitable[Settled]],
        metrics: Metrics,
        *,
        at_once: int = AT_ONCE,
        idle_seconds: float = IDLE_SECONDS,
        lease_seconds: float = LEASE_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._outbox = outbox
        self._dispatch = dispatch
        self._metrics = metrics
        self._lease = lease_seconds
        self._grace = grace_seconds
        self._woken = asyncio.Event()
        self._slots = asyncio.Semaphore(at_once)
        self._idle = idle_seconds
        self._leaving = False

    def wake(self) -> None:
        """Something may be due."""
        self._woken.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send until the block ends; what is on its way then has a little time to arrive."""
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self._run())
            try:
                yield
            finally:
                self._leaving = True
                self.wake()
                await asyncio.wait((sending,), timeout=self._grace)
                sending.cancel()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while not self._leaving:
                self._woken.clear()
                await self._slots.acquire()
                taken = await self._take()
                if taken:
                    tasks.create_task(self._deliver(taken[0]))
                else:
                    self._slots.release()
                    await self._rest()

    async def _take(self) -> tuple[One, ...]:
        try:
            return await self._outbox.claim(1, self._lease)
        except StoreError:
            log.warning("deliveries_wait_for_database")
            return ()

    async def _rest(self) -> None:
        try:
            due = await self._outbox.seconds_to_next()
        except StoreError:
            due = None
        wait = self._idle if due is None else min(max(due, _SHORTEST), self._idle)
        try:
            async with asyncio.timeout(wait):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _deliver(self, delivery: One) -> None:
        try:
            outcome = await self._attempt(delivery)
            self._metrics.deliveries.labels(delivery.kind, outcome.state).inc()
            async with asyncio.timeout(self._lease):
                await self._settle(delivery, outcome)
        except TimeoutError:
            log.warning("delivery_not_settled", delivery=delivery.id)
        finally:
            self._slots.release()
            self.wake()

    async def _attempt(self, delivery: One) -> Settled:
        try:
            return await self._dispatch(delivery)
        except StoreError:
            return Settled("pending", "store_unavailable", AWAY, next_in=IDLE_SECONDS)
        except Exception as error:
            # Not its text: drivers put values into it, and what was said is never logged.
            log.error("delivery_failed", delivery=delivery.id, kind=delivery.kind, error=type(error).__name__)  # noqa: TRY400
            return Settled("failed", "internal", "The server failed to send this; the log says more.")

    async def _settle(self, delivery: One, outcome: Settled) -> None:
        while True:
            try:
                if not await self._outbox.settle(delivery, outcome):
                    log.warning("delivery_taken_over", delivery=delivery.id)
            except StoreError:
                await asyncio.sleep(_AGAIN)
            else:
                return
