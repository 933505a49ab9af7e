"""The recordings of a load test, cut into clips with what is said in each.

A folder with `manifest.jsonl` goes in: rows with file, language, kind, reference, doubtful and, for a part of
a file, start and end in seconds. Out come clips of 16 kHz mono without the silence around them, so that a
clip's end is the end of speech. Only rows whose reference may be scored are taken. Decodes with FFmpeg.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import av
import numpy as np

from loadtest.client import RATE, Audio
from loadtest.errors import LoadTestError

KIND = "speech"
LONGEST = 20.0
"""Seconds; a longer clip would leave no room for others in a short run."""
SHORTEST = 0.3
VARIETY = 1 / 3
"""The share of a speaker's words that one clip may have: a score must not hang on a single sentence."""
QUIET = 10 ** (-50 / 20)
"""Frames this far below the loudest one, at either end of a clip, are silence around the speech."""
FRAME = RATE // 50
MARGIN = 2
"""Quiet frames kept at either end: a consonant may hide in them."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One utterance: its sound and its words."""

    name: str
    language: str
    reference: str
    audio: Audio

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.audio) / RATE


@dataclass(frozen=True, slots=True)
class Corpus:
    """Clips, and where they came from."""

    source: str
    clips: tuple[Clip, ...]

    @property
    def seconds(self) -> float:
        """All clips together."""
        return sum(clip.seconds for clip in self.clips)

    def of(self, languages: Sequence[str]) -> "Corpus":
        """The clips of some languages (none named: all). Raises `LoadTestError` when there are none."""
        clips = tuple(clip for clip in self.clips if not languages or clip.language in languages)
        if not clips:
            wanted = f" in {', '.join(languages)}" if languages else ""
            raise LoadTestError("no_clips", f"{self.source} holds no speech{wanted} that can be scored.")
        return replace(self, clips=clips)

    def limited(self, seconds: float, seed: int) -> "Corpus":
        """So many different clips as are said in `seconds` by one speaker, of every language its share.

        Runs with the same limit play the same clips, whatever the number of speakers, so that their word
        error rates may be compared.
        """
        by_language = _grouped(self.clips)
        kept: list[Clip] = []
        for clips in by_language.values():
            kept += _fitting(clips, seconds / len(by_language), random.Random(seed))  # noqa: S311 - not secret
        return replace(self, clips=tuple(kept))


def read_corpus(folder: Path) -> Corpus:
    """The clips of a folder. Raises `LoadTestError` for one that cannot be used."""
    manifest = folder / "manifest.jsonl"
    try:
        rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines() if line.strip()]
        chosen = [row for row in rows if _usable(row)]
    except OSError as error:
        raise LoadTestError("no_corpus", f"{manifest} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LoadTestError("bad_corpus", f"{manifest} is not a manifest: {error}.") from error
    return Corpus(folder.name, tuple(_clips(folder, chosen))).of(())


def packaged_corpus() -> Corpus:
    """The meeting that comes with Steno."""
    return read_corpus(Path(str(files("loadtest") / "samples")))


def trimmed(audio: Audio) -> Audio:
    """The audio without the silence at its ends."""
    count = len(audio) // FRAME
    if not count:
        return audio
    levels = np.sqrt(np.mean(audio[: count * FRAME].reshape(count, FRAME) ** 2, axis=1))
    loud = np.flatnonzero(levels > QUIET * levels.max(initial=0.0))
    if not len(loud):
        return audio[:0]
    return audio[max(int(loud[0]) - MARGIN, 0) * FRAME : (int(loud[-1]) + 1 + MARGIN) * FRAME]


def _grouped(clips: Iterable[Clip]) -> dict[str, list[Clip]]:
    groups: dict[str, list[Clip]] = {}
    for clip in clips:
        groups.setdefault(clip.language, []).append(clip)
    return groups


def _fitting(clips: Sequence[Clip], room: float, rng: random.Random) -> Iterator[Clip]:
    """Clips of together at most `room` seconds, none of which takes most of it; one at the least."""
    short = [clip for clip in clips if clip.seconds <= VARIETY * room]
    for clip in rng.sample(short, len(short)) or [min(clips, key=lambda one: one.seconds)]:
        if clip.seconds <= room or not short:
            room -= clip.seconds
            yield clip


def _usable(row: dict[str, Any]) -> bool:
    return (
        row["kind"] == KIND
        and row.get("doubtful", "no") == "no"
        and bool(row["reference"].strip())
        and bool(row["language"])
    )


def _clips(folder: Path, rows: Sequence[dict[str, Any]]) -> Iterator[Clip]:
    decoded: tuple[str, Audio] | None = None
    for row in rows:
        name = str(row["file"])
        if decoded is None or decoded[0] != name:
            decoded = name, _decode(folder / name)
        begin, end = float(row.get("start", 0.0)), row.get("end")
        part = decoded[1][int(begin * RATE) : None if end is None else int(float(end) * RATE)]
        clip = Clip(name, str(row["language"]), str(row["reference"]), trimmed(part).copy())
        if SHORTEST <= clip.seconds <= LONGEST:
            yield clip


def _decode(path: Path) -> Audio:
    """A file as 16 kHz mono in [-1, 1]."""
    resampler = av.AudioResampler("s16", "mono", RATE)
    try:
        with av.open(str(path)) as container:
            frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
            frames += resampler.resample(None)
    except (av.FFmpegError, OSError, ValueError, IndexError) as error:
        raise LoadTestError("bad_recording", f"{path} cannot be decoded: {error}.") from error
    pieces = [frame.to_ndarray().reshape(-1) for frame in frames]
    return np.concatenate([np.zeros(0, np.int16), *pieces]).astype(np.float32) / np.float32(32768)
