"""The wire of Speechmatics' real-time API: `StartRecognition`, audio, JSON text. Pure.

A partial transcript holds the words of the running utterance, a transcript those of one that has ended. Each
message of audio is acknowledged by its number. Audio is binary; where channels come apart it is text, and
every channel is a track of its own on one clock. A translation is answered with a warning and goes without.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final, Literal

from streaming.commands import Audio, AudioFormat, Command, Encoding, Flush, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import Caption, Event, Flushed, Problem, Ready, Speech
from streaming.pcm import frame_size
from streaming.protocols.aligning import Aligner
from streaming.protocols.codec import Received
from streaming.protocols.credentials import NOT_AUTHORISED
from streaming.protocols.frames import as_text, check_size, check_text, read_fields, read_object, shown
from streaming.protocols.interleaving import Interleaver
from streaming.protocols.speechmatics_results import transcript
from streaming.protocols.speechmatics_start import Asked, Channel, Message, Transcription, read_start
from streaming.protocols.spoken import OneAfterTheOther, clock

SAMPLE_RATE: Final = 16_000
"""Positions of events are samples at this rate."""

_TYPES: Final = {
    **dict.fromkeys(NOT_AUTHORISED, "not_authorised"),
    "bad_json": "invalid_message",
    "bad_sample_rate": "invalid_audio_type",
    "idle": "idle_timeout",
    "invalid_field": "invalid_config",
    "language_not_supported": "invalid_language",
    "too_many_requests": "quota_exceeded",
    "unknown_encoding": "invalid_audio_type",
    "unknown_type": "invalid_message",
}
_BY_FAULT: Final = {
    Close.OUR_FAULT: "job_error",
    Close.RESTART: "job_error",
    Close.OVERLOADED: "quota_exceeded",
}
_CLOSES: Final = {"not_authorised": 4001, "invalid_language": 4004, "quota_exceeded": 4005}


class _Change(Message):
    transcription_config: Transcription


class _ChannelAudio(Message):
    channel: Channel
    data: str


class _EndOfChannel(Message):
    channel: Channel


class _Voice:
    """What the client was told of one channel, or of the only one."""

    def __init__(self) -> None:
        self.shown = OneAfterTheOther()
        self.received = 0
        self.stopped_at: float | None = None


class SpeechmaticsCodec:
    """One client: `StartRecognition` first and once, nothing after the end of its audio."""

    resumable: Final = False

    def __init__(self, language: str | None = None) -> None:
        """`language`: what the address names; it counts if the first message names none."""
        self._language = language
        self._state: Literal["new", "started", "stopped"] = "new"
        self._asked: Asked | None = None
        self._partials = False
        self._voices: dict[str | None, _Voice] = {None: _Voice()}
        self._channels: Interleaver | None = None
        self._aligner: Aligner | None = None
        self._forced = False

    def begin(self) -> Received:
        """Nothing: the client speaks first."""
        return Received()

    def receive_text(self, text: str) -> Received:
        """One message. Raises `ProtocolError`."""
        message = read_object(text)
        kind = message.get("message")
        if kind != "AddChannelAudio":
            check_text(text)
        if not isinstance(kind, str) or kind not in _KINDS:
            raise ProtocolError("unknown_type", f"There is no message of type {shown(kind)}.")
        self._check_order(kind)
        match kind:
            case "StartRecognition":
                return self._start(message)
            case "AddChannelAudio":
                return self._channel_audio(message)
            case "EndOfChannel":
                return self._end_of_channel(message)
            case "SetRecognitionConfig":
                return self._change(message)
            case "ForceEndOfUtterance":
                self._forced = True
                return Received((Flush(),))
            case "GetSpeakers":
                return Received(replies=(_said("SpeakersResult", speakers=[]),))
            case _:
                return Received(self._stop())

    def receive_bytes(self, data: bytes) -> Received:
        """Audio in the format of the start; it is acknowledged by its number."""
        check_size(len(data))
        self._check_order("audio")
        if self._channels is not None:
            raise ProtocolError("unexpected_binary", "Send AddChannelAudio instead.", Close.NOT_UNDERSTOOD)
        voice = self._voices[None]
        voice.received += 1
        whole = data if self._aligner is None else self._aligner.feed(data)
        return Received((Audio(whole),), (_said("AudioAdded", seq_no=voice.received),))

    def send(self, event: Event) -> tuple[str, ...]:
        """The messages of an event."""
        match event:
            case Ready():
                return self._ready(event)
            case Speech(state="stopped"):
                self._voice(event.track).stopped_at = event.at
            case Caption():
                return self._transcript(event)
            case Flushed() if self._forced:
                # A client that forced an end waits for it, whether or not somebody was speaking.
                self._forced = False
                return (_end_of_utterance(clock(event.position / SAMPLE_RATE), None),)
        return ()

    def close(self, problem: Problem | None) -> tuple[tuple[str, ...], int, str]:
        """`EndOfTranscript` at a good end, for which clients wait, else `Error`."""
        return ((_said("EndOfTranscript"),), Close.DONE, "") if problem is None else refusal(problem)

    def _check_order(self, what: str) -> None:
        if self._state == "stopped":
            raise ProtocolError("already_stopped", "Nothing may follow the end of the audio.")
        if what == "StartRecognition":
            if self._state == "started":
                raise ProtocolError("already_started", "The stream has already been started.")
        elif self._state == "new":
            raise ProtocolError("not_started", f"The first message must be StartRecognition, not {what}.")

    def _start(self, message: Mapping[str, Any]) -> Received:
        self._asked = asked = read_start(message, self._language)
        self._partials = asked.partials
        self._aligner = Aligner(asked.start.audio)
        if asked.channels:
            audio = asked.start.audio
            self._channels = Interleaver(asked.channels, audio.sample_rate, _silence(audio))
            self._voices = {name: _Voice() for name in asked.channels}
        self._state = "started"
        return Received((asked.start,))

    def _change(self, message: Mapping[str, Any]) -> Received:
        config = read_fields(_Change, message, "SetRecognitionConfig").transcription_config
        if config.enable_partials is not None:
            self._partials = config.enable_partials
        return Received()

    def _channel_audio(self, message: Mapping[str, Any]) -> Received:
        audio = read_fields(_ChannelAudio, message, "AddChannelAudio")
        try:
            data = base64.b64decode(audio.data, validate=True)
        except (binascii.Error, ValueError):
            raise ProtocolError("invalid_field", "The field data of AddChannelAudio is no base64.") from None
        frames = self._apart().put(audio.channel, data)
        voice = self._voices[audio.channel]
        voice.received += 1
        added = _said("ChannelAudioAdded", channel=audio.channel, seq_no=voice.received)
        return Received(_audio(frames), (added,), audio=bool(data))

    def _end_of_channel(self, message: Mapping[str, Any]) -> Received:
        channels = self._apart()
        frames = channels.end(read_fields(_EndOfChannel, message, "EndOfChannel").channel)
        return Received((*_audio(frames), *(self._stop() if channels.ended else ())))

    def _apart(self) -> Interleaver:
        if self._channels is None:
            raise ProtocolError("not_started", 'Channels come apart with diarization "channel" alone.')
        return self._channels

    def _stop(self) -> tuple[Command, ...]:
        self._state = "stopped"
        rest = b"" if self._channels is None else self._channels.finish()
        return *_audio(rest), Stop()

    def _ready(self, ready: Ready) -> tuple[str, ...]:
        asked = self._asked
        if asked is None:
            return ()
        more = {"channel_ids": asked.channels} if asked.channels else {}
        info = {"word_delimiter": asked.delimiter}
        started = _said("RecognitionStarted", id=ready.session, language_pack_info=info, **more)
        if not asked.translated:
            return (started,)
        reason = "This server translates nothing; the transcript goes on without."
        return started, _said("Warning", type="unsupported_translation_pair", reason=reason)

    def _transcript(self, caption: Caption) -> tuple[str, ...]:
        asked, track = self._asked, caption.segment.track
        voice = self._voice(track)
        if asked is None or not voice.shown.shows(caption) or not (caption.final or self._partials):
            return ()
        kind = "AddTranscript" if caption.final else "AddPartialTranscript"
        channel = track if asked.channels else None
        fields = transcript(caption, asked.delimiter, channel=channel, speakers=asked.speakers)
        said = _said(kind, **fields)
        if not (caption.final and asked.tells_ends):
            return (said,)
        stopped, voice.stopped_at = voice.stopped_at, None
        if stopped is None or stopped < caption.segment.start:
            return (said,)  # Its speaker went on without a pause.
        self._forced = False
        return said, _end_of_utterance(fields["metadata"]["end_time"], channel)

    def _voice(self, track: str | None) -> _Voice:
        return self._voices.get(track) or next(iter(self._voices.values()))


_KINDS: Final = frozenset(
    {
        "StartRecognition",
        "AddChannelAudio",
        "EndOfChannel",
        "SetRecognitionConfig",
        "ForceEndOfUtterance",
        "GetSpeakers",
        "EndOfStream",
    }
)


def refusal(problem: Problem) -> tuple[tuple[str, ...], int, str]:
    """The `Error` message for a problem, the close code, and its type as the reason."""
    kind = _TYPES.get(problem.code) or _BY_FAULT.get(problem.close, "protocol_error")
    return (_said("Error", type=kind, reason=problem.message),), _CLOSES.get(kind, problem.close), kind


def _end_of_utterance(at: float, channel: str | None) -> str:
    where = {"channel": channel} if channel is not None else {}
    return _said("EndOfUtterance", metadata={"start_time": at, "end_time": at}, **where)


def _audio(frames: bytes) -> tuple[Command, ...]:
    return (Audio(frames),) if frames else ()


def _silence(audio: AudioFormat) -> bytes:
    """One silent sample of one channel."""
    return b"\xff" if audio.encoding is Encoding.MULAW else bytes(frame_size(audio) // audio.channels)


def _said(kind: str, **fields: Any) -> str:
    return as_text({"message": kind, **fields})
