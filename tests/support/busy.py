"""How busy the machine is, for tests that hold something to a time by the clock.

On a machine of its own a bound holds as it is written. Where more wants to compute than there are processors,
as when runs of tests go on side by side, everything takes longer by that.
"""

import os


def times_slower() -> float:
    """How many processes wanted each processor over the last minute; at least 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
