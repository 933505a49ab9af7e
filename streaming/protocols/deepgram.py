"""Deepgram's live wire, `/v1/listen`: the address says what is wanted, binary messages are audio. Pure.

Each channel is told apart: `Results` follow each other without a hole, an interim one replaces the one
before, a final one fixes the text. What ends a pause makes it `speech_final`. Text that this wire cannot
read is answered with `Error`, and the stream goes on.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from streaming.commands import Audio, Command, Flush, KeepAlive, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import Ack, Caption, Ended, Event, Flushed, Problem, Speech
from streaming.protocols.aligning import Aligner
from streaming.protocols.codec import Received
from streaming.protocols.deepgram_query import Query, read_wishes
from streaming.protocols.deepgram_results import (
    NOT_MEASURED,
    alternative,
    model_metadata,
    shown_text,
    whole_metadata,
)
from streaming.protocols.frames import as_text, check_size, check_text, read_object, shown
from streaming.protocols.pauses import Pauses

SAMPLE_RATE: Final = 16_000

_COMMANDS: dict[str, Command] = {"KeepAlive": KeepAlive(), "Finalize": Flush(), "CloseStream": Stop()}
_UNDECODABLE = {
    "audio_misaligned",
    "container_bomb",
    "container_corrupt",
    "container_unreadable",
    "container_without_audio",
    "no_audio_track",
}


@dataclass(slots=True)
class _Channel:
    """What was told of one channel. `told` is the end of its last final; `pauses` the ends of speech whose
    final is to come; `shown` the segment whose text may still change; `last_word` the end of the
    last word whose `UtteranceEnd` is to come; `held` a final that may be the last one of a `Finalize`."""

    told: float = 0.0
    pauses: Pauses = field(default_factory=Pauses)
    shown: str | None = None
    speaking: bool = False
    last_word: float | None = None
    held: dict[str, Any] | None = None


class DeepgramCodec:
    """One client. Raises `ProtocolError` for a query that cannot be served."""

    resumable: Final = False

    def __init__(self, query: Query, request_id: str, now: datetime) -> None:
        """`now` is the time of day at the handshake, with its zone."""
        self.wishes = read_wishes(query)
        self._request_id = request_id
        self._created = now.isoformat().replace("+00:00", "Z")
        audio = self.wishes.start.audio
        self._channels = [_Channel() for _ in range(audio.channels if self.wishes.start.multichannel else 1)]
        self._aligner = Aligner(audio)
        self._digest = hashlib.sha256()
        self._heard = 0.0
        self._finalizing = 0

    def begin(self) -> Received:
        """The session: its options stand in the address."""
        return Received((self.wishes.start,))

    def receive_text(self, text: str) -> Received:
        """`KeepAlive`, `Finalize`, `CloseStream` or `Configure`."""
        try:
            check_text(text)
            kind = read_object(text).get("type")
        except ProtocolError as error:
            return Received(replies=(self._schema_error(error.message),))
        if kind == "Configure":
            return Received(replies=(self._not_configured(),))
        command = _COMMANDS.get(kind) if isinstance(kind, str) else None
        if command is None:
            return Received(replies=(self._schema_error(f"There is no message of type {shown(kind)}."),))
        if isinstance(command, Flush):
            self._finalizing += 1
        return Received((command,))

    def receive_bytes(self, data: bytes) -> Received:
        """Audio, cut anywhere. An empty message is none."""
        check_size(len(data))
        self._digest.update(data)
        whole = self._aligner.feed(data)
        self._heard = max(self._heard, self._aligner.seconds)
        commands = (Audio(whole),) if whole else ()
        return Received(commands, tuple(self._utterance_ends()))

    def send(self, event: Event) -> tuple[str, ...]:
        """`Results`, `SpeechStarted`, `UtteranceEnd` and `Metadata`."""
        match event:
            case Caption(final=False):
                told = self._interim(event)
            case Caption():
                told = self._final(event)
            case Speech():
                told = self._speech(event)
            case Ack():
                told = self._acknowledged(event.position / SAMPLE_RATE)
            case Flushed():
                told = self._finalized(event.position / SAMPLE_RATE)
            case Ended():
                told = [*self._release_all(), self._metadata(event)]
            case _:
                told = []
        return (*map(as_text, told), *self._utterance_ends())

    def close(self, problem: Problem | None) -> tuple[tuple[str, ...], int, str]:
        """An `Error` before the close; clients come again after any code but 1000."""
        if problem is None:
            return (), Close.DONE, ""
        code, reason = int(problem.close), problem.code
        if problem.close is Close.NO_AUDIO:
            code, reason = int(Close.OUR_FAULT), "NET-0001"
        elif problem.code in _UNDECODABLE:
            code, reason = int(Close.NOT_ALLOWED), "DATA-0000"
        error = {
            "type": "Error",
            "variant": reason,
            "code": reason,
            "description": problem.message,
            "message": problem.message,
        }
        return (as_text(error),), code, reason

    # What was said.

    def _interim(self, caption: Caption) -> list[dict[str, Any]]:
        segment = caption.segment
        index, channel = self._channel(segment.track)
        if not self.wishes.interim or channel.shown not in {None, segment.id}:
            return []  # One text at a time may change; the next one is shown when it is final.
        channel.shown = segment.id
        text = f"{segment.text} {caption.pending}".strip()
        reading = {
            "transcript": shown_text(text, formatted=self.wishes.formatted),
            "confidence": NOT_MEASURED,
            "words": [],
        }
        return [*_released(channel), self._results(index, segment.end, reading, final=False)]

    def _final(self, caption: Caption) -> list[dict[str, Any]]:
        segment = caption.segment
        index, channel = self._channel(segment.track)
        if channel.shown == segment.id:
            channel.shown = None
        over = channel.pauses.follow(segment)
        reading = alternative(
            segment, formatted=self.wishes.formatted, name_language=self.wishes.name_language
        )
        results = self._results(index, segment.end, reading, final=True, speech_final=over)
        if segment.text:
            channel.last_word = segment.words[-1].end if segment.words else segment.end
        before = _released(channel)
        if self._finalizing:
            channel.held = results
            return before
        return [*before, results]

    def _speech(self, speech: Speech) -> list[dict[str, Any]]:
        index, channel = self._channel(speech.track)
        channel.speaking = speech.state == "started"
        self._heard = max(self._heard, speech.at)
        if not channel.speaking:
            if not self._aligner.seconds:
                # The bytes of a container tell no time; what ended the speech was a pause.
                self._heard = max(self._heard, speech.at + self.wishes.start.endpointing_ms / 1000)
            channel.pauses.heard(speech.at)
            return []
        if not self.wishes.vad_events:
            return []
        place = [index, len(self._channels)]
        return [*_released(channel), {"type": "SpeechStarted", "channel": place, "timestamp": speech.at}]

    def _acknowledged(self, until: float) -> list[dict[str, Any]]:
        """Sounds without words get an empty final, so that who waits for the end of speech has it."""
        self._heard = max(self._heard, until)
        told: list[dict[str, Any]] = []
        for index, channel in enumerate(self._channels):
            silent = channel.pauses.without_words(channel.told, until)
            if silent is not None:
                told += [*_released(channel), self._empty(index, silent, speech_final=True)]
        return told

    def _finalized(self, until: float) -> list[dict[str, Any]]:
        """Every word before `until` is final: the last `Results` of each channel say that."""
        self._finalizing = max(0, self._finalizing - 1)
        told: list[dict[str, Any]] = []
        for index, channel in enumerate(self._channels):
            last = _released(channel) or [self._empty(index, until)]
            last[-1]["from_finalize"] = True
            told += last
        return told

    def _release_all(self) -> list[dict[str, Any]]:
        return [held for channel in self._channels for held in _released(channel)]

    def _empty(self, index: int, until: float, *, speech_final: bool = False) -> dict[str, Any]:
        nothing = {"transcript": "", "confidence": NOT_MEASURED, "words": []}
        return self._results(index, until, nothing, final=True, speech_final=speech_final)

    def _results(
        self, index: int, until: float, reading: dict[str, Any], *, final: bool, speech_final: bool = False
    ) -> dict[str, Any]:
        channel = self._channels[index]
        start, until = channel.told, max(channel.told, until)
        if final:
            channel.told = until
        return {
            "type": "Results",
            "channel_index": [index, len(self._channels)],
            "start": start,
            "duration": until - start,
            "is_final": final,
            "speech_final": speech_final,
            "from_finalize": False,
            "channel": {"alternatives": [reading]},
            "metadata": model_metadata(self._request_id),
        }

    def _utterance_ends(self) -> list[str]:
        """The channels that have been silent for long enough after their last final word."""
        wait = self.wishes.utterance_end
        told = []
        for index, channel in enumerate(self._channels):
            last = channel.last_word
            if wait is None or last is None or channel.speaking or channel.held:
                continue
            if self._heard >= last + wait and not channel.pauses:
                channel.last_word = None
                place = [index, len(self._channels)]
                told.append(as_text({"type": "UtteranceEnd", "channel": place, "last_word_end": last}))
        return told

    def _channel(self, track: str | None) -> tuple[int, _Channel]:
        """The channel of a track, which is named after its number where there are several."""
        index = int(track) if track is not None and track.isdecimal() else 0
        while len(self._channels) <= index:  # A container tells late how many it has.
            self._channels.append(_Channel())
        return index, self._channels[index]

    # About the stream.

    def _metadata(self, ended: Ended) -> dict[str, Any]:
        about = whole_metadata(
            self._request_id,
            sha256=self._digest.hexdigest(),
            created=self._created,
            duration=ended.duration,
            channels=max(self.wishes.start.audio.channels, len(self._channels)),
            tags=self.wishes.tags,
        )
        return {"type": "Metadata", **about}

    def _schema_error(self, sentence: str) -> str:
        return as_text({"type": "Error", "variant": "SchemaError", "description": sentence})

    def _not_configured(self) -> str:
        return as_text(
            {
                "type": "ConfigureFailure",
                "request_id": self._request_id,
                "code": "NOT_SUPPORTED",
                "description": "Options of a stream that has begun stay as they are; begin a new one.",
            }
        )


def _released(channel: _Channel) -> list[dict[str, Any]]:
    held, channel.held = channel.held, None
    return [held] if held else []
