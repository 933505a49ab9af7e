"""For any query and any messages of Deepgram's wire: commands, answers or `ProtocolError`; for any events:
messages that the SDK's own models read."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.errors import ProtocolError
from streaming.events import Ack, Caption, Ended, Event, Flushed, Speech
from streaming.protocols.deepgram import DeepgramCodec
from streaming.segments import Segment, TimedWord

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPELLED = (
    "encoding sample_rate channels multichannel interim_results endpointing utterance_end_ms vad_events "
    "smart_format punctuate diarize keyterm keywords language detect_language extra tag redact model"
)
TRIED = "true false 0 16000 8000 2 linear16 mulaw en multi a:1 meeting:m -1"
NAMES = st.sampled_from(SPELLED.split())
VALUES = st.one_of(st.sampled_from(TRIED.split()), st.text(max_size=12))
QUERIES = st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3), max_size=6)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["Finalize", "KeepAlive", "CloseStream", "Configure"]).map(
        lambda kind: json.dumps({"type": kind})
    ),
)
SECONDS = st.floats(0, 60).map(lambda value: round(value, 3))
WORDS = st.sampled_from(["Hello,", "—", "", "it's", "5:30"])
TRACKS = st.sampled_from([None, "0", "1", "mic"])


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    """A segment with some of its words."""
    start, end = sorted((draw(SECONDS), draw(SECONDS)))
    said = draw(st.lists(WORDS, max_size=4))
    words = tuple(TimedWord(word, start, end, 0.5) for word in said)
    name = draw(st.sampled_from("abc"))
    return Segment(name, start, end, " ".join(said), "en", words, track=draw(TRACKS))


EVENTS = st.one_of(
    st.builds(Caption, st.just(0), segments(), WORDS, st.booleans()),
    st.builds(Speech, st.sampled_from(["started", "stopped"]), SECONDS, TRACKS),
    st.builds(Ack, st.integers(0, 10**6)),
    st.builds(Flushed, st.none(), st.integers(0, 10**6)),
    st.builds(Ended, SECONDS, st.integers(0, 5)),
)


def opened(query: dict[str, list[str]]) -> DeepgramCodec | None:
    """The codec for a query, None where it is refused."""
    try:
        return DeepgramCodec(query, "r", NOW)
    except ProtocolError as error:
        return None if error.status == 400 and len(error.message) < 400 else pytest.fail(str(error))


@given(QUERIES, st.lists(st.one_of(st.binary(max_size=20), TEXTS), max_size=8))
def test_anything_that_a_client_sends_is_understood_or_refused(
    query: dict[str, list[str]], messages: list[str | bytes]
) -> None:
    codec = opened(query)
    if codec is None:
        return
    for message in messages:
        whole = codec.receive_bytes(message) if isinstance(message, bytes) else codec.receive_text(message)
        for reply in whole.replies:
            assert json.loads(reply)["type"] in {"Error", "ConfigureFailure", "UtteranceEnd"}


@given(st.booleans(), st.lists(st.one_of(EVENTS, TEXTS), max_size=20))
def test_results_of_a_channel_follow_each_other(both: bool, steps: list[Event | str]) -> None:
    query = {"interim_results": ["true"], "utterance_end_ms": ["500"], "vad_events": ["true"]}
    codec = DeepgramCodec({**query, "multichannel": ["true"]} if both else query, "r", NOW)
    ends: dict[int, float] = {}
    for step in steps:
        if isinstance(step, str):
            codec.receive_text(step)
            continue
        for message in map(json.loads, codec.send(step)):
            if message["type"] == "Results":
                check(message, ends)


def check(result: dict[str, Any], ends: dict[int, float]) -> None:
    """One result begins where the last final of its channel ended, and has all that clients need."""
    index = result["channel_index"][0]
    assert abs(result["start"] - ends.get(index, 0.0)) < 0.002
    assert result["duration"] >= 0
    assert result["is_final"] or not result["speech_final"]
    (reading,) = result["channel"]["alternatives"]
    assert isinstance(reading["transcript"], str)
    assert isinstance(reading["confidence"], float)
    assert all(word["word"] for word in reading["words"])
    if result["is_final"]:
        ends[index] = result["start"] + result["duration"]
