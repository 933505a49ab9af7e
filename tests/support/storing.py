"""A process that stores one final of a meeting, and dies where it is told to.

`python -m tests.support.storing URL MEETING DIE`: it kills itself as `kill -9` does `before:commit` or
`after:commit` of the transaction. See `tests.support.workers`.
"""

import asyncio
import sys

from server.store import sessions
from server.store.engine import create_engine, transaction
from server.store.records import Progressed
from streaming.segments import Coverage
from tests.integration.store.made import a_segment
from tests.support.workers import maybe_die


async def main(url: str, meeting: str, point: str = "") -> None:
    """Store it."""
    said = [a_segment(f"ses-{meeting}-1", "one", seq=1)]
    print("ready", flush=True)
    async with transaction(create_engine(url)) as connection:
        await sessions.save(
            connection, f"ses-{meeting}", said, position=0, coverage=Coverage(), progressed=Progressed()
        )
        maybe_die(point, "before:commit")
    maybe_die(point, "after:commit")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
