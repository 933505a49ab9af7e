"""Keeps Steno's own PostgreSQL alive: one that dies while Steno runs is started anew, at the same address.

A thread waits for the end of the process. The tries are bounded in number for a time, not in all: a full disk
may be empty again in an hour, and until then the live sessions keep what they cannot store.
"""

import threading
import time
from typing import Final, Protocol

import structlog

from streaming.errors import StoreError

DELAYS: Final = (0.0, 1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before each try; the last one is repeated."""
CALM_SECONDS: Final = 60.0
"""A server that ran for so long is started anew without delay."""

_log = structlog.get_logger(__name__)


class Server(Protocol):
    """What is kept alive; every method blocks."""

    @property
    def pid(self) -> int | None:
        """Process id of the running server."""
        ...

    def wait(self) -> int | None:
        """Return when its process has ended; the exit code."""
        ...

    def restart(self) -> None:
        """Start it anew after its end. Raises `StoreError`, `OSError`."""
        ...

    def shut_down(self) -> None:
        """Stop it in good order."""
        ...

    def stop(self) -> None:
        """Stop it and let go of all that it holds."""
        ...


class Keeper:
    """Takes a server that may not have been started yet; `stop` stops both."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="postgres", daemon=True)

    def start(self) -> None:
        """Watch the server, which runs, from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more, and stop the server. Blocks until it has ended."""
        self._over.set()
        if self._thread.is_alive():
            self._server.shut_down()
            # A start that is under way goes on to its end, so that what it started can be stopped.
            self._thread.join()
        self._server.stop()

    def _keep(self) -> None:
        tries = 0
        while not self._over.is_set():
            since = time.monotonic()
            code = self._server.wait()
            if self._over.is_set():
                return
            tries = 0 if time.monotonic() - since > CALM_SECONDS else tries
            delay = DELAYS[min(tries, len(DELAYS) - 1)]
            _log.error("postgres_died", exit_code=code, restart_in=delay)
            if self._over.wait(delay):
                return
            tries += 1
            self._restart()

    def _restart(self) -> None:
        try:
            self._server.restart()
        except (StoreError, OSError) as error:
            _log.error("postgres_not_restarted", reason=str(error))
        else:
            _log.warning("postgres_restarted", pid=self._server.pid)
