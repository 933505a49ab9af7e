"""How many live sessions this process takes. Refusing the next one protects those already inside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streaming.errors import Overloaded

RETRY_AFTER = 10.0


class Admission:
    """Counts live sessions.

    `late` tells how late captions come just now, in seconds: the measured headroom. Nobody new is taken while
    that is more than `busy_seconds`; who is inside already is served however late. `limit` bounds the number
    where nobody speaks yet.
    """

    def __init__(
        self, limit: int, late: Callable[[], float] = lambda: 0.0, busy_seconds: float = 1.0
    ) -> None:
        self._limit = limit
        self._late = late
        self._busy_seconds = busy_seconds
        self.live = 0

    def check(self, detached: int) -> None:
        """Refuse a socket that cannot get a place. Raises `Overloaded`.

        One that comes while sessions are `detached` may be the client of such a one, which has its place.
        """
        if not detached:
            self._check_places()
            self._check_headroom()

    @contextmanager
    def slot(self, *, begun: bool = False) -> Iterator[None]:
        """Hold a place for the length of the block. Raises `Overloaded` when there is none.

        A session that was `begun` before and goes on asks for no headroom.
        """
        self._check_places()
        if not begun:
            self._check_headroom()
        self.live += 1
        try:
            yield
        finally:
            self.live -= 1

    def _check_places(self) -> None:
        if self.live >= self._limit:
            raise Overloaded(
                f"This server takes {self._limit} live streams at once, and all are in use.", RETRY_AFTER
            )

    def _check_headroom(self) -> None:
        if self.live and self._late() > self._busy_seconds:
            raise Overloaded(
                f"The {self.live} live streams of this server use all of its speech model.", RETRY_AFTER
            )
