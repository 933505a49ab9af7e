"""A module of ours in a process of its own, which is killed when its time is over.

In: the module's name. Out: the process, or its answer. It gets nothing of the server's environment, where its
keys are; what it is to know, it reads from its standard input.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[1]
_ENVIRONMENT: Final = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@asynccontextmanager
async def child(
    module: str, environment: Mapping[str, str] = _NOTHING, descriptors: Sequence[int] = ()
) -> AsyncIterator[Process]:
    """The process, killed at the end of the block; `descriptors` are sockets that it takes over."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        cwd=_ROOT,
        env={**_ENVIRONMENT, **environment},
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        pass_fds=descriptors,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def answer(
    module: str, task: bytes, seconds: float, environment: Mapping[str, str] = _NOTHING
) -> bytes:
    """What the process says to a task; nothing where it takes longer than so many seconds."""
    async with child(module, environment) as process:
        try:
            async with asyncio.timeout(seconds):
                said, _ = await process.communicate(task)
        except TimeoutError:
            return b""
        return said
