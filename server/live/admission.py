"""How many live sessions this process takes, and how many sockets that have not begun one.

Refusing the next one protects those already inside. How many streams one key may have is its quota.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streaming.errors import Overloaded

RETRY_AFTER = 10.0
MAX_WAITING = 1_000
MAX_WAITING_OF_CLIENT = 200


class Admission:
    """Counts live sessions.

    `late` tells how late captions come just now, in seconds: the measured headroom. Nobody new is taken while
    that is more than `busy_seconds`; who is inside already is served however late. `limit` bounds the number
    where nobody speaks yet.
    """

    def __init__(
        self, limit: int, late: Callable[[], float] = lambda: 0.0, busy_seconds: float = 1.0
    ) -> None:
        self.limit = limit
        self._late = late
        self.busy_seconds = busy_seconds
        # bounded: by what it counts, waiting sockets.
        self._waiting: Counter[str] = Counter()
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

    @contextmanager
    def waiting(self, client: str) -> Iterator[None]:
        """Count a socket until its first message. Raises `Overloaded` when too many wait, of all or of one
        `client`, who is known by an address only."""
        if self._waiting.total() >= MAX_WAITING or self._waiting[client] >= MAX_WAITING_OF_CLIENT:
            raise Overloaded(
                "Too many connections have not begun a stream yet.", RETRY_AFTER, code="too_many_sockets"
            )
        with _counted(self._waiting, client):
            yield

    def _check_places(self) -> None:
        if self.live >= self.limit:
            raise Overloaded(
                f"This server takes {self.limit} live streams at once, and all are in use.", RETRY_AFTER
            )

    def _check_headroom(self) -> None:
        if self.live and self._late() > self.busy_seconds:
            raise Overloaded(
                f"The {self.live} live streams of this server use all of its speech model.", RETRY_AFTER
            )


@contextmanager
def _counted(counts: Counter[str], name: str) -> Iterator[None]:
    """Count one for the length of the block, and forget a name without any."""
    counts[name] += 1
    try:
        yield
    finally:
        counts[name] -= 1
        if not counts[name]:
            del counts[name]
