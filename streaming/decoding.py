"""Decoded frames of any rate and layout -> tracks of 16 kHz mono.

Frames of shape (frames, channels) go in, arrays of shape (tracks, samples) come out. Without `multichannel`
all channels are averaged into one track, which cannot clip; with it each channel is a track of its own.
`PcmDecoder` does the same for bytes in a declared encoding. No containers here, no clock.
"""

from collections.abc import Iterator

import numpy as np

from asr.types import SAMPLE_RATE
from streaming import pcm
from streaming.commands import AudioFormat
from streaming.pcm import Frames
from streaming.progress import whole_frames
from streaming.resample import Resampler


class TrackDecoder:
    """Keeps the number of tracks for life, whatever the source turns into later.

    The first frames decide it. Should the source change its rate, its samples so far are flushed and the
    next ones follow on; should it change its channels, those beyond the last track are averaged into it and
    tracks without a channel hear silence.
    """

    def __init__(self, multichannel: bool) -> None:
        self._multichannel = multichannel
        self._resampler: Resampler | None = None
        self.tracks = 0
        """Number of tracks; 0 before the first frames."""

    def feed(self, frames: Frames, rate: int) -> Frames:
        """`frames` of shape (n, channels) at `rate` Hz -> what is ready, shape (tracks, samples)."""
        if not self.tracks:
            self.tracks = min(frames.shape[1], pcm.MAX_CHANNELS) if self._multichannel else 1
        before = None
        if self._resampler is not None and self._resampler.rate != rate:
            before = self._resampler.flush()
            self._resampler = None
        if self._resampler is None:
            self._resampler = Resampler(rate, self.tracks)
        ready = self._resampler.feed(arrange(frames, self.tracks))
        return (ready if before is None else np.concatenate([before, ready])).T

    def silence(self, frames: int, channels: int, rate: int) -> Iterator[Frames]:
        """What is ready after so many frames that are missing, fed as silence, a second at a time."""
        for begin in range(0, frames, rate):
            yield self.feed(np.zeros((min(rate, frames - begin), channels), np.float32), rate)

    def finish(self) -> Frames:
        """The last samples, shape (tracks, samples); nothing may be fed afterwards."""
        if self._resampler is None:
            return np.zeros((self.tracks, 0), np.float32)
        return self._resampler.flush().T


def arrange(frames: Frames, tracks: int) -> Frames:
    """Channels -> tracks, shape (n, tracks). One channel a track, the surplus averaged into the last one."""
    channels = frames.shape[1]
    if channels == tracks:
        return frames
    out = np.zeros((len(frames), tracks), np.float32)
    kept = min(channels, tracks - 1)
    out[:, :kept] = frames[:, :kept]
    # Added one by one: a reduction may add in another order for another number of frames, and then the
    # result would depend on how the stream was cut.
    for channel in range(kept, channels):
        out[:, -1] += frames[:, channel]
    out[:, -1] /= max(channels - kept, 1)
    return out


class PcmDecoder:
    """Bytes in a declared encoding -> tracks. Raises ProtocolError for a format that is not supported."""

    def __init__(self, audio: AudioFormat, multichannel: bool = False, first: int = 0) -> None:
        """`first` is the position (at 16 kHz) of the first frame; `whole_frames` says which ones have one."""
        pcm.validate(audio)
        self._audio = audio
        self._taken = first * audio.sample_rate // SAMPLE_RATE
        self._repeated = 0
        self._decoder = TrackDecoder(multichannel)
        self._decoder.feed(np.zeros((0, audio.channels), np.float32), audio.sample_rate)

    @property
    def tracks(self) -> int:
        """Number of tracks in every array."""
        return self._decoder.tracks

    def feed(self, data: bytes) -> Frames:
        """What is ready, shape (tracks, samples). Raises ProtocolError `audio_misaligned`."""
        frames = pcm.decode(data, self._audio)[self._repeated :]
        self._repeated = max(0, self._repeated - len(data) // pcm.frame_size(self._audio))
        self._taken += len(frames)
        return self._decoder.feed(frames, self._audio.sample_rate)

    def rewind(self) -> int:
        """Prepare for a source that is sent again after a loss: the position (at 16 kHz) from which on.

        It is the last one on a whole frame of the source before what was taken; the frames from there on
        that come a second time are left out, so that time neither drifts nor stutters.
        """
        frames, samples = whole_frames(self._audio.sample_rate)
        self._repeated = self._taken % frames
        return self._taken // frames * samples

    def finish(self) -> Frames:
        """The last samples, shape (tracks, samples)."""
        return self._decoder.finish()
