"""Audio from the moment it was spoken until the server says that it is stored. Pure.

16-bit mono PCM at any rate goes in; what is to be sent comes out, in order, and once more from any position
that the server names after a lost connection. Positions are samples at 16 kHz on the session's clock, which
begins with the first sample taken in.

Bound: `seconds` of audio that the server has not acknowledged. Full: a source that can wait (a file) is not
read while `full` says so; what a live source adds then pushes the oldest audio out. Where that audio would
have to be sent, silence takes its place, so that time does not drift, and is counted as lost.
"""

CLOCK_RATE = 16_000
"""Samples a second of every position on the wire."""
SECONDS = 120.0
"""Longer than a session waits for a lost client by default: what is spoken meanwhile is kept."""
_SAMPLE = 2
"""Bytes."""


class Memory:
    """The unacknowledged audio of one stream. Indexes count samples at the stream's own rate."""

    def __init__(self, rate: int = CLOCK_RATE, seconds: float = SECONDS) -> None:
        self._rate = rate
        self._bound = round(rate * seconds)
        self._held = bytearray()
        self._start = 0
        self._next = 0
        self._silences: list[tuple[int, int]] = []

    @property
    def full(self) -> bool:
        """Whether the next audio pushes the oldest out."""
        return len(self._held) // _SAMPLE >= self._bound

    @property
    def lost(self) -> float:
        """Seconds that were sent as silence because their audio had been pushed out."""
        return sum(end - begin for begin, end in self._silences) / self._rate

    @property
    def missing(self) -> float:
        """Seconds of silence that stand before the next audio to send."""
        return max(self._start - self._next, 0) / self._rate

    def add(self, pcm: bytes) -> None:
        """Take audio in; beyond the bound the oldest goes."""
        self._held += pcm
        excess = len(self._held) // _SAMPLE - self._bound
        if excess > 0:
            self._drop(self._start + excess)

    def take(self, most: int) -> bytes:
        """The next audio to send, up to `most` samples; empty when all was sent."""
        if self._next < self._start:
            size = min(most, self._start - self._next)
            self._silence(self._next, self._next + size)
            self._next += size
            return bytes(size * _SAMPLE)
        begin = (self._next - self._start) * _SAMPLE
        piece = bytes(self._held[begin : begin + most * _SAMPLE])
        self._next += len(piece) // _SAMPLE
        return piece

    def forget(self, position: int) -> None:
        """All audio before `position` is stored; what was not sent is kept all the same."""
        self._drop(min(self._index(position), self._next))

    def rewind(self, position: int) -> float:
        """Send again from `position`. Returns how many seconds are sent for another time."""
        index = min(self._index(position), self._end)
        again = max(self._next - index, 0)
        self._next = index
        return again / self._rate

    @property
    def _end(self) -> int:
        return self._start + len(self._held) // _SAMPLE

    def _index(self, position: int) -> int:
        return position * self._rate // CLOCK_RATE

    def _silence(self, begin: int, end: int) -> None:
        """Note what is lost; silence that is sent again is lost once."""
        apart = [one for one in self._silences if one[1] < begin or one[0] > end]
        joined = [one for one in self._silences if one not in apart]
        whole = (min([begin, *(one[0] for one in joined)]), max([end, *(one[1] for one in joined)]))
        self._silences = [*apart, whole]

    def _drop(self, index: int) -> None:
        """Forget all before `index`."""
        if index > self._start:
            del self._held[: (index - self._start) * _SAMPLE]
            self._start = index
