"""When a message that could not be delivered is tried again, and when it is given up. Pure function.

The delays are those that Standard Webhooks recommends, and all kinds of target keep them. Events, of which
the later ones wait for the earlier, have a day.
"""

from collections.abc import Sequence
from typing import Final

DELAYS: Final = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each attempt, counted from the end of the one before."""
ATTEMPTS: Final = len(DELAYS)
SPREAD: Final = 0.2
"""A delay is lengthened by up to this part of it, so that what failed together is not tried together again.
"""
LONGEST_WISH: Final = 86_400.0
"""Seconds that a receiver may ask us to wait for."""
DAY: Final = 86_400.0
DELAYS_OF_A_DAY: Final = (0, 5, 60, 300, 1_800, 3_600, 7_200, 14_400, 21_600, 21_600)
"""The same for events. Lengthened as far as they may be they are within a day."""


def seconds_to_next(
    attempts: int, jitter: float, wish: float | None = None, delays: Sequence[int] = DELAYS
) -> float | None:
    """Seconds to wait after the attempt of this number, from 1 on, failed; None when it was the last.

    `jitter` is from 0 to 1, `wish` what the receiver asked for in seconds: it is waited for in full, up to
    a day.
    """
    if attempts >= len(delays):
        return None
    delay = delays[attempts] * (1 + SPREAD * jitter)
    return max(delay, min(wish or 0.0, LONGEST_WISH))


def within_a_day(attempts: int, jitter: float, wish: float | None, *, age: float) -> float | None:
    """The same of an event whose day began `age` seconds ago: None too when the next attempt would come
    after it. A wish is waited for up to the end of the day."""
    delay = seconds_to_next(attempts, jitter, None, DELAYS_OF_A_DAY)
    if delay is None or age + delay > DAY:
        return None
    return max(delay, min(wish or 0.0, DAY - age))
