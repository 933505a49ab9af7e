"""Processes that do the work of a database and that tests kill: how a test runs one, and how it dies.

A worker is a module of this folder with a `main` of its arguments, the last of which is where to die. It
prints `ready` when it takes work, and ends when its input does.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from server.jobs.follow_up import Ending, Step, Work
from tests.support.evalset import ROOT
from tests.support.process import STOP_SECONDS


@asynccontextmanager
async def working(module: str, *arguments: str, die: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a worker; it may die, and ends well if it does not."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"tests.support.{module}", *arguments, die),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdin is not None
    try:
        yield process
    finally:
        process.stdin.close()
        async with asyncio.timeout(STOP_SECONDS):
            code = await process.wait()
    assert code == 0 or (die and code == -9), code


async def says(process: asyncio.subprocess.Process, word: str) -> None:
    """Wait for a line of the process."""
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while (line := await process.stdout.readline()).strip() != word.encode():
            assert line, "the process ended"


async def until_the_end() -> None:
    """In a worker: say that it takes work, and wait until its input ends."""
    print("ready", flush=True)
    with suppress(EOFError):
        await asyncio.to_thread(sys.stdin.read)


def maybe_die(point: str, here: str) -> None:
    """In a worker: end as `kill -9` does, where this is the point."""
    if point == here:
        os.kill(os.getpid(), signal.SIGKILL)


def mortal(work: Work, point: str) -> Work:
    """The same row of steps, which dies at the point: `before:` or `after:` the name of a step."""
    return replace(work, steps=[_mortal(step, point) for step in work.steps])


def _mortal(step: Step, point: str) -> Step:
    async def run(ending: Ending) -> None:
        maybe_die(point, f"before:{step.name}")
        await step.run(ending)
        maybe_die(point, f"after:{step.name}")

    return Step(step.name, run)
