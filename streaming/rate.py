"""How many messages a client may send: a token bucket. Pure; the time is an argument.

In: the time of each message. Out: whether it is still within `rate` a second, with bursts of up to `burst`.
"""


class TokenBucket:
    """Full at first. `rate` in tokens a second, `burst` in tokens; times in seconds, of any one clock."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    def take(self, now: float) -> bool:
        """Take one token; False when there is none. A clock that falls back brings no tokens."""
        self._tokens = min(self._burst, self._tokens + self._rate * max(0.0, now - self._at))
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
