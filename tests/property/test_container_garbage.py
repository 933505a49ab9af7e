"""Whatever bytes arrive as a container, the answer is audio or a ProtocolError, and within bounds."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from server.media import BOMB_ALLOWANCE, BOMB_SECONDS_PER_BYTE, AudioReader
from streaming.errors import ProtocolError
from tests.support.media import pack, tone

GOOD = {
    container: pack(tone(1.0), container, codec)
    for container, codec in (
        ("webm", "libopus"),
        ("ogg", "libopus"),
        ("mp3", "mp3"),
        ("wav", "pcm_s16le"),
        ("flac", "flac"),
        ("adts", "aac"),
    )
}


class Pipe(io.BytesIO):
    """Bytes that cannot be rewound."""

    seek = None  # type: ignore[assignment]


def read(data: bytes) -> None:
    reader = AudioReader(Pipe(data), received=lambda: len(data))
    samples = 0
    code: str | None = None
    try:
        for audio in reader:
            assert audio.dtype == "float32"
            assert not audio.size or abs(audio).max() <= 1.0
            samples += audio.shape[1]
    except ProtocolError as error:
        code = error.code
    assert code in {None, "container_unreadable", "no_audio_track", "container_corrupt", "container_bomb"}
    assert samples / 16_000 <= BOMB_ALLOWANCE + BOMB_SECONDS_PER_BYTE * len(data) + 60


@settings(max_examples=150)
@given(
    container=st.sampled_from(sorted(GOOD)),
    flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=20),
    keep=st.floats(0, 1),
)
def test_damaged_containers(container: str, flips: list[tuple[float, int]], keep: float) -> None:
    data = bytearray(GOOD[container])
    for place, value in flips:
        data[int(place * len(data))] = value
    read(bytes(data[: int(keep * len(data))]))


@settings(max_examples=100)
@given(
    magic=st.sampled_from(
        [b"", b"OggS", b"fLaC", b"RIFF", b"\x1aE\xdf\xa3", b"ID3", b"\xff\xfb", b"#!AMR\n"]
    ),
    rest=st.binary(max_size=5_000),
)
def test_noise_behind_a_familiar_beginning(magic: bytes, rest: bytes) -> None:
    read(magic + rest)
