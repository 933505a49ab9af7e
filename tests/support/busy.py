"""How busy and how slow the machine is, for tests that hold something to a time by the clock.

On a machine of its own whose processors are today's a bound holds as it is written. Where more wants to
compute than there are processors, as when runs of tests go on side by side, everything takes longer by that;
and so it does on slower processors, or on ones of which a virtual machine gets a part.
"""

import os
import time
from functools import cache

STEPS = 300_000
USUAL_SECONDS = 0.017
"""What that many steps of Python take a processor of a server of 2020, with Python 3.11."""


def times_slower() -> float:
    """By how much everything takes longer here and now; at least 1."""
    return _of_its_own() * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@cache
def _of_its_own() -> float:
    """The same of one processor, whatever else is wanted of it."""
    began = time.process_time()
    total = 0
    for step in range(STEPS):
        total += step
    return max(1.0, (time.process_time() - began) / USUAL_SECONDS)
