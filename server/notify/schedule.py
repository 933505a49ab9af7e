"""When a message that could not be delivered is tried again, and when it is given up. Pure function.

The delays are those that Standard Webhooks recommends; all kinds of target keep them.
"""

from typing import Final

DELAYS: Final = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each attempt, counted from the end of the one before."""
ATTEMPTS: Final = len(DELAYS)
SPREAD: Final = 0.2
"""A delay is lengthened by up to this part of it, so that what failed together is not tried together again.
"""
LONGEST_WISH: Final = 86_400.0
"""Seconds that a receiver may ask us to wait for."""


def seconds_to_next(attempts: int, jitter: float, wish: float | None = None) -> float | None:
    """Seconds to wait after the attempt of this number, from 1 on, failed; None when it was the last.

    `jitter` is from 0 to 1, `wish` what the receiver asked for in seconds: it is waited for in full, up to
    a day.
    """
    if attempts >= ATTEMPTS:
        return None
    delay = DELAYS[attempts] * (1 + SPREAD * jitter)
    return max(delay, min(wish or 0.0, LONGEST_WISH))
