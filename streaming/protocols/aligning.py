"""Raw audio that a client cuts anywhere: whole sample frames go on, the rest waits. Pure.

The native wire refuses a piece that ends within a sample; clients of other wires send files and pipes in
pieces of any size, and are right to.
"""

from streaming import pcm
from streaming.commands import AudioFormat, Encoding


class Aligner:
    """The bytes of one stream in a declared format. Those of a container pass as they are."""

    def __init__(self, audio: AudioFormat) -> None:
        contained = audio.encoding is Encoding.AUTO
        self._size = 1 if contained else pcm.frame_size(audio)
        self._rate = 0 if contained else audio.sample_rate
        self._rest = b""
        self._frames = 0

    def feed(self, data: bytes) -> bytes:
        """The whole frames that are there now."""
        data = self._rest + data
        whole = len(data) - len(data) % self._size
        self._rest = data[whole:]
        self._frames += whole // self._size
        return data[:whole]

    @property
    def seconds(self) -> float:
        """How much audio went on; 0 for a container, whose bytes tell no time."""
        return self._frames / self._rate if self._rate else 0.0
