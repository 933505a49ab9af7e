"""Audio out of any container that FFmpeg knows, as tracks at 16 kHz.

A file path or an object with `read` goes in, arrays of shape (tracks, samples) come out, as soon as FFmpeg
gives them. Holes in the timestamps become silence, so that a sample's index stays its time; damaged packets
are skipped and counted. Blocks while it reads: live streams run it on a thread (`server.live.container`).
Formats that make FFmpeg open other files or addresses (playlists and the like) are refused.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import av
import av.logging
import numpy as np
import numpy.typing as npt
from av.audio.plane import AudioPlane

from asr.types import Waveform
from server.ffmpeg import bound_allocations
from streaming.decoding import TrackDecoder
from streaming.errors import Close, ProtocolError
from streaming.pcm import Frames, safe

# FFmpeg must not write to stderr; PyAV then routes nothing through Python's lock either.
av.logging.set_level(None)
bound_allocations()

FORMATS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,asf,au,avi,caf,eac3,flac,flv,"
    "matroska,mov,mp3,mpeg,mpegts,ogg,tta,w64,wav,wv"
)
"""Demuxers that read one self-contained stream. A playlist is not among them, on purpose."""

_DTYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "flt": "f4", "dbl": "f8"}
"""FFmpeg's sample formats, and numpy's names of them."""

MAX_CONSECUTIVE = 100
"""Damaged packets in a row (2 s of Opus) before the stream is given up."""

MAX_GAP = 60.0
"""Seconds that a jump of the timestamps may fill with silence; a longer one is a new beginning."""
MAX_OVERLAP = 1.0
"""Seconds that timestamps may fall back before that is a new beginning."""
TOLERANCE = 0.015
"""Seconds of jitter let pass: containers round to 1 ms, Ogg Vorbis starts 10 ms off. A lost Opus packet is
20 ms, so it shows."""

BOMB_ALLOWANCE = 60.0
BOMB_SECONDS_PER_BYTE = 0.05
"""Seconds that one byte may decode to. Opus at 6 kb/s is 0.0013; the least that an honest recorder sends is
Opus in discontinuous transmission, 8 bytes of WebM block every 400 ms."""

MAX_MUTE_BYTES = 32 << 20
"""Bytes in a row that may come without a decoded sample: more than the index of a meeting of eight hours and
its cover, or than the pictures between two pieces of sound."""

RATES = range(1_000, 768_001)
"""Of frames that are taken, in Hz."""
_MAGIC = ((b"\x1aE\xdf\xa3", "matroska"), (b"OggS", "ogg"), (b"fLaC", "flac"))
# What FFmpeg reads ahead of the first audio. For formats whose header tells all it may be little (but never
# "nobuffer", which throws the audio away that was looked at). FFmpeg alone decides to look through the first
# 64 KB of a 16-bit WAV for hidden S/PDIF.
_EARLY = {"probesize": "4096", "analyzeduration": "1"}
_CAREFUL = {"probesize": "1048576", "analyzeduration": "100000"}


class ByteSource(Protocol):
    """Where the container comes from: `read` gives at most `size` bytes, and b"" only at the end."""

    def read(self, size: int) -> bytes:
        """The next bytes."""
        ...


class AudioReader:
    """The first audio track of one container. Iterate once; errors come after all that could be decoded.

    Raises ProtocolError `container_unreadable`, `no_audio_track`, `container_corrupt` or, when `received`
    (bytes so far) is given, `container_bomb` and `container_without_audio`.
    """

    def __init__(
        self,
        source: ByteSource | Path,
        *,
        multichannel: bool = False,
        received: Callable[[], int] | None = None,
    ) -> None:
        self._source = source
        self._mute = _Mute(source) if received and not isinstance(source, Path) else None
        self._received = received
        self._decoder = TrackDecoder(multichannel)
        self._timeline = Timeline()
        self._row = 0
        self._seconds = 0.0
        self.skipped = 0
        """Damaged packets left out so far."""
        self.truncated = False
        """After the end: whether less came than the container had announced (not all announce)."""

    def __iter__(self) -> Iterator[Frames]:
        head = None if isinstance(self._source, Path) else _Head(self._mute or self._source)
        container = _open(self._source, head)
        with container:
            if not container.streams.audio:
                raise ProtocolError(
                    "no_audio_track", "The container holds no audio track.", Close.NOT_UNDERSTOOD
                )
            stream = container.streams.audio[0]
            try:
                for frame in self._frames(container, stream):
                    yield from self._place(frame)
            except _HopelessError as why:
                yield self._decoder.finish()
                raise self._corrupt(head) from why
            yield self._decoder.finish()
            self.truncated |= self._seconds < _announced(container, stream) - 0.5

    def _corrupt(self, head: "_Head | None") -> ProtocolError:
        if not self._decoder.tracks:
            return _unreadable(head)
        return ProtocolError(
            "container_corrupt",
            f"{MAX_CONSECUTIVE} packets in a row were damaged after {self._seconds:.1f} s of audio.",
            Close.NOT_UNDERSTOOD,
        )

    def _frames(self, container: Any, stream: Any) -> Iterator[Any]:
        """Decoded frames; a damaged packet is skipped, and demuxing goes on behind a damaged place."""
        ended = False
        while not ended:
            try:
                for packet in container.demux(stream):
                    yield from self._decode(packet)
                ended = True
            except (av.FFmpegError, ValueError) as error:
                self._skip(error)

    def _decode(self, packet: Any) -> Iterator[Any]:
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError) as error:
            self._skip(error)
            return
        if frames:
            self._row = 0
        yield from frames

    def _skip(self, error: Exception) -> None:
        self.skipped += 1
        self._row += 1
        if self._row >= MAX_CONSECUTIVE:
            raise _HopelessError from error

    def _place(self, frame: Any) -> Iterator[Frames]:
        """A frame at its time: silence for the hole before it, then its samples."""
        try:
            samples = floats(frame)
        except ValueError as error:
            self._skip(error)
            return
        if frame.sample_rate not in RATES or not samples.size:
            return
        if self._mute:
            self._mute.count = 0
        rate = frame.sample_rate
        length = len(samples) / rate
        gap = self._timeline.place(frame.time, length)
        self._seconds += gap + length
        self._guard()
        yield from self._decoder.silence(round(gap * rate), samples.shape[1], rate)
        yield self._decoder.feed(samples, rate)

    def _guard(self) -> None:
        if self._received is not None:
            _check_bomb(self._seconds, self._received())


def _check_bomb(seconds: float, received: int) -> None:
    if seconds > BOMB_ALLOWANCE + BOMB_SECONDS_PER_BYTE * received:
        raise ProtocolError(
            "container_bomb",
            f"{received} bytes turned into {seconds:.0f} s of audio; send real recordings.",
            Close.NOT_ALLOWED,
        )


class Timeline:
    """Where the next sample belongs. Never takes time away: it only says how much silence is missing."""

    def __init__(self) -> None:
        self._next: float | None = None

    def place(self, at: float | None, length: float) -> float:
        """Seconds of silence to insert before a frame of `length` seconds stamped `at`."""
        if self._next is None or at is None:
            self._next = (at if self._next is None else self._next) or 0.0
            self._next += length
            return 0.0
        jump = at - self._next
        if not -MAX_OVERLAP <= jump < MAX_GAP:
            self._next = at + length
            return 0.0
        gap = jump if jump > TOLERANCE else 0.0
        self._next += gap + length
        return gap


class _HopelessError(Exception):
    """Too many damaged packets in a row."""


class _Mute:
    """A source that is given up when it goes on and on and nothing can be heard of it."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self.count = 0
        """Bytes since the last decoded sample."""

    def read(self, size: int) -> bytes:
        """The next bytes. Raises ProtocolError `container_without_audio`."""
        # FFmpeg asks for more when it has gone through what it has.
        if self.count >= MAX_MUTE_BYTES:
            raise ProtocolError(
                "container_without_audio",
                f"{MAX_MUTE_BYTES} bytes in a row held no sample of audio; send a recording of sound.",
                Close.NOT_ALLOWED,
            )
        piece = self._source.read(size)
        self.count += len(piece)
        return piece


class _Head:
    """A source whose first bytes were looked at: they name the format, which saves FFmpeg its own probing."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self.start = b""
        while len(self.start) < 12 and (piece := source.read(12 - len(self.start))):
            self.start += piece
        self._rest = self.start

    def read(self, size: int) -> bytes:
        """The next bytes, the ones already seen first."""
        if not self._rest:
            return self._source.read(size)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def format(self) -> str | None:
        """FFmpeg's name of the format, when its first bytes leave no doubt."""
        if self.start.startswith(b"RIFF"):  # AVI begins so too
            return "wav" if self.start.endswith(b"WAVE") else None
        return next((name for magic, name in _MAGIC if self.start.startswith(magic)), None)


def _open(source: ByteSource | Path, head: _Head | None) -> Any:
    name = head.format() if head else None
    try:
        return av.open(
            head or str(source),
            "r",
            format=name,
            container_options={
                **(_EARLY if name else _CAREFUL),
                "format_whitelist": FORMATS,
                "protocol_whitelist": "file" if head is None else "",
            },
            metadata_errors="replace",
        )
    except (av.FFmpegError, ValueError) as error:
        raise _unreadable(head) from error


def _unreadable(head: _Head | None) -> ProtocolError:
    hint = (
        "send the file or the recorder's output from its very first byte, as WebM, Ogg, MP3, AAC, FLAC or WAV"
    )
    if head and not head.start:
        hint = "no bytes were received"
    elif head and head.start[4:8] == b"ftyp":
        hint = "an MP4 whose index is at the end cannot be streamed: upload it, or write it with faststart"
    elif head is None:
        hint = "it is damaged or holds no audio"
    return ProtocolError(
        "container_unreadable", f"The audio container cannot be opened; {hint}.", Close.NOT_UNDERSTOOD
    )


def _announced(container: Any, stream: Any) -> float:
    """Seconds that the container says it holds; 0 when it does not say."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return float(container.duration or 0) / av.time_base


def floats(frame: Any) -> Frames:
    """Samples of a frame in [-1, 1], shape (n, channels). Raises ValueError for a format without numbers."""
    packed = _packed(frame)
    samples: Frames = packed.astype(np.float32)
    if packed.dtype.kind == "f":
        return safe(samples)
    if packed.dtype.kind == "u":
        samples -= 128
    samples /= 2.0 ** (8 * packed.dtype.itemsize - 1)
    return samples


def _packed(frame: Any) -> npt.NDArray[Any]:
    """Samples as they were decoded, shape (n, channels).

    PyAV's own way to all planes looks for a null pointer behind the last one. From eight channels on there
    is none, and it reads memory that is not the frame's: the process ends there.
    """
    dtype = _DTYPES.get(frame.format.packed.name)
    if dtype is None:
        raise ValueError(f"samples of the format {frame.format.name!r} cannot be read")
    channels = frame.layout.nb_channels
    planes, count = (channels, frame.samples) if frame.format.is_planar else (1, frame.samples * channels)
    held: list[Any] = [AudioPlane(frame, index) for index in range(planes)]
    read = [np.frombuffer(plane, dtype, count) for plane in held]
    return np.stack(read, axis=1) if frame.format.is_planar else read[0].reshape(-1, channels)


def duration(path: Path) -> float | None:
    """Seconds of a local file by its own account, None where it gives none. Raises ProtocolError."""
    with _open(path, None) as container:
        return container.duration / av.time_base if container.duration else None


def probe(path: Path) -> float | None:
    """The same of a file that somebody sent, whose first audio is decoded. Raises what `AudioReader` does."""
    size = path.stat().st_size
    for _ in AudioReader(path, received=lambda: size):
        break
    seconds = duration(path)
    if seconds is not None:
        _check_bomb(seconds, size)
    return seconds


def read_file(path: Path) -> Iterator[Waveform]:
    """The audio of a local file as pieces of 16 kHz mono, float32 of shape (samples,).

    Raises ProtocolError `file_not_found` or what `AudioReader` raises, as one sentence about this file.
    """
    if not path.is_file():
        raise ProtocolError("file_not_found", f"There is no file {path}.")
    try:
        for tracks in AudioReader(path):
            yield tracks[0] if len(tracks) else np.zeros(0, np.float32)
    except ProtocolError as error:
        raise ProtocolError(error.code, f"{path} is not a readable audio file: {error.message}") from error
