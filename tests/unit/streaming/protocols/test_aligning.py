"""Audio cut anywhere goes on in whole frames, and loses nothing."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.commands import AudioFormat, Encoding
from streaming.protocols.aligning import Aligner


@given(st.binary(max_size=60), st.lists(st.integers(0, 9), max_size=12), st.integers(1, 3))
def test_whole_frames_go_on_in_their_order(data: bytes, sizes: list[int], channels: int) -> None:
    aligner = Aligner(AudioFormat(Encoding.PCM_S16LE, 16_000, channels))
    out, at = b"", 0
    for size in [*sizes, len(data)]:
        piece = aligner.feed(data[at : at + size])
        assert len(piece) % (2 * channels) == 0
        out, at = out + piece, at + size
    assert out == data[: len(data) - len(data) % (2 * channels)]
    assert aligner.seconds == len(out) / (2 * channels) / 16_000


def test_a_container_passes_as_it_is_and_tells_no_time() -> None:
    aligner = Aligner(AudioFormat(Encoding.AUTO))
    assert aligner.feed(b"abc") == b"abc"
    assert aligner.seconds == 0.0
