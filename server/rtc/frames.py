"""Puts the packets of an audio track in order. One packet is one frame. Pure.

aiortc's own buffer holds back sixteen packets and throws several away where one is missing, and its delay
stays. Here a packet that is missing is missing, and costs no other: when it has not come by the third one
after it, it is given up. So nothing is delayed while all come in order, and after the first hole, since one
packet goes out for one that comes in, by two packets (40 ms of Opus).

The interface is that of `aiortc.jitterbuffer.JitterBuffer`: `add` is called once for each packet.
"""

from dataclasses import dataclass
from typing import Final, Protocol

LATE: Final = 3
"""Packets that are waited for while a former one is missing: 60 ms of Opus."""
FAR: Final = 500
"""Sequence numbers (10 s) from which on a jump is a new beginning."""
_HALF: Final = 1 << 15
_MASK: Final = (1 << 16) - 1


class Packet(Protocol):
    """An RTP packet, its payload taken apart."""

    sequence_number: int
    timestamp: int
    _data: bytes


@dataclass(slots=True)
class Frame:
    """One encoded frame, `timestamp` in the units of the sender's clock."""

    data: bytes
    timestamp: int


class FrameBuffer:
    """The packets of one track that cannot be given out yet: `LATE` at the most."""

    capacity: Final = LATE

    def __init__(self) -> None:
        self._next: int | None = None
        self._waiting: dict[int, Packet] = {}

    def add(self, packet: Packet) -> tuple[bool, Frame | None]:
        """Take a packet; the frame that is due, if any. The first value says that a picture was lost, which
        never is."""
        number = packet.sequence_number
        if self._next is None:
            self._next = number
        ahead = self._ahead(number)
        if abs(ahead) > FAR:
            self._waiting.clear()
            self._next, ahead = number, 0
        if ahead >= 0:
            self._waiting[number] = packet
        return False, self._due()

    def _due(self) -> Frame | None:
        """The next frame in order, a hole being left out when enough lies behind it."""
        while self._waiting:
            first = min(self._waiting, key=self._ahead)
            if first != self._next and len(self._waiting) < LATE:
                return None
            packet = self._waiting.pop(first)
            self._next = (first + 1) & _MASK
            if packet._data:  # noqa: SLF001 - the name that aiortc gives it; one that only pads has none
                return Frame(packet._data, packet.timestamp)  # noqa: SLF001
        return None

    def _ahead(self, number: int) -> int:
        return _signed(number - (self._next or 0))


def _signed(difference: int) -> int:
    """A difference of sequence numbers, which go round after 65,535, in -32,768 … 32,767."""
    return (difference + _HALF & _MASK) - _HALF
