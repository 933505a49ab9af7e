"""A real server that may be killed and started again, over the same data folder and at the same port.

In: the model and settings. Out: its address, which outlives its processes.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.support.forked import Running
from tests.support.process import STENO, end, ready_address, short_folder, spawn


class Restartable:
    """A server that may be killed and started again over the same data folder, at the same port."""

    def __init__(
        self,
        model: str,
        models: Path | None = None,
        *,
        program: Sequence[str] = STENO,
        **settings: str,
    ) -> None:
        """`settings` by their names without `STENO_`, in lower case."""
        self._program = program
        self._folder = ExitStack()
        self.data = self._folder.enter_context(short_folder(models))
        self._settings = {"model": model, "port": "0", **settings}
        self._process: Running | None = None
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
        self._process = spawn(self.data, self._program, **self._settings)

    def start(self) -> None:
        """Start the process and wait until it is ready; from then on it keeps its port."""
        self.launch()
        assert self._process is not None
        self._settings["port"] = ready_address(self._process, self.data).rsplit(":", 1)[1]

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
        return end(process)

    def remove(self) -> None:
        """Stop what runs and delete the data folder."""
        if self._killed and self._process is None:  # The database of a killed server runs on.
            self.start()
        if self._process is not None:
            self.stop()
        self._folder.close()
