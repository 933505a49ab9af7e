"""The process of an ingest: one connection to one source, from its task to its last record.

In, on standard input: a line of JSON. Out, on standard output: records. It ends with the source, and when its
standard input ends, since then nobody reads it any more. It has no file, no environment and no more memory
than it needs.
"""

import asyncio
import json
import os
import resource
import socket
import sys
import threading
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import av
import av.logging
import numpy as np

from asr.types import Waveform
from server.ffmpeg import bound_allocations
from server.guarded.requests import Requests
from server.ingest.child import listening, relay
from server.ingest.child.decoding import decoded
from server.ingest.child.opened import Failed, Line, Opened
from server.ingest.child.web import Web
from server.ingest.records import Counted, Over, Record, Sound, written

MOST_MEMORY: Final = 1 << 30
MOST_FILES: Final = 128
PIECE: Final = 1_600
COUNT_EVERY: Final = 16_000
"""Samples after which the bytes are told."""


def bound() -> None:
    """What this process may take."""
    av.logging.set_level(None)
    bound_allocations()
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end_with_input() -> None:
    """Wait for the end of the input on a thread, and end then."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def put(record: Record) -> None:
    """Write a record, waiting while nobody reads."""
    data = memoryview(written(record))
    while data:
        data = data[os.write(1, data) :]


def opening(task: dict[str, Any], line: Line) -> AbstractAsyncContextManager[Opened]:
    """The stream of a task."""
    kind = task["kind"]
    if kind != "pull":
        listens = socket.socket(fileno=task["fd"])
        listens.setblocking(False)
        return listening.KINDS[kind](listens, task["key"], line)
    url: str = task["url"]
    if url.lower().startswith("rtsp"):
        return relay.pulled(url, line, allow_private=task["allow_private"])
    return Web(Requests(allow_private=task["allow_private"]), line).opened(url)


def hear(opened: Opened, line: Line) -> None:
    """Decode to the end, in pieces of `PIECE` samples or a little more. On a thread."""
    # bounded: by PIECE.
    waiting: list[Waveform] = []
    since = 0

    def flush() -> None:
        if waiting:
            put(Sound(np.concatenate(waiting)))
            waiting.clear()

    for record in decoded(opened):
        if isinstance(record, Sound):
            waiting.append(record.samples)
            since += len(record.samples)
            if sum(map(len, waiting)) >= PIECE:
                flush()
        else:
            flush()
            put(record)
        if since >= COUNT_EVERY:
            since = 0
            put(Counted(line.bytes))
    flush()


async def serve(task: dict[str, Any]) -> Over:
    """One connection; what became of it."""
    line = Line()
    try:
        async with opening(task, line) as opened:
            await asyncio.to_thread(hear, opened, line)
    except Failed as failed:
        line.fail(failed)
    except ExceptionGroup as group:
        failed_in, _ = group.split(Failed)
        if failed_in is None:
            raise
        line.fail(failed_in.exceptions[0])  # type: ignore[arg-type]
    put(Counted(line.bytes))
    return line.over()


def main() -> None:
    """Serve one task."""
    task = json.loads(sys.stdin.buffer.readline())
    end_with_input()
    bound()
    over = asyncio.run(serve(task))
    put(over)
    # A thread of FFmpeg that hangs keeps nobody here.
    os._exit(0)


if __name__ == "__main__":
    main()
