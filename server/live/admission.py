"""How many live sessions this process takes. Refusing the next one protects those already inside."""

from collections.abc import Iterator
from contextlib import contextmanager

from streaming.errors import Overloaded

RETRY_AFTER = 10.0


class Admission:
    """Counts live sessions."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.live = 0

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a place for the length of the block. Raises `Overloaded` when there is none."""
        if self.live >= self._limit:
            raise Overloaded(
                f"This server takes {self._limit} live streams at once, and all are in use.", RETRY_AFTER
            )
        self.live += 1
        try:
            yield
        finally:
            self.live -= 1
