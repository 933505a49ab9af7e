"""What must be stored of a session so that it can go on after its process was lost. Pure data, as JSON.

A session goes on at a position on its own clock: the client sends the audio from there again, and each track
knows how much of it has its outcome already. So nothing is heard twice, whichever track was ahead.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import gcd, lcm
from typing import Any

from asr.types import SAMPLE_RATE
from streaming.commands import AudioFormat, Encoding, Start
from streaming.joining import Ending
from streaming.segmenter import WINDOW


@dataclass(frozen=True, slots=True)
class TrackProgress:
    """One track. All audio before the sample `settled` has its outcome, which is stored: `totals` are the
    samples of each outcome, `told` the utterances among them, `language` what was spoken last and `ending`
    how the last of them ended."""

    settled: int
    told: int
    totals: Mapping[str, int]
    language: str | None = None
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """A whole session. Audio is needed again from `position` on; `written` segments have text."""

    position: int
    written: int
    tracks: tuple[TrackProgress, ...]

    def as_json(self) -> dict[str, Any]:
        """What `of_json` reads."""
        return {
            "position": self.position,
            "written": self.written,
            "tracks": [{**asdict(track), "totals": dict(track.totals)} for track in self.tracks],
        }

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> "Progress":
        """A stored progress."""
        tracks = tuple(_track_of_json(track) for track in value["tracks"])
        return cls(value["position"], value["written"], tracks)


def _track_of_json(value: Mapping[str, Any]) -> TrackProgress:
    ending = value.get("ending")
    if ending is None:
        return TrackProgress(**value)
    return TrackProgress(**{**value, "ending": Ending(**{**ending, "beyond": tuple(ending["beyond"])})})


def whole_frames(rate: int) -> tuple[int, int]:
    """The least step in which a source at `rate` Hz and the clock meet: (frames of it, samples at 16 kHz)."""
    common = gcd(rate, SAMPLE_RATE)
    return rate // common, SAMPLE_RATE // common


def step(audio: AudioFormat) -> int:
    """Positions at which a stream in this format can be taken up again are multiples of so many samples.

    They are borders of the speech detector's windows, so that it hears the same windows again, and lie on
    whole frames of the source. A container cannot be taken up in its midst: its step is 1.
    """
    if audio.encoding is Encoding.AUTO:
        return 1
    return lcm(WINDOW, whole_frames(audio.sample_rate)[1])


def start_as_json(start: Start) -> dict[str, Any]:
    """The options of a stream as `start_of_json` reads them."""
    return asdict(start)


def start_of_json(value: Mapping[str, Any]) -> Start:
    """The options of a stored stream; what this version does not know is left out."""
    known = {field.name for field in fields(Start)}
    given = {name: part for name, part in value.items() if name in known}
    audio = given.pop("audio")
    given |= {name: tuple(given.get(name, ())) for name in ("languages", "hotwords", "tracks")}
    encoded = AudioFormat(Encoding(audio["encoding"]), audio["sample_rate"], audio["channels"])
    return Start(audio=encoded, **given)
