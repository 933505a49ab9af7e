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

    def check(self, detached: int) -> None:
        """Refuse a socket that cannot get a place. Raises `Overloaded`.

        One that comes while sessions are `detached` may be the client of such a one, which has its place.
        """
        if self.live >= self._limit and not detached:
            raise self._full()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a place for the length of the block. Raises `Overloaded` when there is none."""
        if self.live >= self._limit:
            raise self._full()
        self.live += 1
        try:
            yield
        finally:
            self.live -= 1

    def _full(self) -> Overloaded:
        return Overloaded(
            f"This server takes {self._limit} live streams at once, and all are in use.", RETRY_AFTER
        )
