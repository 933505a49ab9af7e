"""What a client asks of a session, whatever the wire. Pure data."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal


class Encoding(StrEnum):
    """How audio is written. `AUTO` is any container that FFmpeg reads from a stream."""

    PCM_S16LE = "pcm_s16le"
    PCM_F32LE = "pcm_f32le"
    MULAW = "mulaw"
    ALAW = "alaw"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """`sample_rate` in Hz; both numbers are ignored for `AUTO`, where the container tells."""

    encoding: Encoding
    sample_rate: int = 16_000
    channels: int = 1


@dataclass(frozen=True, slots=True)
class Start:
    """Open a session. `meeting` None makes a new one; `languages` empty: detected among all;
    `stability` None: what the meeting says; `background`: a recording, for which nobody waits just now: it
    is heard without drafts, when no live speech waits; `tracks` names the channels where each is a track of
    its own, and who speaks there (empty: they are counted)."""

    audio: AudioFormat
    meeting: str | None = None
    languages: tuple[str, ...] = ()
    interim: bool = True
    stability: Literal["stable", "accurate"] | None = None
    endpointing_ms: int = 500
    hotwords: tuple[str, ...] = ()
    multichannel: bool = False
    speaker: str | None = None
    track: str | None = None
    tracks: tuple[str, ...] = ()
    title: str | None = None
    template: str | None = None
    record: bool = False
    background: bool = False


@dataclass(frozen=True, slots=True)
class Audio:
    """Bytes in the declared format."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Flush:
    """Finish every word heard so far now."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Hear what is said from the next utterance on in another way, all three as `Start` has them."""

    languages: tuple[str, ...]
    hotwords: tuple[str, ...]
    endpointing_ms: int

    def of(self, start: Start) -> Start:
        """The start that it comes to."""
        return replace(
            start, languages=self.languages, hotwords=self.hotwords, endpointing_ms=self.endpointing_ms
        )


@dataclass(frozen=True, slots=True)
class Ping:
    """Answer with a pong that carries the same id."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """The client is there although it sends no audio."""


@dataclass(frozen=True, slots=True)
class Stop:
    """No more audio comes."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with a session whose socket was lost."""

    session: str
    token: str
    seq: int


Command = Start | Audio | Flush | Change | Ping | KeepAlive | Stop | Resume
