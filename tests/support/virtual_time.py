"""An event loop whose clock jumps to the next timer when nothing else is to be done.

In: a coroutine function. Out: the same as a plain function that runs it on such a loop, in no real time.
Waiting for something that can never happen is an error at once instead of a hang, and so is a task that
outlives the function. For code without threads and sockets: the clock does not wait for those.
"""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

from tests.support import leaks

P = ParamSpec("P")


class Stuck(Exception):
    """Every task waits, and no timer is set that could wake one."""


class _Jumps(selectors.SelectSelector):
    """Takes the time that the loop wants to wait as passed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise Stuck("every task waits, and nothing is due that could wake one")
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` starts at 0 and moves only when the loop is idle."""

    def __init__(self) -> None:
        self._jumps = _Jumps()
        super().__init__(self._jumps)

    def time(self) -> float:
        """Virtual seconds."""
        return self._jumps.now


def virtual_time(function: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test on a `VirtualLoop`; fails if it leaves a task behind."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(_checked(function(*args, **kwargs)))

    return run


async def _checked(test: Coroutine[Any, Any, None]) -> None:
    before: set[asyncio.Task[Any]] = asyncio.all_tasks()
    await test
    left = await leaks.leaked(before)
    assert not left, "tasks outlived the test: " + "; ".join(left)


async def settle(turns: int = 20) -> None:
    """Let everything that is ready run, without letting time pass."""
    for _ in range(turns):
        await asyncio.sleep(0)
