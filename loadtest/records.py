"""What one simulated speaker sent and heard, and when. Pure data.

Moments are seconds of one monotonic clock; audio positions are seconds of audio from the start of the stream.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message of the server. `sent` is how many seconds of audio had been sent when it came."""

    at: float
    sent: float
    message: dict[str, Any]


@dataclass(slots=True)
class Log:
    """All of one stream. It grows with the stream: it is the measurement."""

    arrivals: list[Arrival] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    """When each piece of audio had been spoken and was sent …"""
    positions: list[float] = field(default_factory=list)
    """… and up to which position the audio was sent then."""
    late: list[float] = field(default_factory=list)
    """How much later than planned this process sent each piece …"""
    blocked: list[float] = field(default_factory=list)
    """… and how much later than planned the server had taken the piece before it."""
    reconnects: int = 0
    """How often a lost connection was resumed."""
    resent: float = 0.0
    """Seconds of audio that were sent for another time."""
    dropped: float = 0.0
    """Seconds of audio that were never sent, since the server took none for too long."""

    @property
    def sent(self) -> float:
        """Seconds of audio sent so far."""
        return self.positions[-1] if self.positions else 0.0

    def send(self, at: float, position: float, late: float = 0.0, blocked: float = 0.0) -> None:
        """Note that audio up to `position` left at the moment `at`.

        Where the server or a bad network held it up, `at` is when it would have left without them: a person
        has spoken by then.
        """
        self.moments.append(at)
        self.positions.append(position)
        self.late.append(late)
        self.blocked.append(blocked)

    def sent_at(self, position: float) -> float | None:
        """When the audio at `position` left; past the end of the audio, when the last piece did."""
        if not self.moments:
            return None
        return self.moments[min(bisect_left(self.positions, position), len(self.moments) - 1)]

    def of(self, kind: str) -> list[Arrival]:
        """The arrivals of one message type, in order."""
        return [arrival for arrival in self.arrivals if arrival.message.get("type") == kind]
