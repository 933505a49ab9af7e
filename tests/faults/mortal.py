"""A real server that may be killed and started again, over the same data folder and at the same port.

In: the model and settings. Out: its address, which outlives its processes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.process import STOP_SECONDS, _address, _await_ready


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
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self._settings['port']}"

    @property
    def stream(self) -> str:
        """The address of the ingest WebSocket."""
        return f"ws://127.0.0.1:{self._settings['port']}/v1/stream"

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

    def start(self) -> None:
        """Start the process and wait until it is ready; from then on it keeps its port."""
        self.launch()
        assert self._process is not None
        url = _address(self._process, self._log)
        self._settings["port"] = url.rsplit(":", 1)[1]
        _await_ready(url)

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
