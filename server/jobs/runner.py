"""Runs the follow-ups of ended meetings: DBOS keeps what is done, this carries it to the event loop.

DBOS has its queue and its records in a schema of its own in the same database, so that the store can end a
meeting and queue its follow-up in one transaction. It takes work on threads of its own; each step is handed
to the event loop of the server, where all of Steno's input and output is done.

A process takes part under its node's name, which it renews in the store. Work that a dead node had begun is
given back to the queue by whoever sees first that its lease has run out. DBOS's own recovery at the start
finds nothing, since every process has a new name; its cloud service is not used, and nothing is called but
the database.
"""

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

import structlog
from dbos import DBOS
from dbos._recovery import recover_pending_workflows

from server.jobs.follow_up import Ending, Step, Work
from server.metrics import Metrics
from server.store.engine import connect_url
from server.store.queue import JOBS_SCHEMA, QUEUES
from server.store.records import Lease
from streaming.errors import StoreError

LEASE_SECONDS: Final = 30.0
BEATS: Final = 3
"""How often a node's lease is renewed while it would run out once."""
CONNECTIONS: Final = 4
VERSION: Final = "1"
"""DBOS gives work only to processes of the version that queued it. It stays the same over releases, so that
a new release goes on with what an old one has begun; steps may be added at the end of the row."""
KEPT: Final = timedelta(days=7)
"""How long the record of a follow-up that has ended is kept, for whoever looks for what went wrong."""
FORGOTTEN_AT_ONCE: Final = 500
FIRST_DELAY: Final = 1.0
LONGEST_DELAY: Final = 60.0
"""Seconds between two attempts of a step while the database does not answer."""

log = structlog.get_logger(__name__)
_one_a_process = threading.Lock()


class Nodes(Protocol):
    """Which processes live, as the store knows it."""

    async def renew_node(self, lease: Lease) -> None:
        """`lease.owner` lives for another `lease.seconds`."""
        ...

    async def living_nodes(self) -> set[str]:
        """Those whose lease has not run out."""
        ...

    async def forget_node(self, node: str) -> None:
        """The node takes no more work, and has given back what it had begun."""
        ...


class _Left(BaseException):
    """Leaves a workflow where it is, to be gone on with by another process. DBOS records every `Exception`
    as the workflow's outcome; this is none."""


async def prepare(url: str) -> None:
    """Bring the schema of the queue up to date. Raises `StoreError`."""
    _quiet()
    dsn = connect_url(url)
    try:
        await asyncio.to_thread(DBOS.migrate, dsn, schema=JOBS_SCHEMA)
    except Exception as error:
        raise StoreError(
            "store_unavailable",
            "The database does not take the tables of the queue of jobs: it must answer, and its account be "
            f"allowed to make the schema {JOBS_SCHEMA!r} (GRANT CREATE ON DATABASE).",
        ) from error


@asynccontextmanager
async def follow_ups(
    url: str,
    nodes: Nodes,
    works: Sequence[Work],
    metrics: Metrics,
    *,
    node: str,
    lease_seconds: float = LEASE_SECONDS,
) -> AsyncIterator[None]:
    """Take part in the work of the database at `url`, which is prepared, until the block ends.

    What is being done then is left to other nodes. One block at a time in a process.
    """
    if not _one_a_process.acquire(blocking=False):
        raise RuntimeError("this process runs follow-ups already")
    try:
        # Before any work is taken: who is not known is taken for dead.
        lease = Lease(node, lease_seconds)
        await nodes.renew_node(lease)
        worker = _Worker(metrics, asyncio.get_running_loop())
        dbos = await asyncio.to_thread(_launch, url, node, worker, works)
        try:
            async with asyncio.TaskGroup() as tasks:
                beating = tasks.create_task(_beat(dbos, nodes, lease))
                try:
                    yield
                finally:
                    beating.cancel()
        finally:
            worker.leave()
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            with suppress(StoreError):
                await nodes.forget_node(node)
    finally:
        _one_a_process.release()


def _launch(url: str, node: str, worker: "_Worker", works: Sequence[Work]) -> DBOS:
    """On a thread: DBOS's calls for a running loop would exchange the loop's own executor."""
    _quiet()
    dbos = DBOS(
        config={
            "name": "steno",
            "system_database_url": connect_url(url),
            "dbos_system_schema": JOBS_SCHEMA,
            "application_version": VERSION,
            "executor_id": node,
            "run_migrations": False,
            "sys_db_pool_size": CONNECTIONS,
            "enable_otlp": False,
            "log_level": "ERROR",
        }
    )
    for work in works:
        DBOS.workflow(name=work.name)(_workflow(worker, work))
    DBOS.launch()
    for work in works:
        DBOS.register_queue(work.queue or QUEUES[work.name], worker_concurrency=work.at_once)
    return dbos


def _workflow(worker: "_Worker", work: Work) -> Callable[..., None]:
    def run(meeting: str, number: int, attempt: int = 0) -> None:
        worker.do(work, Ending(meeting, number, attempt))

    # DBOS knows a function by its name, and takes each name once.
    run.__qualname__ = run.__name__ = work.name
    return run


def _quiet() -> None:
    """DBOS logs its errors where all others are logged, and not on a handler of its own. Its warnings, of
    which each of its threads has one a second while the database is away, are told by ours."""
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.ERROR)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


async def _beat(dbos: DBOS, nodes: Nodes, lease: Lease) -> None:
    """Stay known as living, give back to the queue what dead nodes had begun, forget what is long done."""
    while True:
        try:
            await nodes.renew_node(lease)
            busy = await asyncio.to_thread(_executors)
            # Read in this order: who is at work was known before it began.
            dead = busy - await nodes.living_nodes()
            if dead:
                log.warning("follow_ups_taken_over", nodes=sorted(dead))
                await asyncio.to_thread(recover_pending_workflows, dbos, sorted(dead))
            await asyncio.to_thread(_forget)
        except StoreError:
            log.warning("follow_ups_wait_for_database")
        except Exception:
            # DBOS's driver has errors of its own; the next beat may do better.
            log.exception("follow_ups_not_recovered")
        await asyncio.sleep(lease.seconds / BEATS)


def _executors() -> set[str]:
    """The nodes that have begun work and not ended it."""
    begun = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
    return {workflow.executor_id for workflow in begun if workflow.executor_id is not None}


def _forget() -> None:
    """Remove the records of what has ended long ago."""
    ended = DBOS.list_workflows(
        status=["SUCCESS", "ERROR"],
        completed_before=(datetime.now(UTC) - KEPT).isoformat(),
        limit=FORGOTTEN_AT_ONCE,
        load_input=False,
        load_output=False,
    )
    if ended:
        DBOS.delete_workflows([workflow.workflow_id for workflow in ended])


class _Worker:
    """Does the steps of one row after the other, each on the event loop."""

    def __init__(self, metrics: Metrics, loop: asyncio.AbstractEventLoop) -> None:
        self._metrics = metrics
        self._loop = loop
        self._lock = threading.Lock()
        self._left = False
        self._running: set[concurrent.futures.Future[None]] = set()

    def do(self, work: Work, ending: Ending) -> None:
        """The workflow. On a thread of DBOS; steps that are recorded as done are passed over."""
        for step in work.steps:
            try:
                DBOS.run_step({"name": step.name}, self._step, step, ending)
            except Exception:
                self._metrics.follow_ups.labels("failed").inc()
                log.exception("follow_up_failed", meeting=ending.meeting, work=work.name, step=step.name)
                self._tell(work, step, ending)
                raise
        self._metrics.follow_ups.labels("done").inc()

    def _tell(self, work: Work, step: Step, ending: Ending) -> None:
        if (failed := work.failed) is not None:
            told = Step("tell", lambda of: failed(of, step.name))
            DBOS.run_step({"name": told.name}, self._step, told, ending)

    def _step(self, step: Step, ending: Ending) -> None:
        with self._lock:
            if self._left:
                raise _Left
            future = asyncio.run_coroutine_threadsafe(_patiently(step, ending), self._loop)
            self._running.add(future)
        try:
            future.result()
        except concurrent.futures.CancelledError:
            raise _Left from None
        finally:
            self._running.discard(future)

    def leave(self) -> None:
        """Do no further step, and break off those that run."""
        with self._lock:
            self._left = True
        for future in tuple(self._running):
            future.cancel()


def _patiently(step: Step, ending: Ending) -> Coroutine[Any, Any, None]:
    """Do a step, as often as the database fails it."""

    async def run() -> None:
        delay = FIRST_DELAY
        while True:
            try:
                return await step.run(ending)
            except StoreError:
                log.warning("follow_up_waits_for_database", meeting=ending.meeting, step=step.name)
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY)

    return run()
