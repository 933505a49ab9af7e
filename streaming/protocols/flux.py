"""Deepgram's wire of turns, `/v2/listen`: each turn of a speaker is told from first word to last.

A turn ends with a pause, or when the client says so. Text of a turn may change until then. Whether a turn is
over is decided by the pause and nothing is guessed before: `end_of_turn_confidence` is 1 at its end and 0 on
the way there, and there is no eager end.
"""

from datetime import datetime
from typing import Any, Final, Literal

from streaming.commands import Audio, Command, Flush, KeepAlive, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import Caption, Ended, Event, Flushed, Problem, Speech
from streaming.protocols.aligning import Aligner
from streaming.protocols.codec import Received
from streaming.protocols.deepgram_query import Query, Wishes, read_wishes
from streaming.protocols.deepgram_results import NOT_MEASURED
from streaming.protocols.frames import as_text, check_size, check_text, read_object, shown
from streaming.protocols.pauses import Pauses
from streaming.segments import Segment

Kind = Literal["StartOfTurn", "Update", "EndOfTurn"]
_COMMANDS: dict[str, Command] = {"KeepAlive": KeepAlive(), "ForceEndTurn": Flush(), "CloseStream": Stop()}


class FluxCodec:
    """One client. Raises `ProtocolError` for a query that cannot be served."""

    resumable: Final = False

    def __init__(self, query: Query, request_id: str, _: datetime) -> None:
        self.wishes = wishes_of(query)
        self._request_id = request_id
        self._aligner = Aligner(self.wishes.start.audio)
        self._pauses = Pauses()
        self._sequence = 0
        self._forced = 0
        self._turn = 0
        self._begun: float | None = None
        """Where the running turn begins, in seconds; None between turns."""
        self._shown: str | None = None
        """The segment whose text may still change."""
        self._finals: list[Segment] = []  # bounded: by the pieces of one turn's speech

    def begin(self) -> Received:
        """The session, whose options stand in the address, and a greeting."""
        return Received((self.wishes.start,), (self._message({"type": "Connected"}),))

    def receive_text(self, text: str) -> Received:
        """`ForceEndTurn`, `CloseStream` or `Configure`. Raises `ProtocolError`."""
        check_text(text)
        kind = read_object(text).get("type")
        if kind == "Configure":
            failure = {
                "type": "ConfigureFailure",
                "code": "NOT_SUPPORTED",
                "description": "Options of a stream that has begun stay as they are; begin a new one.",
            }
            return Received(replies=(self._message(failure),))
        command = _COMMANDS.get(kind) if isinstance(kind, str) else None
        if command is None:
            raise ProtocolError("unknown_type", f"There is no message of type {shown(kind)}.")
        if isinstance(command, Flush):
            self._forced += 1
        return Received((command,))

    def receive_bytes(self, data: bytes) -> Received:
        """Audio, cut anywhere. An empty message is none."""
        check_size(len(data))
        whole = self._aligner.feed(data)
        return Received((Audio(whole),) if whole else ())

    def send(self, event: Event) -> tuple[str, ...]:
        """`TurnInfo`, for what changes a turn."""
        match event:
            case Caption(final=False):
                return self._draft(event)
            case Caption():
                return self._final(event.segment)
            case Speech(state="stopped"):
                self._pauses.heard(event.at)
            case Flushed():
                told = self._end()
                self._forced = max(0, self._forced - 1)
                return told
            case Ended():
                return self._end()
        return ()

    def close(self, problem: Problem | None) -> tuple[tuple[str, ...], int, str]:
        """An `Error` before the close; clients come again after any code but 1000."""
        if problem is None:
            return (), Close.DONE, ""
        error = {"type": "Error", "code": problem.code.upper(), "description": problem.message}
        close = Close.OUR_FAULT if problem.close is Close.NO_AUDIO else problem.close
        return (self._message(error),), close, problem.code

    def _draft(self, caption: Caption) -> tuple[str, ...]:
        segment = caption.segment
        text = f"{segment.text} {caption.pending}".strip()
        if not text or self._shown not in {None, segment.id}:
            return ()  # One text at a time may change; the next one is shown when it is final.
        self._shown = segment.id
        unsure = [{"word": word, "confidence": NOT_MEASURED} for word in text.split()]
        return (self._tell(self._kind(segment), text, unsure, segment.end),)

    def _final(self, segment: Segment) -> tuple[str, ...]:
        if self._shown == segment.id:
            self._shown = None
        over = self._pauses.follow(segment)
        told: tuple[str, ...] = ()
        if segment.text:
            kind = self._kind(segment)
            self._finals.append(segment)
            if kind == "StartOfTurn" or not over:
                told = (self._tell(kind, "", [], segment.end),)
        return (*told, *self._end()) if over else told

    def _kind(self, segment: Segment) -> Kind:
        if self._begun is not None:
            return "Update"
        self._begun = segment.start
        return "StartOfTurn"

    def _end(self) -> tuple[str, ...]:
        """The running turn is over, if there is one."""
        if self._begun is None:
            return ()
        end = self._finals[-1].end if self._finals else self._begun
        told = self._tell("EndOfTurn", "", [], end)
        self._turn += 1
        self._begun = None
        self._finals.clear()
        return (told,)

    def _tell(self, kind: Kind, draft: str, unsure: list[dict[str, Any]], end: float) -> str:
        """One `TurnInfo`: the finals of the turn, and the draft of what follows them."""
        words = [
            {"word": word.word, "confidence": word.confidence, "start": word.start, "end": word.end}
            for segment in self._finals
            for word in segment.words
        ]
        info: dict[str, Any] = {
            "type": "TurnInfo",
            "event": kind,
            "turn_index": self._turn,
            "audio_window_start": self._begun,
            "audio_window_end": end,
            "transcript": " ".join(filter(None, [*(one.text for one in self._finals), draft])),
            "words": [*words, *unsure],
            "end_of_turn_confidence": 1.0 if kind == "EndOfTurn" else 0.0,
        }
        if kind == "EndOfTurn":
            info["trigger"] = "manual" if self._forced else "model"
        languages = list(dict.fromkeys(segment.language for segment in self._finals))
        if self.wishes.name_language and languages:
            info["languages"] = languages
        return self._message(info)

    def _message(self, body: dict[str, Any]) -> str:
        number, self._sequence = self._sequence, self._sequence + 1
        return as_text({**body, "request_id": self._request_id, "sequence_id": number})


def wishes_of(query: Query) -> Wishes:
    """What a call asks for; a model that is named for many languages hears all."""
    model = (*query.get("model", ()), "")[0]
    language = ["multi" if model.endswith("-multi") else "en"]
    return read_wishes(
        {"language": language, **query, "interim_results": ["true"], "multichannel": ["false"]}
    )
