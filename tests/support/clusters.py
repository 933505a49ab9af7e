"""A database that is made once and copied for each server that tests start over a fresh data folder.

In: a data folder. Out: the same with the cluster of an embedded PostgreSQL in it, whose database `steno` has
the newest schema. To make one takes longer than a copy, most of all because it waits for the disk.
"""

import asyncio
import atexit
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from server.jobs.runner import prepare
from server.store.embedded import embedded_postgres
from server.store.engine import create_engine
from server.store.migrate import upgrade

CLUSTER = "postgres"
"""Its folder in a data folder."""


async def migrate(url: str) -> None:
    """Give a database the newest schema, that of the queue of jobs included."""
    engine = create_engine(url)
    await upgrade(engine)
    await engine.dispose()
    await prepare(url)


def put_cluster(data: Path) -> None:
    """Put the cluster into an empty data folder."""
    # `cp` keeps the owner, which is not root when the tests run as root.
    subprocess.run(["cp", "-a", str(_made() / CLUSTER), str(data)], check=True)


@cache
def _made() -> Path:
    data = Path(tempfile.mkdtemp(prefix="st"))
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    # On a thread of its own, because this one may have a loop that runs.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, _make(data)).result()
    return data


async def _make(data: Path) -> None:
    async with embedded_postgres(data) as url:
        await migrate(url)
