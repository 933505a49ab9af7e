"""A live stream through FFmpeg to 16 kHz mono, with its holes. Blocks while it reads: runs on a thread.

In: what the network opened. Out: records. A jump of the time stamps is a hole, whose length is told; damaged
packets are skipped.
"""

from collections.abc import Iterator
from typing import Any, Final

import av
import numpy as np

from server.ingest.child.opened import Failed, Opened
from server.ingest.records import Began, Missing, Over, Record, Sound
from server.media import MAX_CONSECUTIVE, RATES, Timeline, floats
from streaming.decoding import TrackDecoder

PROBE: Final = {"probesize": "262144", "analyzeduration": "1000000"}


def decoded(opened: Opened) -> Iterator[Record]:
    """The sound of a stream, to its end. Raises `Failed` `unfit`."""
    try:
        container = _container(opened)
    except (av.FFmpegError, ValueError) as error:
        sentence = f"The stream cannot be opened ({type(error).__name__})."
        raise Failed(Over("unfit", "source_unreadable", sentence)) from None
    with container:
        if not container.streams.audio:
            raise Failed(Over("unfit", "source_without_audio", "The stream has no audio track."))
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        yield from _Placing(opened.continuous).frames(container, stream)


def _container(opened: Opened) -> Any:
    options = {
        **PROBE,
        **opened.options,
        "format_whitelist": opened.formats,
        "protocol_whitelist": opened.protocols or "none",
    }
    return av.open(
        opened.source,
        "r",
        format=opened.format,
        container_options=options,
        buffer_size=4096,
        metadata_errors="replace",
        io_open=opened.opens,
    )


class _Placing:
    """Frames at their times."""

    def __init__(self, continuous: bool) -> None:
        self._continuous = continuous
        self._timeline = Timeline()
        self._decoder = TrackDecoder(multichannel=False)
        self._bad = 0
        self._begun = False

    def frames(self, container: Any, stream: Any) -> Iterator[Record]:
        """All of them."""
        try:
            for packet in container.demux(stream):
                yield from self._packet(packet)
        except (av.FFmpegError, ValueError, OSError):
            pass  # The line knows why; what was decoded is told.
        yield from _sound(self._decoder.finish())

    def _packet(self, packet: Any) -> Iterator[Record]:
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError):
            frames = []
            self._bad += 1
            if self._bad >= MAX_CONSECUTIVE:
                sentence = f"{MAX_CONSECUTIVE} packets of the stream in a row were damaged."
                raise Failed(Over("lost", "source_damaged", sentence)) from None
        for frame in frames:
            self._bad = 0
            yield from self._frame(frame)

    def _frame(self, frame: Any) -> Iterator[Record]:
        try:
            samples = floats(frame)
        except ValueError:
            return
        rate = frame.sample_rate
        if rate not in RATES or not samples.size:
            return
        if not self._begun:
            self._begun = True
            yield Began(frame.time, self._continuous)
        gap = self._timeline.place(frame.time, len(samples) / rate)
        if gap:
            # What the resampler holds comes before the hole, and nothing of before after it.
            yield from _sound(self._decoder.finish())
            self._decoder = TrackDecoder(multichannel=False)
            yield Missing(gap)
        yield from _sound(self._decoder.feed(samples, rate))


def _sound(tracks: Any) -> Iterator[Record]:
    if tracks.size:
        yield Sound(np.ascontiguousarray(tracks[0]))
