"""For any events of a client's: commands and valid JSON, never an exception. For any session: words that are
told once, in order, and add up to what was completed."""

import base64
import json
from collections import defaultdict
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streaming.commands import Audio, Change, Flush, Start
from streaming.events import Ack, Caption, Ended, Event, Flushed, Gap, Problem, Speech
from streaming.protocols.openai_realtime import RealtimeCodec
from streaming.segments import Coverage, Segment
from tests.property.test_native import ANY_TEXT, JSON, POSITIONS, TEXT, strict

SECOND = 24_000 * 2
KINDS = st.sampled_from(
    [
        "session.update",
        "transcription_session.update",
        "input_audio_buffer.append",
        "input_audio_buffer.commit",
        "input_audio_buffer.clear",
    ]
)
FORMATS = st.sampled_from([{"type": "audio/pcm"}, {"type": "audio/pcmu"}, {"type": "audio/pcma", "rate": 1}])
TURNS = st.sampled_from([None, {"type": "server_vad"}, {"type": "semantic_vad", "eagerness": "low"}])
NAMES = ["model", "language", "languages", "prompt", "keywords", "delay", "type", "silence_duration_ms"]
INNER = JSON | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=3)
INPUT = st.fixed_dictionaries(
    {},
    optional={
        "format": FORMATS | INNER,
        "turn_detection": TURNS | INNER,
        "transcription": INNER,
        "noise_reduction": INNER,
    },
)
FLAT = st.fixed_dictionaries(
    {},
    optional={
        "input_audio_format": st.sampled_from(["pcm16", "g711_ulaw"]) | JSON,
        "turn_detection": TURNS | INNER,
        "input_audio_transcription": INNER,
        "include": JSON,
    },
)
SESSIONS = st.one_of(JSON, FLAT, INPUT.map(lambda given: {"audio": {"input": given}}))
AUDIO = st.binary(max_size=9_000).map(lambda data: base64.b64encode(data).decode())
MESSAGES = st.builds(
    lambda kind, session, audio, event_id: {
        "type": kind,
        "session": session,
        "audio": audio,
        "event_id": event_id,
    },
    KINDS | JSON,
    SESSIONS,
    AUDIO | AUDIO | JSON,
    JSON,
)
TIMES = st.integers(0, 10**6).map(lambda milliseconds: milliseconds / 1000)
SEGMENTS = st.builds(Segment, TEXT, TIMES, TIMES, TEXT, TEXT)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Speech, st.sampled_from(["started", "stopped"]), TIMES),
    st.builds(Caption, POSITIONS, SEGMENTS, TEXT, st.booleans()),
    st.builds(Ack, POSITIONS),
    st.builds(Gap, TIMES, TIMES, TEXT),
    st.builds(Flushed, st.none() | TEXT | st.sampled_from(["commit_1", "item_c_00001"]), POSITIONS),
    st.builds(Ended, TIMES, POSITIONS),
    st.builds(Problem, TEXT, TEXT, st.booleans()),
)
FRAMES = st.one_of(st.binary(max_size=20), ANY_TEXT, JSON.map(json.dumps), MESSAGES.map(json.dumps))


@given(st.lists(FRAMES | EVENTS, max_size=10))
def test_any_frames_and_events_are_commands_and_valid_messages(frames: list[str | bytes | Event]) -> None:
    codec = RealtimeCodec({}, "c")
    texts = list(codec.begin().replies)
    started = False
    for frame in frames:
        if not isinstance(frame, str | bytes):
            texts += codec.send(frame)
            continue
        received = codec.receive_bytes(frame) if isinstance(frame, bytes) else codec.receive_text(frame)
        texts += received.replies
        for command in received.commands:
            assert isinstance(command, Start | Audio | Change | Flush)
            assert isinstance(command, Start) or started
            assert not (isinstance(command, Start) and started)
            started = True
    messages = [strict(text) for text in texts]
    assert all(message["type"] and text.encode() for message, text in zip(messages, texts, strict=True))
    assert len({message["event_id"] for message in messages}) == len(messages)


class Told:
    """What a client has made of the messages so far."""

    def __init__(self) -> None:
        self.deltas: defaultdict[str, str] = defaultdict(str)
        self.completed: dict[str, str] = {}
        self.committed: list[str] = []
        self.order: list[str] = []

    def read(self, texts: tuple[str, ...]) -> None:
        """Take messages."""
        for text in texts:
            message: dict[str, Any] = json.loads(text)
            kind, item = message["type"].rpartition(".")[2], message.get("item_id", "")
            assert message["type"] != "error", message
            if kind == "delta":
                assert item not in self.completed
                self.deltas[item] += message["delta"]
                self.order.append(item)
            elif kind == "completed":
                assert item not in self.completed
                self.completed[item] = message["transcript"]
            elif kind == "committed":
                assert item not in self.committed
                self.committed.append(item)


@given(st.data(), st.sampled_from([True, False]))
def test_the_words_of_a_session_are_told_once_and_in_order(data: st.DataObject, by_server: bool) -> None:
    codec, told = RealtimeCodec({}, "c"), Told()
    turns = {"type": "server_vad"} if by_server else None
    codec.receive_text(
        json.dumps({"type": "session.update", "session": {"audio": {"input": {"turn_detection": turns}}}})
    )
    append = json.dumps(
        {"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(SECOND)).decode()}
    )
    now = 0.0
    said: list[str] = []
    waiting: list[tuple[float, float, list[str]]] = []
    flushes: list[str | None] = []

    def finish(count: int) -> None:
        for _ in range(count):
            start, end, words = waiting.pop(0)
            segment = Segment(f"s{start}", start, end, " ".join(words), "en")
            told.read(codec.send(Caption(0, segment, final=True)))

    for turn in range(data.draw(st.integers(1, 6))):
        received = codec.receive_text(append)
        told.read(received.replies)
        start, end = now + 0.25, now + 0.75
        now += 1.0
        told.read(codec.send(Speech("started", start)))
        words = [f"w{turn}.{index}" for index in range(data.draw(st.integers(0, 4)))]
        counts = sorted(data.draw(st.lists(st.integers(0, len(words)), max_size=3)))
        for count in counts:
            partial = Segment(f"s{start}", start, end, " ".join(words[:count]), "en")
            told.read(codec.send(Caption(0, partial, "pending")))
        told.read(codec.send(Speech("stopped", end)))
        if words or counts:
            said += words
            waiting.append((start, end, words))
        if data.draw(st.booleans()):
            received = codec.receive_text(json.dumps({"type": "input_audio_buffer.commit"}))
            told.read(received.replies)
            flushes += [one.id for one in received.commands if isinstance(one, Flush)]
        finish(data.draw(st.integers(0, len(waiting))))
        if not waiting:
            while flushes:
                told.read(codec.send(Flushed(flushes.pop(0), int(now * 16_000))))
    finish(len(waiting))
    told.read(codec.send(Ack(int(now * 16_000))))
    told.read(codec.send(Ended(now, 0, Coverage())))
    assert [item for item in told.committed if item in told.completed] == told.committed
    assert {*told.committed} == {*told.completed}
    assert all(told.completed[item] == text for item, text in told.deltas.items())
    assert " ".join(text for text in told.completed.values() if text).split() == said
    assert [*dict.fromkeys(told.order)] == [item for item in told.completed if item in told.deltas]
