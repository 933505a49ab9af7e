"""Which sessions of other processes nobody keeps any more. Pure: what the store says and the time go in.

A lease is written with the database's wall clock, which may jump. So a session is abandoned only when its
lease has also stood unrenewed on this process's monotonic clock: for `ROUNDS` beats once it is over, in which
a living owner renews it, or for its whole length if a wall clock that was set back does not call it over.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from server.store.records import Lease, Standing

ROUNDS: Final = 1.5
"""Beats that a lease which is over must have stood unrenewed: living owners renew in every one."""


class Abandoned:
    """What one process has seen of the leases of others. `beat` is how often each process renews its own."""

    def __init__(self, beat: float, lease: Lease) -> None:
        self._over = ROUNDS * beat
        self._whole = lease.seconds
        # bounded: by the live sessions in the store.
        self._since: dict[tuple[str, Standing], float] = {}

    def judge(self, standing: Mapping[str, Standing], now: float) -> dict[str, datetime]:
        """Take the leases of all other live sessions as they stand; those to finish come back."""
        self._since = {one: self._since.get(one, now) for one in standing.items()}
        return {
            name: held.until
            for (name, held), since in self._since.items()
            if now - since >= (self._over if held.over else self._whole)
        }

    def forget(self) -> None:
        """After a time without the store nobody can have renewed anything: begin anew."""
        self._since.clear()
