"""Reading a container: time stays true, and what cannot be read is said in one sentence."""

import io
from pathlib import Path

import av
import numpy as np
import pytest

from server import media
from server.media import BOMB_ALLOWANCE, BOMB_SECONDS_PER_BYTE, MAX_GAP, AudioReader, Timeline, read_file
from streaming.errors import Close, ProtocolError
from streaming.pcm import Frames
from tests.support.media import pack, tone


class Pipe:
    """A source that cannot be rewound."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int) -> bytes:
        """At most `size` bytes."""
        return self._data.read(size)


def read(data: bytes, multichannel: bool = False, received: int | None = None) -> Frames:
    counted = None if received is None else lambda: received
    return np.concatenate(list(AudioReader(Pipe(data), multichannel=multichannel, received=counted)), axis=1)


def test_frames_that_follow_each_other_need_no_silence() -> None:
    timeline = Timeline()
    assert [timeline.place(at, 0.02) for at in (5.0, 5.02, 5.041, None, 5.08)] == [0.0] * 5


def test_a_hole_is_filled_and_jitter_is_not() -> None:
    timeline = Timeline()
    timeline.place(0.0, 0.02)
    assert timeline.place(0.03, 0.02) == 0.0
    assert timeline.place(0.54, 0.02) == pytest.approx(0.5)
    assert timeline.place(0.56, 0.02) == 0.0


@pytest.mark.parametrize("jump", [MAX_GAP + 1, -5.0])
def test_timestamps_that_start_anew_bring_no_silence(jump: float) -> None:
    timeline = Timeline()
    timeline.place(10.0, 1.0)
    assert timeline.place(11.0 + jump, 1.0) == 0.0
    assert timeline.place(12.5 + jump, 1.0) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("webm", "libopus"),
        ("matroska", "flac"),
        ("ogg", "libopus"),
        ("wav", "pcm_s16le"),
        ("flac", "flac"),
        ("mp3", "mp3"),
        ("adts", "aac"),
        ("avi", "mp3"),
        ("mpegts", "aac"),
    ],
)
def test_a_second_is_a_second_in_every_container(container: str, codec: str) -> None:
    assert read(pack(tone(1.0), container, codec)).shape[1] == pytest.approx(16_000, abs=1_100)


def test_missing_packets_become_silence_of_their_length() -> None:
    audio = read(pack(tone(2.0), hole=(1.0, 3.0)))
    assert audio.shape[1] == pytest.approx(5 * 16_000, abs=480)
    assert np.abs(audio[0, 24_000:60_000]).max() < 1e-3
    assert np.abs(audio[0, 68_000:]).max() > 0.2


def test_channels_are_tracks_when_asked() -> None:
    audio = read(pack(tone(1.0, channels=2), "flac", "flac"), multichannel=True)
    assert audio.shape[0] == 2
    peaks = np.abs(np.fft.rfft(audio[:, :16_000])).argmax(axis=1)
    assert peaks.tolist() == [440, 880]


def test_chained_ogg_streams_follow_each_other() -> None:
    once = pack(tone(1.0), "ogg")
    assert read(once + once).shape[1] == pytest.approx(32_000, abs=640)


def test_silence_made_of_nothing_is_refused() -> None:
    reader = AudioReader(Pipe(pack(tone(2.0), hole=(1.0, 59.0))), received=lambda: 10)
    got: list[Frames] = []
    with pytest.raises(ProtocolError, match="container_bomb") as caught:
        got.extend(reader)
    assert sum(audio.shape[1] for audio in got) >= 15_000
    assert caught.value.close is Close.NOT_ALLOWED


def test_a_codec_that_packs_silence_into_nothing_is_refused_as_soon_as_it_does() -> None:
    data = unheard_of_silence(7_200)
    got: list[Frames] = []
    with pytest.raises(ProtocolError, match="container_bomb"):
        got.extend(AudioReader(Pipe(data), received=lambda: len(data)))
    most = BOMB_ALLOWANCE + BOMB_SECONDS_PER_BYTE * len(data)
    assert 0 < sum(audio.shape[1] for audio in got) / 16_000 <= most < 7_200 / 2


def unheard_of_silence(seconds: int) -> bytes:
    """Zeros in the longest frames that FLAC has, at the lowest rate that a microphone has."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="flac") as output:
        stream = output.add_stream("flac", rate=8_000, options={"frame_size": "65535"})
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 8_000 * seconds), np.int16), format="s16", layout="mono"
        )
        frame.sample_rate = 8_000
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def test_what_goes_on_without_sound_is_refused_and_each_sound_gives_it_new_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(media, "MAX_MUTE_BYTES", 3 << 20)
    sound = pack(tone(2.0), "mpegts", "aac")
    nothing = (b"\x47\x1f\xff\x10" + bytes(184)) * 11_000  # 2 MB of null packets
    assert heard(sound + nothing + sound + nothing + sound) > 5.5
    with pytest.raises(ProtocolError, match="container_without_audio") as caught:
        heard(sound + nothing + nothing + sound)
    assert caught.value.close is Close.NOT_ALLOWED


def heard(data: bytes) -> float:
    """Seconds that a live stream of this gives."""
    reader = AudioReader(Pipe(data), received=lambda: len(data))
    return float(sum(audio.shape[1] for audio in reader)) / 16_000


@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"OggS" + bytes(5_000),
        b"RIFF\xff\xff\xff\xffWAVEfmt ",
        bytes(100_000),
        b"",
    ],
)
def test_what_is_no_container_is_refused_and_opens_nothing_else(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="container_unreadable") as caught:
        read(data)
    assert caught.value.close is Close.NOT_UNDERSTOOD


def test_an_mp4_with_its_index_at_the_end_is_explained() -> None:
    with pytest.raises(ProtocolError, match="faststart"):
        read(pack(tone(20.0), "mp4", "aac"))


def test_damage_in_the_middle_is_skipped_and_the_rest_is_heard() -> None:
    data = bytearray(pack(tone(4.0), "mp3", "mp3"))
    data[8_000:9_000] = bytes(1_000)
    reader = AudioReader(Pipe(bytes(data)))
    heard = sum(audio.shape[1] for audio in reader)
    assert heard > 3 * 16_000


def test_a_file_cut_short_is_known_where_the_header_tells() -> None:
    data = pack(tone(3.0), "webm")
    reader = AudioReader(Pipe(data[: len(data) // 2]))
    assert sum(audio.shape[1] for audio in reader) > 16_000
    assert reader.truncated


def test_a_local_file_is_read_as_mono(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp4"
    path.write_bytes(pack(tone(1.0, channels=2), "mp4", "aac"))
    pieces = list(read_file(path))
    assert all(piece.ndim == 1 and piece.dtype == np.float32 for piece in pieces)
    assert sum(map(len, pieces)) == pytest.approx(16_000, abs=1_100)


def test_a_local_file_that_is_not_audio_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("minutes of the meeting")
    with pytest.raises(ProtocolError, match=r"notes\.txt is not a readable audio file"):
        list(read_file(path))
    with pytest.raises(ProtocolError, match="file_not_found"):
        list(read_file(tmp_path / "absent.wav"))


def last_of(channels: int, layout: str, container: str, codec: str) -> bytes:
    """A second of many channels, of which the last one alone is not silent."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=48_000)
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout
        for at in range(0, 48_000, 960):
            samples = np.zeros((1, 960 * channels), np.int16)
            samples[0, channels - 1 :: channels] = 8_000
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
            frame.sample_rate, frame.pts = 48_000, at
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("channels", "layout", "container", "codec"),
    [
        (8, "7.1", "webm", "libopus"),
        (8, "7.1", "adts", "aac"),
        (8, "7.1", "flac", "flac"),
        (12, "7.1.4", "matroska", "wavpack"),
        (24, "22.2", "matroska", "wavpack"),
    ],
)
def test_a_frame_of_many_channels_is_read_to_its_last_one(
    channels: int, layout: str, container: str, codec: str
) -> None:
    tracks = read(last_of(channels, layout, container, codec), multichannel=True)
    assert tracks.shape[0] == 8
    assert abs(tracks[7]).max() > 0.2 / (channels - 7)
    assert abs(tracks[:7]).max() < 0.01
