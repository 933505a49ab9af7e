"""For any speech, cut into any pieces, answered in any order: nothing is taken back or counted twice."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, pairwise
from typing import Literal

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asr.types import SAMPLE_RATE, DecodeRequest, Kind, Waveform
from streaming.commands import AudioFormat, Encoding, Start
from streaming.events import Ack, Caption, Event
from streaming.outbox import Outbox
from streaming.segmenter import MIN_SPEECH, WINDOW
from streaming.segments import Segment
from streaming.session import Checkpoint, Session
from tests.fakes.recognizer import transcribe
from tests.fakes.vad import EnergyVad
from tests.support.speech import GAP, VOCABULARY, hear, join, say, silence

FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])

WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=12).map(" ".join)
GAPS = st.sampled_from([GAP, 3 * GAP, 8 * GAP])
PAUSES = st.floats(0.0, 1.5).map(silence)
BURSTS = st.integers(1, 3_000).map(lambda samples: np.full(samples, 0.3, np.float32))
TALKS = st.builds(say, WORDS, GAPS)
LONG_TALKS = st.integers(95, 130).map(lambda words: say(" ".join((VOCABULARY * 9)[:words])))
RECORDINGS = st.lists(st.one_of(TALKS, TALKS, PAUSES, PAUSES, BURSTS), max_size=14).map(
    lambda one: join(*one)
)
LONG_RECORDINGS = st.tuples(PAUSES, LONG_TALKS, RECORDINGS).map(lambda one: join(*one))
ANY_RECORDING = st.one_of(RECORDINGS, RECORDINGS, RECORDINGS, LONG_RECORDINGS)
CHUNKS = st.builds(
    lambda small, large: small + large,
    st.lists(st.integers(1, 600), max_size=6),
    st.lists(st.integers(3_000, 30_000), min_size=3, max_size=8),
)

Acts = list[tuple[str, int]]
LIKELY = {"answer": 0.5, "read": 0.2, "store": 0.1, "fail": 0.08, "supersede": 0.07, "wait": 0.05}


def acts_of(seed: int) -> Acts:
    """Forty things that happen between the pieces of audio."""
    dice = np.random.default_rng(seed)
    names = dice.choice(list(LIKELY), 40, p=list(LIKELY.values()))
    return [(str(name), int(dice.integers(10))) for name in names]


ACTS = st.one_of(
    st.integers(0, 2**32).map(acts_of),
    st.lists(st.tuples(st.sampled_from(list(LIKELY)), st.integers(0, 9)), min_size=1, max_size=8),
)


def session(*, interim: bool, stability: Literal["stable", "accurate"] = "stable") -> Session:
    """A new session."""
    start = Start(AudioFormat(Encoding.PCM_S16LE), interim=interim, stability=stability, endpointing_ms=300)
    return Session("s", start, EnergyVad)


def pieces(tracks: Waveform, sizes: Sequence[int]) -> list[Waveform]:
    """The tracks cut into pieces of these sizes, over and over."""
    cut, start, turn = [], 0, 0
    while start < tracks.shape[1]:
        size = sizes[turn % len(sizes)]
        cut.append(tracks[:, start : start + size])
        start, turn = start + size, turn + 1
    return cut


class Client:
    """Plays the driver, the model, the store and the client's side of one session, step by step."""

    def __init__(self, one: Session) -> None:
        self.session = one
        self.waiting: list[DecodeRequest] = []
        self.asked: list[DecodeRequest] = []
        self.outbox = Outbox(limit=1_000_000)
        self.events: list[Event] = []
        self.checkpoints: list[Checkpoint] = []
        self.now = 0.0

    def feed(self, tracks: Waveform) -> None:
        """Hand over samples."""
        self.session.feed(tracks, self.now)
        self.take()

    def take(self) -> None:
        """Take what the session has to tell and to ask."""
        requests = self.session.take_requests()
        self.waiting += requests
        self.asked += requests
        for event in self.session.take_events():
            self.outbox.put(event)

    def read(self) -> None:
        """The client reads all that was sent."""
        while (event := self.outbox.pop()) is not None:
            self.events.append(event)

    def act(self, act: str, which: int) -> None:
        """One thing happens: to one of the waiting windows, or to the store."""
        self.now += 0.1
        if act == "store":
            self.store()
        elif act == "read":
            self.read()
        elif act != "wait" and self.waiting:
            self.settle(self.waiting.pop(which % len(self.waiting)), act)
            self.session.ask(self.now)
        self.take()

    def settle(self, request: DecodeRequest, act: str) -> None:
        """A window gets its answer, or none."""
        if act == "fail":
            self.session.failed(request, "engine_error")
        elif act == "supersede" and request.kind is not Kind.FINAL:
            self.session.superseded(request)
        else:
            self.session.answered(request, transcribe(request))

    def store(self, force: bool = False) -> None:
        """Store what there is."""
        checkpoint = self.session.checkpoint(force)
        if checkpoint is not None:
            self.checkpoints.append(checkpoint)
            self.session.stored(checkpoint)
            self.take()

    def finish(self, which: int = 0) -> None:
        """Stop, and let everything that waits be answered."""
        self.session.stop(self.now)
        self.take()
        while self.waiting:
            self.act("answer", which)
        self.store(force=True)
        self.read()

    @property
    def finals(self) -> list[DecodeRequest]:
        """The windows that were asked for as finals."""
        return list({request.key: request for request in self.asked if request.kind.whole}.values())

    @property
    def captions(self) -> list[Caption]:
        """What the client read of captions."""
        return [event for event in self.events if isinstance(event, Caption)]

    @property
    def segments(self) -> list[Segment]:
        """What was stored."""
        return [segment for checkpoint in self.checkpoints for segment in checkpoint.segments]


def answered_at_once(tracks: Waveform, sizes: Sequence[int]) -> Client:
    """A session without interim whose model answers before the next piece comes."""
    client = Client(session(interim=False))
    for piece in pieces(tracks, sizes):
        client.feed(piece)
        while client.waiting:
            client.act("answer", 0)
    client.finish()
    return client


def played(audio: Waveform, sizes: Sequence[int], acts: Acts, **start: object) -> Client:
    """A session in which these things happen, over and over, one between each two pieces."""
    client = Client(session(interim=True, **start))  # type: ignore[arg-type]
    for piece, act in zip(pieces(audio[np.newaxis, :], sizes), cycle(acts), strict=False):
        client.feed(piece)
        client.act(*act)
    client.finish(which=acts[0][1])
    return client


@FEW
@given(ANY_RECORDING, CHUNKS)
def test_however_it_is_cut_the_transcript_is_the_same(audio: Waveform, sizes: list[int]) -> None:
    whole = answered_at_once(audio[np.newaxis, :], [max(1, len(audio))])
    cut = answered_at_once(audio[np.newaxis, :], sizes)
    assert cut.segments == whole.segments
    assert cut.session.coverage == whole.session.coverage
    assert cut.session.ended() == whole.session.ended()
    assert [(one.start, len(one.audio)) for one in cut.finals] == [
        (one.start, len(one.audio)) for one in whole.finals
    ]


@FEW
@given(RECORDINGS, RECORDINGS, CHUNKS)
def test_tracks_do_not_disturb_each_other(left: Waveform, right: Waveform, sizes: list[int]) -> None:
    length = max(len(left), len(right))
    tracks = np.stack([np.pad(one, (0, length - len(one))) for one in (left, right)])
    both = answered_at_once(tracks, sizes)
    for name, track in enumerate(tracks):
        alone = answered_at_once(track[np.newaxis, :], sizes)
        mine = [replace(one, id="", track=None) for one in both.segments if one.track == str(name)]
        assert mine == [replace(one, id="") for one in alone.segments]


@FEW
@given(ANY_RECORDING, CHUNKS, ACTS)
def test_settled_text_never_changes(audio: Waveform, sizes: list[int], acts: Acts) -> None:
    text: dict[str, str] = {}
    final: set[str] = set()
    for caption in played(audio, sizes, acts).captions:
        segment = caption.segment
        assert segment.id not in final
        assert segment.text.startswith(text.get(segment.id, ""))
        text[segment.id] = segment.text
        final |= {segment.id} if caption.final else set()
    assert set(text) == final


@FEW
@given(ANY_RECORDING, CHUNKS, ACTS)
def test_an_accurate_session_changes_its_mind_in_the_final_alone(
    audio: Waveform, sizes: list[int], acts: Acts
) -> None:
    text: dict[str, str] = {}
    for caption in played(audio, sizes, acts, stability="accurate").captions:
        segment = caption.segment
        assert caption.final or segment.text.startswith(text.get(segment.id, ""))
        text[segment.id] = segment.text


@FEW
@given(ANY_RECORDING, CHUNKS, ACTS)
def test_numbers_ends_and_starts_behave(audio: Waveform, sizes: list[int], acts: Acts) -> None:
    captions = played(audio, sizes, acts).captions
    assert [caption.seq for caption in captions] == list(range(1, len(captions) + 1))
    finals = [caption.segment.id for caption in captions if caption.final]
    assert finals == sorted(finals)
    spans: dict[str, tuple[float, float]] = {}
    for caption in captions:
        start, end = caption.segment.start, caption.segment.end
        before = spans.get(caption.segment.id, (start, end))
        assert start == before[0]
        assert before[1] <= end <= len(audio) / SAMPLE_RATE + 0.001
        assert start <= end
        spans[caption.segment.id] = (start, end)
    assert all(one[1] <= other[0] for one, other in pairwise(sorted(spans.values())))


@FEW
@given(ANY_RECORDING, CHUNKS, ACTS)
def test_the_ledger_sums_and_is_complete(audio: Waveform, sizes: list[int], acts: Acts) -> None:
    client = played(audio, sizes, acts)
    assert client.session.complete
    assert client.session.finished
    assert client.session.waiting_seconds == 0
    coverage = client.session.coverage
    parts = coverage.transcribed + coverage.silence + coverage.quarantined + coverage.lost
    assert abs(parts - coverage.received) < 1e-9
    assert round(coverage.received * SAMPLE_RATE) == len(audio)
    for checkpoint in client.checkpoints:
        known = checkpoint.coverage
        assert known.transcribed + known.silence + known.lost <= known.received + 1e-9
    stored = [one for checkpoint in client.checkpoints for track in checkpoint.intervals for one in track]
    borders = [0, *(one.end for one in stored)]
    assert [one.start for one in stored] == borders[:-1]
    assert borders[-1] == len(audio)
    for name, total in zip(("silence", "lost"), (coverage.silence, coverage.lost), strict=True):
        assert sum(one.end - one.start for one in stored if one.outcome == name) == round(total * SAMPLE_RATE)


@FEW
@given(ANY_RECORDING, CHUNKS, ACTS)
def test_acknowledgements_rise_and_cover_only_what_is_stored(
    audio: Waveform, sizes: list[int], acts: Acts
) -> None:
    client = played(audio, sizes, acts)
    acks = [event.position for event in client.events if isinstance(event, Ack)]
    assert acks == sorted(set(acks))
    assert acks[-1:] == ([len(audio)] if len(audio) else [])
    stored: set[str] = set()
    spoken = {request.key: request.end for request in client.finals}
    written = {segment.id for segment in client.segments}
    for checkpoint in client.checkpoints:
        stored |= {segment.id for segment in checkpoint.segments}
        assert {key for key, end in spoken.items() if end <= checkpoint.position and key in written} <= stored
    assert len(client.segments) == len(stored)


@FEW
@given(ANY_RECORDING, CHUNKS, ACTS)
def test_every_spoken_sample_is_in_exactly_one_utterance(
    audio: Waveform, sizes: list[int], acts: Acts
) -> None:
    finals = sorted(played(audio, sizes, acts).finals, key=lambda request: request.start)
    assert all(one.end <= other.start for one, other in pairwise(finals))
    taken = np.zeros(len(audio), bool)
    for final in finals:
        assert np.array_equal(final.audio, audio[final.start : final.end + final.beyond])
        taken[final.start : final.end] = True
    for word in hear(audio):
        missed = np.count_nonzero(~taken[word.start : word.end])
        # A click, or what a cut leaves of a word, may be too short to be speech.
        assert missed < MIN_SPEECH + WINDOW
