"""`steno serve` as a user starts it: a process of its own, on a free port, over a fresh data folder.

In: the model and settings. Out: its address once `/readyz` says ready; the process ends with the block and
must end well. A `Restartable` one may be killed and started again in between. Speech models assembled once
are shared by all servers of a run.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 120
STOP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    pid: int
    data: Path

    @property
    def stream(self) -> str:
        """The address of the ingest WebSocket."""
        return self.url.replace("http", "ws", 1) + "/v1/stream"


class Restartable:
    """A server that may be killed and started again over the same data folder, at the same port."""

    def __init__(self, model: str, models: Path | None = None, **settings: str) -> None:
        """`settings` by their names without `STENO_`, in lower case."""
        self.data = Path(tempfile.mkdtemp(prefix="st"))
        if models is not None:
            (self.data / "models").symlink_to(models)
        self._settings = {
            "model": model,
            "data": str(self.data),
            "port": "0",
            "log_level": "info",
            **settings,
        }
        # A file and not a pipe: a pipe that nobody reads would in time stop the server in mid-line.
        self._log = self.data / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._killed = False

    @property
    def log(self) -> str:
        """What the process that was started last has told."""
        return self._log.read_text(errors="replace")

    def launch(self) -> None:
        """Start the process and wait for nothing."""
        assert self._process is None, "it runs already"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("STENO_")}
        environment |= {f"STENO_{name.upper()}": value for name, value in self._settings.items()}
        environment.pop("DATABASE_URL", None)
        with self._log.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "server.cli.main", "serve"],
                env=environment,
                cwd=Path(__file__).resolve().parents[2],
                stderr=stderr,
                stdin=subprocess.DEVNULL,
            )

    def start(self) -> Server:
        """Start the process and wait until it is ready; from then on it keeps its port."""
        self.launch()
        assert self._process is not None
        url = _address(self._process, self._log)
        self._settings["port"] = url.rsplit(":", 1)[1]
        _await_ready(url)
        return Server(url, self._process.pid, self.data)

    def kill(self) -> None:
        """End the process where it is, as `kill -9` does. Its database is left to the next start."""
        assert self._process is not None, "nothing runs"
        self._process.kill()
        self._process.wait()
        self._process = None
        self._killed = True

    def stop(self) -> int:
        """End the process in good order; its exit code."""
        assert self._process is not None, "nothing runs"
        process, self._process = self._process, None
        self._killed = False
        process.terminate()
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def remove(self) -> None:
        """Stop what runs and delete the data folder."""
        if self._killed and self._process is None:  # The database of a killed server runs on.
            self.start()
        if self._process is not None:
            self.stop()
        shutil.rmtree(self.data, ignore_errors=True)


@contextmanager
def steno(model: str, models: Path | None = None, **settings: str) -> Iterator[Server]:
    """Run a server; `settings` by their names without `STENO_`, in lower case."""
    server = Restartable(model, models, **settings)
    code, told = 0, ""
    try:
        yield server.start()
        code, told = server.stop(), server.log
    finally:
        server.remove()
    assert code == 0, f"exit code {code}: {told[-2000:]}"


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
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
