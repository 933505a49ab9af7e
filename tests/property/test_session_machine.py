"""A session through anything in any order: speech, silence, answers, faults, lost sockets, lost processes.

The machine plays the client, the model and the store around the pure core, as the server does. A step may be
lost at any place: an answer that never comes, events that were sent and never arrived, a checkpoint that was
taken and never stored, a process that is gone with all of it. What is promised holds after each step.
"""

import json
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from asr.types import SAMPLE_RATE, DecodeRequest, Hypothesis, Kind, Waveform
from streaming.commands import AudioFormat, Encoding, Start
from streaming.events import Ack, Caption, Event, Flushed, Gap
from streaming.outbox import Outbox
from streaming.progress import Progress, step
from streaming.segments import Segment
from streaming.session import Checkpoint, Session
from streaming.utterance import INCOMPLETE
from tests.fakes.recognizer import transcribe
from tests.fakes.vad import EnergyVad
from tests.support.speech import GAP, VOCABULARY, join, say, silence

FORMAT = AudioFormat(Encoding.PCM_S16LE)
LARGEST_PIECE = SAMPLE_RATE // 2
FEW = 3
"""Events that a forgetful outbox remembers: so few that the store must fill in."""
WHICH = st.integers(0, 9)


@dataclass
class Stored:
    """What the database has."""

    progress: Progress | None = None
    segments: dict[str, tuple[int, Segment]] = field(default_factory=dict)
    position: int = 0
    ended: bool = False


@dataclass
class Reader:
    """What a client has seen, and that it never sees what it was promised not to."""

    seq: int = 0
    acked: int = 0
    finals: set[str] = field(default_factory=set)
    flushed: list[str | None] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def see(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Caption():
                assert event.seq == self.seq + 1, "the numbers have a hole"
                self.seq = event.seq
                assert event.segment.id not in self.finals, "a final was followed by another caption"
                self.finals |= {event.segment.id} if event.final else set()
                self.texts[event.segment.id] = event.segment.text
            case Ack():
                self.acked = max(self.acked, event.position)
            case Flushed():
                assert event.id not in self.flushed, "a flush was answered twice"
                self.flushed.append(event.id)
            case Gap():
                assert event.start <= event.end


def misheard(request: DecodeRequest) -> Hypothesis:
    """Every word another one than in a window of another length, but for those that must begin the answer."""
    heard = transcribe(request)
    begun = len(request.prefix.split())
    words = [f"{word}{len(request.audio)}" for word in heard.text.split()[begun:]]
    return Hypothesis(" ".join([*request.prefix.split(), *words]), heard.language)


class Setting(RuleBasedStateMachine):
    """A session with what is around it; no rule yet but its beginning."""

    @initialize(
        tracks=st.integers(1, 2),
        interim=st.booleans(),
        stability=st.sampled_from(["stable", "accurate"]),
        forgetful=st.booleans(),
    )
    def begin(self, tracks: int, interim: bool, stability: str, forgetful: bool) -> None:
        """A new session."""
        self.start = Start(
            FORMAT,
            interim=interim,
            stability=stability,  # type: ignore[arg-type]
            endpointing_ms=300,
            multichannel=tracks > 1,
        )
        self.audio = np.zeros((tracks, 0), np.float32)
        self.stored = Stored()
        self.reader = Reader()
        self.forgetful = forgetful
        self.flushes = 0
        self.faults = 0
        self.now = 0.0
        self.live(None)

    def live(self, begun: Progress | None) -> None:
        """A process takes the session up, the client sends again what is not stored."""
        self.session = Session("s", self.start, EnergyVad, begun)
        self.outbox = Outbox(sent=FEW) if self.forgetful else Outbox()
        self.waiting: list[DecodeRequest] = []
        self.saving: Checkpoint | None = None
        self.stopped = False
        # A process that is gone may have shown finals that it never stored: they are heard and shown anew.
        self.reader.finals.clear()
        self.reader.flushed.clear()
        if begun is not None:
            assert begun.position >= self.reader.acked, "the client may have forgotten what is needed again"
            self.outbox.rewind(self.reader.seq, self.missed())
            self.feed(self.audio[:, begun.position :])

    def missed(self) -> list[Caption]:
        """Stored finals that the client may not have seen."""
        later = [one for number, one in self.stored.segments.values() if number > self.reader.seq]
        return [Caption(0, segment, final=True) for segment in later]

    def feed(self, tracks: npt.NDArray[np.float32]) -> None:
        """Give audio to the session as a driver does."""
        for at in range(0, tracks.shape[1], LARGEST_PIECE):
            piece = tracks[:, at : at + LARGEST_PIECE]
            self.now += piece.shape[1] / SAMPLE_RATE
            self.session.feed(piece, self.now)
            self.take()

    def take(self) -> None:
        """What the session asks and tells."""
        self.waiting += self.session.take_requests()
        for event in self.session.take_events():
            if isinstance(event, Ack):
                assert event.position <= self.stored.position, "acknowledged and not stored"
                assert event.position > self.reader.acked or event.position == 0
            self.outbox.put(event)

    def hear(self, *parts: Waveform, track: int) -> None:
        """One track hears something, the others silence."""
        sound = join(*parts)
        heard = np.zeros((len(self.audio), len(sound)), np.float32)
        heard[track % len(heard)] = sound
        self.audio = np.concatenate([self.audio, heard], axis=1)
        self.feed(heard)

    @property
    def running(self) -> bool:
        """Whether audio may come."""
        return not self.stopped and not self.stored.ended


class SessionMachine(Setting):
    """Rules are what can happen; invariants are what is promised."""

    @precondition(lambda self: self.running)
    @rule(
        words=st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=10),
        gap=st.sampled_from([GAP, 5 * GAP]),
        track=WHICH,
    )
    def speech(self, words: list[str], gap: int, track: int) -> None:
        """Somebody speaks, and may speak on."""
        self.hear(say(" ".join(words), gap), track=track)

    @precondition(lambda self: self.running)
    @rule(seconds=st.sampled_from([0.001, 0.1, 0.5, 2.0, 8.0]), track=WHICH)
    def pause(self, seconds: float, track: int) -> None:
        """Nobody speaks."""
        self.hear(silence(seconds), track=track)

    @precondition(lambda self: self.running)
    @rule(samples=st.integers(1, 4_000), track=WHICH)
    def click(self, samples: int, track: int) -> None:
        """A noise too short for a word."""
        self.hear(np.full(samples, 0.3, np.float32), track=track)

    @precondition(lambda self: self.running)
    @rule(track=WHICH)
    def monologue(self, track: int) -> None:
        """Speech that has to be cut."""
        self.hear(say(" ".join(VOCABULARY * 3)), track=track)

    @precondition(lambda self: self.running)
    @rule()
    def flush(self) -> None:
        """The client wants every word now."""
        self.flushes += 1
        self.session.flush(str(self.flushes), self.now)
        self.take()

    @precondition(lambda self: self.running)
    @rule()
    def stop(self) -> None:
        """The client is done."""
        self.stopped = True
        self.session.stop(self.now)
        self.take()

    @rule(wait=st.sampled_from([0.0, 1.0, 5.0, 60.0]))
    def load(self, wait: float) -> None:
        """The model is idle, or busy."""
        self.now += 1.0
        self.session.load(wait, self.now)
        self.take()

    @precondition(lambda self: self.waiting)
    @rule(
        which=WHICH,
        outcome=st.sampled_from(["text", "text", "text", "misheard", "nothing", "fault", "superseded"]),
    )
    def answer(self, which: int, outcome: str) -> None:
        """The model answers one of the windows, or does not."""
        request = self.waiting.pop(which % len(self.waiting))
        if outcome == "fault":
            self.faults += 1
            self.session.failed(request, "engine_error")
        elif outcome == "misheard":
            self.session.answered(request, misheard(request))
        elif outcome == "superseded" and request.kind is not Kind.FINAL:
            self.session.superseded(request)
        elif outcome == "nothing":
            self.session.answered(request, Hypothesis(request.prefix, "en"))
        else:
            self.session.answered(request, transcribe(request))
        self.session.ask(self.now)
        self.take()

    @precondition(lambda self: self.saving is None)
    @rule()
    def take_checkpoint(self) -> None:
        """Storing begins; finals are shown before they are stored."""
        self.take()
        self.saving = self.session.checkpoint(force=self.stopped and self.session.finished)
        if self.saving is not None:
            unanswered = [request.start for request in self.waiting if request.kind is Kind.FINAL]
            assert self.saving.position <= min([*unanswered, self.audio.shape[1]]), "its final is to come"

    @precondition(lambda self: self.saving is not None)
    @rule()
    def store(self) -> None:
        """Storing succeeds."""
        checkpoint, self.saving = self.saving, None
        assert checkpoint is not None
        for segment in checkpoint.segments:
            assert segment.id not in self.stored.segments, "a segment was stored twice"
            self.stored.segments[segment.id] = (self.outbox.number_of(segment.id), segment)
        assert checkpoint.position >= self.stored.position
        self.stored.position = checkpoint.position
        self.stored.progress = Progress.of_json(json.loads(json.dumps(checkpoint.progress.as_json())))
        self.stored.ended = checkpoint.ended is not None
        self.session.stored(checkpoint)
        self.take()

    def store_all(self) -> None:
        """Everything that is final is stored."""
        if self.saving is None:
            self.take_checkpoint()
        while self.saving is not None:
            self.store()
            if not self.stored.ended:
                self.take_checkpoint()

    @rule(number=st.integers(1, 20))
    def read(self, number: int) -> None:
        """The client reads some of what waits."""
        for _ in range(number):
            event = self.outbox.pop()
            if event is None:
                return
            self.reader.see(event)

    @rule(sent=st.integers(0, 12))
    def lose_the_socket(self, sent: int) -> None:
        """Events are sent and never arrive; the client comes back for them."""
        if self.forgetful:
            # What is not stored yet is never more than what an outbox remembers: the driver sees to it.
            self.store_all()
        for _ in range(sent):
            self.outbox.pop()
        missed = self.missed() if self.reader.seq < self.outbox.forgotten else []
        self.outbox.rewind(self.reader.seq, missed)
        # These are sent again when they may not have arrived.
        self.reader.flushed.clear()

    @precondition(lambda self: not self.stored.ended)
    @rule(after_commit=st.booleans())
    def lose_the_process(self, after_commit: bool) -> None:
        """The process is gone, before or just after the database has taken what it was given."""
        if after_commit and self.saving is not None:
            self.store()
        if not self.stored.ended:
            self.live(self.stored.progress or Progress(0, 0, ()))

    @invariant()
    def every_sample_has_one_place(self) -> None:
        """The ledger of each track."""
        for track in self.session._tracks:
            ledger = track.ledger
            assert min(*ledger.totals.values(), ledger.open) >= 0
            assert sum(ledger.totals.values()) + ledger.open == ledger.accounted <= ledger.received
            assert self.session._saved <= track.safe <= ledger.accounted
            assert track.position == self.audio.shape[1]

    @invariant()
    def what_is_acknowledged_is_stored(self) -> None:
        """The client may forget it."""
        assert self.reader.acked <= self.stored.position <= self.audio.shape[1]
        assert self.stored.ended or self.stored.position % step(FORMAT) == 0

    @invariant()
    def nothing_is_left_out_but_by_a_fault(self) -> None:
        """Whatever is heard, and in whatever order it is told, a final says all of it."""
        assert self.faults or not any(INCOMPLETE in one.flags for _, one in self.stored.segments.values())

    @invariant()
    def stored_segments_lie_apart(self) -> None:
        """No word is stored twice, under whatever name."""
        for name in {segment.track for _, segment in self.stored.segments.values()}:
            mine = [segment for _, segment in self.stored.segments.values() if segment.track == name]
            spans = sorted((segment.start, segment.end) for segment in mine)
            assert all(one[1] <= other[0] + 1e-9 for one, other in pairwise(spans))

    def teardown(self) -> None:
        """Whatever happened, the session can be brought to its end, and then nothing is missing."""
        if not hasattr(self, "session"):
            return
        if self.saving is not None:
            self.store()
        if self.running:
            self.stop()
        while self.waiting:
            self.answer(0, "text")
        if not self.stored.ended:
            self.take_checkpoint()
            self.store()
        assert self.stored.ended
        self.read(1_000_000)
        assert self.session.complete
        received = self.session.coverage.received * SAMPLE_RATE
        assert round(received) == self.audio.size
        assert self.stored.position == self.audio.shape[1]
        assert self.reader.acked == self.stored.position or self.forgetful
        assert set(self.stored.segments) <= set(self.reader.texts)
        for name, (_, segment) in self.stored.segments.items():
            assert self.reader.texts[name] == segment.text, "what is read last is what is stored"


SessionMachine.TestCase.settings = settings(
    max_examples=100, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow]
)
TestSession = SessionMachine.TestCase
