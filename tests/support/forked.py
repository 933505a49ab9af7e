"""Servers that have imported all they need before they start.

To import it takes a server three of the four seconds of processor time of its start, and a run of the tests
starts some hundred. So they are forked from one process that has imported it; all else is as `python -m` does
it. Only on Linux: elsewhere a process must not be forked from one that has loaded so many libraries.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import TypeAlias

IMPORTED = "tests.support.imported"


def start(command: Sequence[str], *, environment: Mapping[str, str], cwd: Path, stderr: Path) -> "Running":
    """Run a module with its arguments."""
    if sys.platform == "linux":
        return Forked(command, environment=environment, cwd=cwd, stderr=stderr)
    with stderr.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *command], env=environment, cwd=cwd, stderr=log, stdin=subprocess.DEVNULL
        )


class Forked:
    """Such a process, by the names of `subprocess.Popen`."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str], cwd: Path, stderr: Path
    ) -> None:
        """`command`: the module to run and its arguments."""
        # Emptied before it starts: what another process wrote there is not to be read as this one's.
        stderr.write_bytes(b"")
        given = (list(command), dict(environment), str(cwd), str(stderr))
        self._process: ForkServerProcess = _context().Process(target=_run, args=given, daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for the signal that ended it; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The same."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once there is one. Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        if (code := self.returncode) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return code

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it where it is."""
        self._process.kill()


Running: TypeAlias = Forked | subprocess.Popen[bytes]


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([IMPORTED])
    return context


def _run(command: list[str], environment: dict[str, str], cwd: str, stderr: str) -> None:
    log = os.open(stderr, os.O_WRONLY | os.O_APPEND)
    os.dup2(log, 2)
    os.close(log)
    os.environ.clear()
    os.environ |= environment
    os.chdir(cwd)
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
