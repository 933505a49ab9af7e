"""`steno serve` as a user starts it: a process of its own, on a free port, over a data folder of its own.

In: the model and settings. Out: its address once `/readyz` says ready; the process ends with the block and
must end well. Speech models assembled once are shared by all servers of a run.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support import forked
from tests.support.clusters import put_cluster
from tests.support.evalset import ROOT
from tests.support.forked import Running

START_SECONDS = 120
STOP_SECONDS = 60
LOG = "log"
"""In the data folder: what the server wrote."""
STENO = ("server.cli.main", "serve")
SCRIPTED = ("tests.support.scripted_steno",)
"""The same with a scripted model, see there."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    process: Running
    data: Path

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    @property
    def stream(self) -> str:
        """The address of the ingest WebSocket."""
        return self.url.replace("http", "ws", 1) + "/v1/stream"


@contextmanager
def short_folder(models: Path | None = None) -> Iterator[Path]:
    """A data folder for the length of a block, with models that are assembled already.

    Its path is short, for the sake of the sockets in it.
    """
    data = Path(tempfile.mkdtemp(prefix="st"))
    try:
        if models is not None:
            (data / "models").symlink_to(models)
        yield data
    finally:
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def steno(
    model: str, models: Path | None = None, *, program: Sequence[str] = STENO, **settings: str
) -> Iterator[Server]:
    """Run a server over a database that is made already; `settings` by their names without `STENO_`."""
    with short_folder(models) as data:
        put_cluster(data)
        with started(data, program, model=model, **settings) as server:
            yield server


@contextmanager
def started(data: Path, command: Sequence[str], **settings: str) -> Iterator[Server]:
    """Run a server over a data folder that outlives it. It may be killed; otherwise it must end well."""
    process = spawn(data, command, **settings)
    try:
        yield Server(ready_address(process, data), process, data)
    finally:
        killed = process.poll() == -signal.SIGKILL
        end(process)
        told = (data / LOG).read_text(errors="replace")
    assert killed or process.returncode == 0, f"exit code {process.returncode}: {told[-2000:]}"


def spawn(data: Path, command: Sequence[str], **settings: str) -> Running:
    """Start a server over a data folder and wait for nothing."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STENO_")}
    # A slow machine answers late: that is for the load test to measure, and no reason to refuse a test.
    given = {"data": str(data), "port": "0", "log_level": "info", "busy_seconds": "600", **settings}
    environment |= {f"STENO_{name.upper()}": value for name, value in given.items()}
    environment.pop("DATABASE_URL", None)
    # A file and not a pipe: a pipe that nobody reads would in time stop the server in the midst of a line.
    return forked.start(command, environment=environment, cwd=ROOT, stderr=data / LOG)


def ready_address(process: Running, data: Path) -> str:
    """The address of a server, once its model is warm."""
    url = _address(process, data / LOG)
    _await_ready(url)
    return url


def end(process: Running) -> int:
    """End a server in good order, or by force if it takes too long; its exit code."""
    process.terminate()
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _address(process: Running, log: Path) -> str:
    """Read the log until the server tells where it listens."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        running = process.poll() is None
        for line in log.read_text(errors="replace").splitlines(keepends=True):
            if line.startswith("{") and line.endswith("\n") and '"listening"' in line:
                return str(json.loads(line)["url"])
        assert running, "the server ended before it listened: " + log.read_text(errors="replace")
        time.sleep(0.02)
    raise AssertionError("the server did not listen in time: " + log.read_text(errors="replace"))


def _await_ready(url: str) -> None:
    """Ask until the model is warm; the server listens already."""
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(transport=httpx.HTTPTransport(retries=5), trust_env=False) as client:
        while (answer := client.get(f"{url}/readyz")).status_code != 200:
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.05)
