"""The virtual clock tells the time that was waited for, and lets nothing hang or leak."""

import asyncio
import time

import pytest

from tests.support.virtual_time import Stuck, virtual_time


def test_waiting_takes_no_real_time() -> None:
    @virtual_time
    async def wait_an_hour() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(3600)
        assert loop.time() == pytest.approx(3600)

    before = time.monotonic()
    wait_an_hour()
    assert time.monotonic() - before < 5


def test_timers_fire_in_their_order() -> None:
    woken: list[float] = []

    @virtual_time
    async def wait() -> None:
        async with asyncio.TaskGroup() as tasks:
            for delay in (0.3, 0.1, 0.2):
                tasks.create_task(note(delay))

    async def note(delay: float) -> None:
        await asyncio.sleep(delay)
        woken.append(delay)

    wait()
    assert woken == [0.1, 0.2, 0.3]


def test_what_can_never_happen_is_an_error_at_once() -> None:
    @virtual_time
    async def wait_for_nobody() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck):
        wait_for_nobody()


def test_a_task_left_behind_is_an_error() -> None:
    @virtual_time
    async def leave() -> None:
        started.append(asyncio.get_running_loop().create_task(asyncio.sleep(5)))

    started: list[asyncio.Task[None]] = []
    with pytest.raises(AssertionError, match="outlived"):
        leave()
