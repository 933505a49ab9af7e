"""The threads that decode: started, left behind when they are stuck, waited for at the end.

Not thread-safe, but for `join`: its owner holds the lock.
"""

import threading
import time
from collections.abc import Callable

STOP_SECONDS = 10.0
"""How long a stop waits for the batches that run: one that hangs must not hold up the process."""


class Lanes:
    """The threads that serve, by their names. Who is stuck is not among them."""

    def __init__(self, most: int) -> None:
        """`most`: how many serve at once."""
        self.most = most
        self._serving: dict[str, threading.Thread] = {}  # bounded: by `most`.
        self._started = 0

    def __len__(self) -> int:
        return len(self._serving)

    def start(self, serve: Callable[[], None]) -> None:
        """Start a thread. The names of all that ever were are different."""
        self._started += 1
        name = f"asr-worker-{self._started}"
        self._serving[name] = threading.Thread(target=serve, name=name, daemon=True)
        self._serving[name].start()

    def lose(self, name: str) -> None:
        """A thread is stuck."""
        del self._serving[name]

    def rejoin(self) -> bool:
        """The calling thread was stuck and is back: whether it is needed, and serves again."""
        needed = len(self._serving) < self.most
        if needed:
            self._serving[threading.current_thread().name] = threading.current_thread()
        return needed

    def join(self) -> None:
        """Wait for the threads that serve, though not for ever."""
        until = time.monotonic() + STOP_SECONDS
        for thread in [*self._serving.values()]:
            thread.join(max(0.0, until - time.monotonic()))
