"""A process that writes reports, and dies where it is told to.

`python -m tests.support.reporting URL NODE LEASE MODEL [DIE]`: MODEL is the language model's address. At the
point DIE (`before:<step>`, `after:<step>`, or `in:summarise`, after the second answer was stored) the process
kills itself as `kill -9` does. It prints `ready` when it takes work, and ends when its input does.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from typing import Any

from prometheus_client import CollectorRegistry

from server.jobs.follow_up import Ending, Step, Work
from server.jobs.runner import follow_ups
from server.metrics import Metrics
from server.reporting.wiring import reporting, works
from server.store.postgres import PostgresStore, open_store
from summarizer.endpoint import Endpoint


def _mortal(work: Work, die: str) -> Work:
    return replace(work, steps=[_dying(step, die) for step in work.steps])


def _dying(step: Step, die: str) -> Step:
    async def run(ending: Ending) -> None:
        _maybe_die(die, f"before:{step.name}")
        await step.run(ending)
        _maybe_die(die, f"after:{step.name}")

    return Step(step.name, run)


def _maybe_die(die: str, here: str) -> None:
    if die == here:
        os.kill(os.getpid(), signal.SIGKILL)


def _dies_while_it_writes(store: PostgresStore) -> None:
    save, saved = store.reports.save_drafts, [0]

    async def counted(*given: Any) -> None:
        await save(*given)
        saved[0] += 1
        if saved[0] == 2:
            _maybe_die("here", "here")

    store.reports.save_drafts = counted  # type: ignore[method-assign,assignment]


async def main(url: str, node: str, lease: str, model: str, die: str = "") -> None:
    """Work until the input ends."""
    metrics = Metrics(CollectorRegistry())
    async with open_store(url) as store, reporting(Endpoint(model, "m"), store) as desk:
        if die == "in:summarise":
            _dies_while_it_writes(store)
        mortal = [_mortal(work, die) for work in works(desk, metrics)]
        async with follow_ups(url, store, mortal, metrics, node=node, lease_seconds=float(lease)):
            print("ready", flush=True)
            with suppress(EOFError):
                await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
