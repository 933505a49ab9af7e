"""Finds the tasks that an async test started and left running.

In: the tasks of the running loop before a test and after it. Out: those that outlived it, cancelled so
that they cannot disturb the next one.
"""

import asyncio

TURNS = 10
"""Turns of the loop that a task has to end by itself once the test is over: enough to see a
cancellation through, too few to hide work that nobody waits for."""


async def leaked(before: set[asyncio.Task[object]]) -> list[str]:
    """Descriptions of the tasks that are not in `before` and do not end within `TURNS` turns."""
    for _ in range(TURNS):
        if not _running(before):
            return []
        await asyncio.sleep(0)
    tasks = _running(before)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=1)
    return sorted(f"{task.get_name()}: {task.get_coro()!r}" for task in tasks)


def _running(before: set[asyncio.Task[object]]) -> set[asyncio.Task[object]]:
    return asyncio.all_tasks() - before - {asyncio.current_task()}
