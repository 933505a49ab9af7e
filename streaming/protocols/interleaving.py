"""Channels that arrive one by one -> one stream of interleaved samples on one clock. Pure.

In: pieces of raw audio, each with its channel and, where the wire tells it, its position in samples. Out:
bytes in which every frame holds one sample of each channel. What never came is silence, so that nothing after
it is moved. Positions jitter: a piece that is announced a little late, or earlier than the one before it
ended, follows on that one.
"""

from streaming.errors import Close, ProtocolError

JITTER_SECONDS = 0.01
"""So much later than expected a piece may be announced, and nothing is missing."""
FIRST_PATIENCE = 0.4
LONGEST_PATIENCE = 5.0
"""Seconds for which a channel that is behind is waited for: the first value grows with what came too late."""
LONGEST_GAP = 600.0
"""Seconds of audio that may be missing in a row, by the positions."""
LONGEST_WAIT = 20.0
"""Seconds by which a channel without positions may be ahead of another one."""


class _Channel:
    def __init__(self) -> None:
        # bounded: what another channel is ahead of this one, see `_check`.
        self.waiting = bytearray()
        self.end = 0
        """The sample after the last one that came."""
        self.ended = False


class Interleaver:
    """`rate` in samples a second; `silence` is one silent sample of a channel, in bytes."""

    def __init__(self, channels: tuple[str, ...], rate: int, silence: bytes) -> None:
        self._channels = {name: _Channel() for name in channels}
        self._rate = rate
        self._silence = silence
        self._given = 0
        self._patience = round(FIRST_PATIENCE * rate)
        self.late = 0
        """Samples that came when their place was already given away as silence."""

    def put(self, name: str, data: bytes, position: int | None = None) -> bytes:
        """Take a piece of a channel, and give the frames that are complete.

        With positions a channel that is behind is waited for a little; without them (None) until it comes.
        Raises `ProtocolError` for an unknown channel, half a sample, and what is too far off.
        """
        channel = self._channels.get(name)
        if channel is None or channel.ended:
            raise ProtocolError("invalid_field", f"There is no open channel {name[:60]!r}.")
        if len(data) % len(self._silence):
            raise ProtocolError(
                "audio_misaligned",
                f"A piece of {len(data)} bytes is no multiple of {len(self._silence)} bytes.",
                Close.NOT_UNDERSTOOD,
            )
        start = channel.end
        if position is not None and position > start + JITTER_SECONDS * self._rate:
            start = position
        self._check(start - self._given, LONGEST_WAIT if position is None else LONGEST_GAP)
        self._append(channel, start, data)
        return self._take(self._until(position is not None))

    def end(self, name: str) -> bytes:
        """Nothing more comes on a channel; the frames that are complete now."""
        channel = self._channels.get(name)
        if channel is None:
            raise ProtocolError("invalid_field", f"There is no channel {name[:60]!r}.")
        channel.ended = True
        return self._take(self._until(False))

    @property
    def ended(self) -> bool:
        """Whether every channel has ended."""
        return all(channel.ended for channel in self._channels.values())

    def finish(self) -> bytes:
        """What is left, the shorter channels filled up."""
        return self._take(self._newest)

    @property
    def _newest(self) -> int:
        return max(self._given, *(channel.end for channel in self._channels.values()))

    def _check(self, ahead: int, longest: float) -> None:
        """Refuse a piece that is farther `ahead` than can be kept, or be silence."""
        if ahead > longest * self._rate:
            raise ProtocolError(
                "invalid_field",
                f"A piece of audio is more than {longest:g} seconds ahead of the others.",
            )

    def _append(self, channel: _Channel, start: int, data: bytes) -> None:
        size = len(self._silence)
        channel.end = start + len(data) // size
        late = min(max(self._given - start, 0), len(data) // size)
        if late:
            self.late += late
            longest = round(LONGEST_PATIENCE * self._rate)
            self._patience = min(longest, max(self._patience, self._newest - start))
            data = data[late * size :]
        missing = start + late - self._given - len(channel.waiting) // size
        channel.waiting += self._silence * missing + data

    def _until(self, impatient: bool) -> int:
        """The sample up to which every channel has come, or is not waited for."""
        complete = min(
            (self._given + len(one.waiting) // len(self._silence) for one in self._open), default=self._newest
        )
        return max(complete, self._newest - self._patience) if impatient else complete

    @property
    def _open(self) -> list[_Channel]:
        return [channel for channel in self._channels.values() if not channel.ended]

    def _take(self, until: int) -> bytes:
        frames = until - self._given
        if frames <= 0:
            return b""
        size = len(self._silence)
        width = size * len(self._channels)
        taken = bytearray(frames * width)
        for at, channel in enumerate(self._channels.values()):
            piece = bytes(channel.waiting[: frames * size])
            piece += self._silence * (frames - len(piece) // size)
            for byte in range(size):
                taken[at * size + byte :: width] = piece[byte::size]
            del channel.waiting[: frames * size]
        self._given = until
        return bytes(taken)
