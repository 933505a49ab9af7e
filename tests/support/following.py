"""A process that does the follow-ups of a database, and dies where it is told to.

`python -m tests.support.following URL NODE LEASE [DIE]`: each step writes a row into the table `done`, which
the test has made. At the point DIE (`before:<step>`, `after:<step>`) the process kills itself as `kill -9`
does; `stall:<step>` stays in the step. See `tests.support.workers`.
"""

import asyncio
import sys

from prometheus_client import CollectorRegistry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from server.jobs.follow_up import Ending, Step, Work
from server.jobs.runner import follow_ups
from server.metrics import Metrics
from server.store.engine import create_engine, transaction
from server.store.postgres import open_store
from tests.support.workers import maybe_die, until_the_end

STEPS = ("load", "summarise", "notify")


def _step(engine: AsyncEngine, node: str, name: str, die: str) -> Step:
    async def run(ending: Ending) -> None:
        maybe_die(die, f"before:{name}")
        if die == f"stall:{name}":
            print("stalled", flush=True)
            await asyncio.Event().wait()
        async with transaction(engine) as connection:
            values = {"meeting": ending.meeting, "number": ending.number, "step": name, "node": node}
            await connection.execute(
                text(
                    "INSERT INTO done (meeting, number, step, node) VALUES (:meeting, :number, :step, :node)"
                ),
                values,
            )
        maybe_die(die, f"after:{name}")

    return Step(name, run)


async def main(url: str, node: str, lease: str, die: str = "") -> None:
    """Work until the input ends."""
    engine = create_engine(url)
    works = [Work("follow_up", [_step(engine, node, name, die) for name in STEPS], at_once=2)]
    metrics = Metrics(CollectorRegistry())
    async with (
        open_store(url) as store,
        follow_ups(url, store, works, metrics, node=node, lease_seconds=float(lease)),
    ):
        await until_the_end()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
