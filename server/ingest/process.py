"""The process of a connection, as the server sees it: started, read and ended.

In: a task. Out: records. The process is what can be watched and stopped: a crash or a hang of FFmpeg is the
end of one connection. It gets nothing of the server's environment, where its keys are, and learns the
address, which may hold a password, by its standard input.
"""

import asyncio
import json
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from server.child import child
from server.ingest import records
from server.ingest.records import Over, Record

_ENVIRONMENT: Final = {
    # One thread: it has little to compute, beside a model that needs the cores.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
_CRASHED: Final = Over("lost", "source_crashed", "The process that decodes the stream ended unexpectedly.")


class Connection:
    """Reads a process."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def next(self, seconds: float) -> Record:
        """The next record; one that is `Over` is the last. Never raises for what the process does."""
        stdout = self._process.stdout
        assert stdout is not None, "it was asked for"  # noqa: S101
        try:
            async with asyncio.timeout(seconds):
                head = await stdout.readexactly(records.HEAD.size)
                return records.read(head, await stdout.readexactly(records.length(head)))
        except TimeoutError:
            return Over("lost", "source_silent", f"No sound came for {seconds:g} seconds.")
        except (asyncio.IncompleteReadError, ValueError):
            return _CRASHED


@asynccontextmanager
async def connection(task: dict[str, Any], descriptor: int | None = None) -> AsyncIterator[Connection]:
    """A process for a task, which is killed at the end of the block; `descriptor` is a socket that it takes
    over."""
    descriptors = () if descriptor is None else (descriptor,)
    async with child("server.ingest.child", _ENVIRONMENT, descriptors) as process:
        assert process.stdin is not None, "it was asked for"  # noqa: S101
        process.stdin.write(json.dumps({**task, "fd": descriptor}).encode() + b"\n")
        yield Connection(process)
