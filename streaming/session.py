"""One live session: audio and the time go in, events and decode requests come out. No I/O, no clock.

The session owns its tracks and the order of what the client hears. Its driver feeds audio, carries the
requests to the model and the answers back, stores what `checkpoint` gives and then acknowledges it.
Given the same audio, however cut into pieces, finals are the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from asr.types import SAMPLE_RATE, DecodeRequest, Hypothesis, VadStream
from streaming.commands import Change, Start
from streaming.events import Ack, Caption, Ended, Event, Flushed, Gap, Load, Speech
from streaming.ledger import Interval
from streaming.load import Level, LoadPolicy
from streaming.missing import MissingAudio
from streaming.progress import Progress, TrackProgress, step
from streaming.segmenter import Closed, Opened
from streaming.segments import Coverage, Segment
from streaming.track import Changes, Track
from streaming.utterance import Style, Utterance, seconds

CHECKPOINT_EVERY = 5 * SAMPLE_RATE
"""How far silence may go on before it is stored and acknowledged on its own."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What to store in one step: finals, and how far everything before is accounted for.

    `coverage` is of the audio that is accounted for, beside all that was received; `intervals` are what is
    new in it, for each track. `flushed` are the flushes that it completes; with `ended` it is the last one.
    """

    segments: tuple[Segment, ...]
    position: int
    coverage: Coverage
    progress: Progress
    intervals: tuple[tuple[Interval, ...], ...] = ()
    flushed: tuple[Flushed, ...] = ()
    ended: Ended | None = None


class Session:
    """The state of one session. Not thread-safe; every method returns at once."""

    def __init__(
        self,
        session_id: str,
        start: Start,
        new_vad: Callable[[], VadStream],
        begun: Progress | None = None,
    ) -> None:
        """The first audio fed decides the number of tracks. With `begun`, a stored session goes on."""
        self.id = session_id
        self._start = start
        self._new_vad = new_vad
        self._style = Style(
            start.languages, start.hotwords, start.stability or "stable", start.speaker, start.background
        )
        self._step = step(start.audio)
        self._stopped = False
        self._interim = start.interim
        self._load = LoadPolicy()
        self._events: list[Event] = []
        self._requests: list[DecodeRequest] = []
        self._finals: list[Segment] = []
        self._storing: tuple[Segment, ...] = ()
        # bounded: by the wire, which limits flushes that await their answer.
        self._flushes: list[Flushed] = []
        self._missing = MissingAudio()
        begun = begun or Progress(0, 0, ())
        self._saved = begun.position
        self._written = begun.written
        self._tracks = self._new_tracks(begun.position, begun.tracks)

    @property
    def position(self) -> int:
        """Samples received of each track."""
        return self._tracks[0].position if self._tracks else 0

    @property
    def waiting_seconds(self) -> float:
        """Seconds of finished speech whose final is still to come, over all tracks, or to be stored."""
        return self.unsaved_seconds + sum(track.waiting_seconds for track in self._tracks)

    @property
    def unsaved(self) -> tuple[Segment, ...]:
        """Finals that were told and are not stored yet."""
        return (*self._storing, *self._finals)

    @property
    def unsaved_seconds(self) -> float:
        """Seconds of speech in `unsaved`, on one track: who speak at once do not fill the buffer sooner."""
        return _longest(self.unsaved)

    @property
    def coverage(self) -> Coverage:
        """Where the audio received so far ended, summed over tracks."""
        return sum((track.ledger.coverage() for track in self._tracks), Coverage())

    def feed(self, tracks: npt.NDArray[np.float32], now: float) -> None:
        """Take the samples that follow, shape (tracks, samples)."""
        self._events += self._missing.told()
        if not self._tracks:
            self._tracks = self._new_tracks(0, [None] * len(tracks))
        for track, samples in zip(self._tracks, tracks, strict=True):
            self._take(track, track.feed(samples, now))
        self.ask(now)

    def miss(self, samples: int, reason: str, now: float) -> None:
        """So many samples that follow were lost on their way, of every track. What follows tells of it."""
        if not self._tracks:
            self._tracks = self._new_tracks(0, [None])
        self._missing.add(self.position, samples, reason)
        for track in self._tracks:
            self._take(track, track.miss(samples, reason, now))
        self.ask(now)

    def ask(self, now: float) -> None:
        """Ask for partials where they are due, and about pauses."""
        if self.level == "finals_only" or self._style.background:
            return
        interval = self._load.partial_interval if self._interim else None
        for track in self._tracks:
            request = track.ask(interval, now)
            if request is not None:
                self._requests.append(request)

    def load(self, wait: float, now: float) -> None:
        """Take the time that windows wait for the model just now, in seconds."""
        if self._load.update(wait, now) and self._interim:
            self._events.append(Load(self._load.level))

    @property
    def level(self) -> Level:
        """How much of the live service is given now."""
        return self._load.level

    def answered(self, request: DecodeRequest, hypothesis: Hypothesis) -> None:
        """Take the model's answer to a request."""
        track, utterance = self._find(request)
        if track is None or utterance is None:
            return
        if request is utterance.asked:
            utterance.conclude(hypothesis)
            self._release(track)
        elif utterance.heard(request, hypothesis) and self._interim:
            segment = utterance.caption(hypothesis.language, request.start + len(request.audio))
            self._events.append(Caption(0, segment, utterance.pending))

    def superseded(self, request: DecodeRequest) -> None:
        """A window will not be answered, since a newer one took its place."""
        _, utterance = self._find(request)
        instead = utterance.unanswered(request) if utterance is not None else None
        self._requests += [instead] if instead is not None else []

    def failed(self, request: DecodeRequest, reason: str) -> None:
        """The model could not decode; a final that fails is audio lost, and said so."""
        track, utterance = self._find(request)
        if track is None or utterance is None:
            return
        if request is utterance.asked:
            utterance.abandon(reason)
            self._release(track)
        else:
            utterance.unanswered(request)

    def flush(self, flush_id: str | None, now: float) -> None:
        """Finish every word heard so far; `Flushed` follows when they are final and stored."""
        self._flushes.append(Flushed(flush_id, self.position))
        for track in self._tracks:
            self._take(track, track.flush(now))

    def change(self, change: Change) -> None:
        """Hear what is said from the next utterance on in another way."""
        self._start = change.of(self._start)
        self._style = replace(self._style, languages=change.languages, hotwords=change.hotwords)
        for track in self._tracks:
            track.change(change.languages, change.hotwords, _samples(change.endpointing_ms))

    def stop(self, now: float) -> None:
        """No more audio comes."""
        self._events += self._missing.told()
        for track in self._tracks:
            self._take(track, track.flush(now))
            track.finish()
        self._stopped = True

    @property
    def awaiting(self) -> bool:
        """Whether finished speech awaits its final."""
        return any(track.closing for track in self._tracks)

    @property
    def finished(self) -> bool:
        """Whether every utterance has its final (nothing is asked of the model any more)."""
        return not any(track.closing or track.open for track in self._tracks)

    def ended(self) -> Ended:
        """The last word; `coverage` sums to what was received once the session is finished."""
        received = max((track.ledger.received for track in self._tracks), default=0)
        return Ended(seconds(received), self._written, self.coverage)

    @property
    def complete(self) -> bool:
        """The ledger's invariant: every received sample has exactly one outcome."""
        return all(track.ledger.complete for track in self._tracks)

    def checkpoint(self, force: bool = False) -> Checkpoint | None:
        """What should be stored now, if anything."""
        over = self._stopped and self.finished
        position = min((track.safe for track in self._tracks), default=0)
        if not over:
            position = max(self._saved, position - position % self._step)
        flushed = tuple(flush for flush in self._flushes if self._final_before(flush.position))
        due = self._finals or flushed or position - self._saved >= CHECKPOINT_EVERY
        if not due and not force:
            return None
        segments, self._finals = tuple(self._finals), []
        self._storing = segments
        self._flushes = self._flushes[len(flushed) :]
        progress = Progress(position, self._written, tuple(track.progress for track in self._tracks))
        ended = self.ended() if over else None
        coverage = sum((track.ledger.coverage(track.safe) for track in self._tracks), Coverage())
        intervals = tuple(track.ledger.take(track.safe) for track in self._tracks)
        return Checkpoint(segments, position, coverage, progress, intervals, flushed, ended)

    def stored(self, checkpoint: Checkpoint) -> None:
        """A checkpoint is safe on disk: the client may forget the audio before it."""
        self._storing = ()
        if checkpoint.position > self._saved:
            self._saved = checkpoint.position
            self._events.append(Ack(checkpoint.position))
        self._events += checkpoint.flushed

    def take_events(self) -> list[Event]:
        """What to tell the client, in order; each event is given once."""
        events, self._events = self._events, []
        return events

    def take_requests(self) -> list[DecodeRequest]:
        """What to ask of the model; each request is given once."""
        requests, self._requests = self._requests, []
        return requests

    def _new_tracks(self, first: int, begun: Sequence[TrackProgress | None]) -> list[Track]:
        endpointing = _samples(self._start.endpointing_ms)
        names = track_names(self._start, len(begun))
        styles = _styles(self._style, self._start, len(begun))
        return [
            Track(
                name,
                self._new_vad(),
                endpointing,
                style,
                partial(_new_id, self.id, index),
                first=first,
                begun=before,
            )
            for index, (name, style, before) in enumerate(zip(names, styles, begun, strict=True))
        ]

    def _find(self, request: DecodeRequest) -> tuple[Track | None, Utterance | None]:
        for track in self._tracks:
            utterance = track.utterance(request.key)
            if utterance is not None:
                return track, utterance
        return None, None

    def _final_before(self, position: int) -> bool:
        starts = (utterance.start for track in self._tracks for utterance in track.closing.values())
        return all(start >= position for start in starts)

    def _take(self, track: Track, changes: Changes) -> None:
        self._requests += changes.requests
        self._events += _speech(changes, track.name)
        self._release(track)

    def _release(self, track: Track) -> None:
        """Tell the finals that are due."""
        released, again = track.release()
        self._requests += again
        for utterance, conclusion in released:
            segment = conclusion.segment
            if segment.text:
                self._written += 1
                self._finals.append(segment)
            if segment.text or utterance.shown:
                self._events.append(Caption(0, segment, final=True))
            if conclusion.reason is not None:
                gap = seconds(utterance.start), seconds(utterance.end or utterance.start)
                self._events.append(Gap(*gap, conclusion.reason))


def _new_id(session: str, track: int, number: int) -> str:
    """Counted for each track, so that an utterance that is heard again gets the same name again."""
    return f"{session}-{number:05d}" + (f".{track}" if track else "")


def _speech(changes: Changes, track: str | None) -> Iterator[Speech]:
    """Where somebody begins and ends to speak; a cut in the midst of speech is neither."""
    joined = False
    for boundary in changes.boundaries:
        if isinstance(boundary, Opened) and not joined:
            yield Speech("started", seconds(boundary.speech), track)
        elif isinstance(boundary, Closed) and not boundary.joined:
            yield Speech("stopped", seconds(boundary.speech_end), track)
        joined = isinstance(boundary, Closed) and boundary.joined


def _longest(segments: Iterable[Segment]) -> float:
    """Seconds of the track that has most of them."""
    tracks: defaultdict[str | None, float] = defaultdict(float)
    for segment in segments:
        tracks[segment.track] += segment.end - segment.start
    return max(tracks.values(), default=0.0)


def _samples(milliseconds: int) -> int:
    return milliseconds * SAMPLE_RATE // 1000


def track_names(start: Start, number: int) -> list[str | None]:
    """What the tracks of a stream are called; None: nobody said."""
    if len(start.tracks) == number:
        return list(start.tracks)
    if number == 1:
        return [start.track]
    prefix = f"{start.track}-" if start.track else ""
    return [f"{prefix}{index}" for index in range(number)]


def _styles(style: Style, start: Start, number: int) -> list[Style]:
    """Who speaks on a track of its own is known by its name."""
    if len(start.tracks) == number:
        return [replace(style, speaker=name) for name in start.tracks]
    return [style] * number
