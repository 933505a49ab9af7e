"""What a session asks and tells, step by step."""

from typing import Any

import numpy as np

from asr.types import SAMPLE_RATE, Hypothesis, Kind, Waveform
from streaming.commands import AudioFormat, Encoding, Start
from streaming.events import Caption, Ended, Event, Flushed, Gap, Speech
from streaming.segments import Coverage
from streaming.session import Session
from tests.fakes.recognizer import transcribe
from tests.fakes.vad import EnergyVad
from tests.support.speech import VOCABULARY, join, mono, say, silence

PAUSE = silence(1.0)
LONG = say(" ".join((VOCABULARY * 4)[:100]))


def session(**start: Any) -> Session:
    """A new session."""
    return Session("s", Start(AudioFormat(Encoding.PCM_S16LE), **start), EnergyVad)


def fed(one: Session, *parts: Waveform) -> list[Event]:
    """Feed audio of one track; what the client then hears."""
    one.feed(mono(*parts), 0.0)
    return one.take_events()


def answer_all(one: Session, **changes: Any) -> list[Event]:
    """Answer every request; what the client then hears."""
    for request in one.take_requests():
        hypothesis = transcribe(request)
        one.answered(request, Hypothesis(hypothesis.text, changes.get("language", "en")))
    return one.take_events()


def test_before_any_audio() -> None:
    one = session()
    assert one.position == 0
    assert one.checkpoint() is None
    one.stop(0.0)
    assert one.finished
    assert one.complete
    assert one.ended() == Ended(0.0, 0, Coverage())


def test_an_empty_piece_of_audio_is_no_event() -> None:
    one = session()
    assert fed(one) == []
    assert one.position == 0


def test_tracks_are_named_by_their_number_after_the_name_given() -> None:
    one = session(track="room", multichannel=True, interim=False)
    one.feed(np.stack([join(say("one"), PAUSE)] * 2), 0.0)
    assert [event.track for event in one.take_events() if isinstance(event, Speech)][::2] == [
        "room-0",
        "room-1",
    ]


def test_named_tracks_say_who_speaks() -> None:
    one = session(track="room", multichannel=True, tracks=("inbound", "outbound"), interim=False)
    one.feed(np.stack([join(say("one"), PAUSE), join(say("two"), PAUSE)]), 0.0)
    one.take_events()
    captions = [event.segment for event in answer_all(one) if isinstance(event, Caption)]
    assert [(segment.track, segment.speaker, segment.text) for segment in captions] == [
        ("inbound", "inbound", "one"),
        ("outbound", "outbound", "two"),
    ]


def test_names_that_are_not_one_for_each_track_are_not_used() -> None:
    one = session(tracks=("inbound", "outbound"), interim=False)
    (started, *_) = fed(one, say("one"), PAUSE)
    assert isinstance(started, Speech)
    assert started.track is None


def test_partials_are_due_every_half_second_of_new_audio() -> None:
    one = session()
    fed(one, say("one"))
    assert one.take_requests() == []
    fed(one, say("two three"))
    (request,) = one.take_requests()
    assert request.kind is Kind.PARTIAL
    fed(one, say("four five six seven"))
    assert one.take_requests() == []
    one.answered(request, transcribe(request))
    one.ask(1.0)
    (following,) = one.take_requests()
    assert len(following.audio) > len(request.audio)


def test_a_declared_language_is_forced_from_the_first_window() -> None:
    one = session(languages=("ru",))
    fed(one, say("one two three four"), PAUSE)
    assert {request.language for request in one.take_requests()} == {"ru"}


def test_a_short_utterance_keeps_the_language_spoken_before() -> None:
    one = session(interim=False)
    fed(one, say("one two three four five six seven eight nine"), PAUSE)
    answer_all(one, language="ru")
    fed(one, say("one"), PAUSE)
    (short,) = one.take_requests()
    fed(one, say("one two three four five six seven eight nine"), PAUSE)
    (long,) = one.take_requests()
    assert short.language is long.language is None
    assert short.prior is not None
    assert long.prior is not None
    assert short.prior.language == long.prior.language == "ru"
    assert short.prior.share > long.prior.share


def test_speech_that_is_cut_for_its_length_goes_on_as_one_for_the_client() -> None:
    one = session(interim=False)
    events = fed(one, PAUSE, LONG, PAUSE)
    assert [event.state for event in events if isinstance(event, Speech)] == ["started", "stopped"]
    requests = one.take_requests()
    assert [request.key for request in requests] == ["s-00001", "s-00002"]
    assert requests[0].end == requests[1].start


def test_ids_rise_with_time() -> None:
    one = session(interim=False)
    fed(one, *[part for _ in range(12) for part in (say("one two"), PAUSE)])
    keys = [request.key for request in one.take_requests()]
    assert keys == sorted(keys)
    assert len(set(keys)) == 12


def test_an_answer_that_comes_twice_or_for_nobody_changes_nothing() -> None:
    one = session(interim=False)
    fed(one, say("one"), PAUSE)
    (request,) = one.take_requests()
    one.answered(request, transcribe(request))
    assert len(one.take_events()) == 1
    one.answered(request, transcribe(request))
    one.failed(request, "engine_error")
    one.superseded(request)
    assert one.take_events() == []


def test_a_final_without_words_is_silence_and_shown_only_if_something_was() -> None:
    one = session()
    fed(one, say("one"), PAUSE)
    (final,) = one.take_requests()
    one.answered(final, Hypothesis("", "en"))
    assert one.take_events() == []
    fed(one, say("one two three"))
    (partial,) = one.take_requests()
    one.answered(partial, transcribe(partial))
    assert len(one.take_events()) == 1
    fed(one, PAUSE)
    (final,) = [request for request in one.take_requests() if request.kind is Kind.FINAL]
    one.answered(final, Hypothesis("", "en"))
    (caption,) = one.take_events()
    assert isinstance(caption, Caption)
    assert (caption.final, caption.segment.text, caption.pending) == (True, "", "")
    one.stop(0.0)
    assert one.coverage.transcribed == 0.0
    assert one.complete


def test_a_final_that_fails_is_told_after_its_caption_as_a_gap() -> None:
    one = session(interim=False)
    fed(one, PAUSE, say("one two"), PAUSE)
    (request,) = one.take_requests()
    one.failed(request, "engine_error")
    (gap,) = one.take_events()
    start = request.start / SAMPLE_RATE
    assert gap == Gap(round(start, 3), round(start + len(request.audio) / SAMPLE_RATE, 3), "engine_error")


def test_a_checkpoint_gives_each_final_once() -> None:
    one = session(interim=False)
    fed(one, say("one"), PAUSE, say("two"), PAUSE)
    answer_all(one)
    checkpoint = one.checkpoint()
    assert checkpoint is not None
    assert [segment.text for segment in checkpoint.segments] == ["one", "two"]
    assert one.checkpoint() is None


def test_a_flush_waits_for_the_utterances_before_it_alone() -> None:
    one = session(interim=False)
    fed(one, say("one two"))
    one.flush("f", 0.0)
    (before,) = one.take_requests()
    fed(one, say("three"), PAUSE)
    assert one.checkpoint() is None
    one.answered(before, transcribe(before))
    checkpoint = one.checkpoint()
    assert checkpoint is not None
    assert checkpoint.flushed == (Flushed("f", len(say("one two"))),)
    one.stored(checkpoint)
    assert one.take_events()[-1] == Flushed("f", len(say("one two")))


def test_speech_waits_until_its_final_is_stored() -> None:
    one = session(interim=False)
    fed(one, say("one two three four"), PAUSE)
    spoken = one.waiting_seconds
    assert spoken > 1.0
    answer_all(one)
    assert 0 < one.waiting_seconds <= spoken
    checkpoint = one.checkpoint()
    assert checkpoint is not None
    assert 0 < one.waiting_seconds <= spoken, "what is just being stored waits too"
    assert one.unsaved == checkpoint.segments
    one.stored(checkpoint)
    assert one.waiting_seconds == 0
    assert one.unsaved == ()


def test_two_who_speak_at_once_wait_for_the_store_no_longer_than_one() -> None:
    alone, both = session(interim=False), session(interim=False, multichannel=True)
    speech = join(say("one two three four"), PAUSE)
    alone.feed(np.stack([speech]), 0.0)
    both.feed(np.stack([speech, speech]), 0.0)
    for one in (alone, both):
        answer_all(one)
    assert len(both.unsaved) == 2 * len(alone.unsaved) == 2
    assert both.unsaved_seconds == alone.unsaved_seconds > 1.0


def test_missing_audio_keeps_its_place_in_time_and_is_told_as_one_gap() -> None:
    one = session(interim=False)
    fed(one, say("one"), PAUSE)
    before = one.position
    for _ in range(3):
        one.miss(SAMPLE_RATE // 2, "network", 0.0)
    assert one.take_events() == [], "its end is not known yet"
    told = fed(one, say("two"), PAUSE)
    gap = next(event for event in told if isinstance(event, Gap))
    assert gap == Gap(before / SAMPLE_RATE, before / SAMPLE_RATE + 1.5, "network")
    finals = [event for event in answer_all(one) if isinstance(event, Caption) and event.final]
    assert finals[-1].segment.start >= gap.end - 0.5
    one.miss(320, "network", 0.0)
    one.stop(0.0)
    assert [event for event in one.take_events() if isinstance(event, Gap)] == [], "too short to tell"
    assert one.complete
    assert one.ended().coverage.lost == 1.5 + 320 / SAMPLE_RATE
