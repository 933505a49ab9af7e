"""Where utterances begin and end, window by window."""

from collections.abc import Sequence

import pytest

from asr.types import SAMPLE_RATE
from streaming.segmenter import (
    EARLIEST_CUT,
    HARD_LIMIT,
    MIN_SPEECH,
    POST_ROLL,
    PRE_ROLL,
    WINDOW,
    Boundary,
    Closed,
    Opened,
    Segmenter,
    Voice,
)

ENDPOINTING = SAMPLE_RATE // 2
PAUSE = -(-ENDPOINTING // WINDOW)
"""Windows of silence that end an utterance."""
SPEECH, SILENCE, BETWEEN = 0.9, 0.05, 0.4


def windows(samples: int) -> int:
    """So many windows hold so many samples."""
    return -(-samples // WINDOW)


class Speaker:
    """Pushes windows into a segmenter and keeps what came out."""

    def __init__(self, endpointing: int = ENDPOINTING) -> None:
        self.segmenter = Segmenter(endpointing)
        self.boundaries: list[Boundary] = []
        self.position = 0

    def push(
        self, probability: float, count: int = 1, *, level: float = 0.1, edge: int = 0
    ) -> list[Boundary]:
        """So many windows alike; what they brought about."""
        new: list[Boundary] = []
        for _ in range(count):
            new += self.segmenter.push(probability, level, edge)
            self.position += WINDOW
        self.boundaries += new
        return new

    def flush(self, end: int | None = None) -> list[Boundary]:
        """Close what is open."""
        new = self.segmenter.flush(self.position if end is None else end)
        self.boundaries += new
        return new

    def speak_until_cut(self, *, edge: int = 0, level: float = 0.1) -> tuple[Closed, list[Boundary]]:
        """Speak until the hard limit; the cut, and all that came with it."""
        for _ in range(windows(HARD_LIMIT) + 1):
            new = self.push(SPEECH, level=level, edge=edge)
            if closed := [one for one in new if isinstance(one, Closed)]:
                return closed[0], new
        raise AssertionError("never cut")


def closed(boundaries: Sequence[Boundary]) -> list[Closed]:
    """The ends among them."""
    return [one for one in boundaries if isinstance(one, Closed)]


def test_silence_is_nothing() -> None:
    speaker = Speaker()
    assert speaker.push(SILENCE, 500) == []
    assert speaker.segmenter.open_since is None
    assert speaker.flush() == []


def test_an_utterance_begins_with_a_pre_roll() -> None:
    speaker = Speaker()
    speaker.push(SILENCE, 20)
    opened = speaker.push(SPEECH, 3)
    assert opened == [Opened(20 * WINDOW - PRE_ROLL, 20 * WINDOW)]
    assert speaker.segmenter.open_since == 20 * WINDOW - PRE_ROLL


def test_the_pre_roll_does_not_begin_before_the_recording() -> None:
    speaker = Speaker()
    assert speaker.push(SPEECH, 3) == [Opened(0, 0)]


def test_the_pre_roll_does_not_reach_into_the_utterance_before() -> None:
    speaker = Speaker()
    speaker.push(SPEECH, 10)
    (end,) = closed(speaker.push(SILENCE, PAUSE))
    speaker.push(SPEECH, 3)
    assert speaker.boundaries[-1] == Opened(
        max(end.end, speaker.position - 3 * WINDOW - PRE_ROLL), 10 * WINDOW + PAUSE * WINDOW
    )
    speaker = Speaker(endpointing=SAMPLE_RATE // 5)
    speaker.push(SPEECH, 10)
    (end,) = closed(speaker.push(SILENCE, 7))
    assert speaker.push(SPEECH, 3) == [Opened(end.end, 17 * WINDOW)]


def test_a_click_is_not_an_utterance() -> None:
    speaker = Speaker()
    speaker.push(SILENCE, 20)
    speaker.push(SPEECH, MIN_SPEECH // WINDOW - 1)
    assert speaker.push(SILENCE, 100) == []
    assert speaker.boundaries == []
    assert speaker.segmenter.open_since is None


def test_what_was_taken_for_a_click_is_not_lost_if_speech_follows() -> None:
    speaker = Speaker()
    speaker.push(SILENCE, 20)
    speaker.push(SPEECH, 2)
    speaker.push(SILENCE, 5)
    assert speaker.push(SPEECH, 1) == [Opened(20 * WINDOW - PRE_ROLL, 20 * WINDOW)]


def test_a_pause_of_the_endpointing_time_ends_it_with_a_post_roll() -> None:
    speaker = Speaker()
    speaker.push(SILENCE, 20)
    speaker.push(SPEECH, 30)
    assert speaker.push(SILENCE, PAUSE - 1) == []
    assert speaker.push(SILENCE) == [
        Closed(
            20 * WINDOW - PRE_ROLL,
            50 * WINDOW + POST_ROLL,
            50 * WINDOW,
            "pause",
            voice=Voice(30 * WINDOW, SPEECH),
        )
    ]


def test_its_voice_is_how_much_was_speech_and_how_sure_that_is() -> None:
    speaker = Speaker()
    speaker.push(0.6, 5)
    speaker.push(SILENCE, 3)
    speaker.push(0.8)
    speaker.push(0.5, 4)
    (end,) = closed(speaker.push(SILENCE, PAUSE))
    assert end.voice == Voice(10 * WINDOW, 0.8)


def test_a_cut_shares_the_speech_out() -> None:
    speaker = Speaker()
    cut, _ = speaker.speak_until_cut()
    speaker.push(SILENCE, PAUSE)
    rest = closed(speaker.boundaries)[-1]
    assert cut.voice.spoken + rest.voice.spoken == windows(HARD_LIMIT) * WINDOW
    assert cut.voice.peak == rest.voice.peak == SPEECH


def test_a_shorter_pause_does_not() -> None:
    speaker = Speaker()
    for _ in range(10):
        speaker.push(SPEECH, 10)
        speaker.push(SILENCE, PAUSE - 1)
    assert closed(speaker.boundaries) == []


def test_hesitation_goes_on_but_does_not_begin_speech() -> None:
    speaker = Speaker()
    assert speaker.push(BETWEEN, 50) == []
    speaker.push(SPEECH, 3)
    assert speaker.push(BETWEEN, 100) == []
    (end,) = closed(speaker.push(SILENCE, PAUSE))
    assert end.speech_end == 153 * WINDOW


@pytest.mark.parametrize("endpointing_ms", [200, 500, 3000])
def test_the_post_roll_never_reaches_past_what_was_received(endpointing_ms: int) -> None:
    speaker = Speaker(endpointing_ms * SAMPLE_RATE // 1000)
    speaker.push(SPEECH, 10)
    (end,) = closed(speaker.push(SILENCE, 200))
    assert end.end <= speaker.position
    assert end.end - end.speech_end <= POST_ROLL


def test_from_the_soft_limit_on_ever_shorter_pauses_end_an_utterance() -> None:
    needed: list[int] = []
    for seconds in (10, 17, 20, 23):
        speaker = Speaker()
        speaker.push(SPEECH, windows(seconds * SAMPLE_RATE))
        count = 0
        while not closed(speaker.push(SILENCE)):
            count += 1
        needed.append(count + 1)
    assert needed[0] == PAUSE
    assert needed == sorted(needed, reverse=True)
    assert len(set(needed)) == 4
    assert needed[-1] >= 3


def test_no_utterance_is_longer_than_the_hard_limit() -> None:
    speaker = Speaker()
    speaker.push(SPEECH, 5 * windows(HARD_LIMIT))
    speaker.flush()
    ends = closed(speaker.boundaries)
    assert len(ends) >= 5
    assert all(end.end - end.start <= HARD_LIMIT + WINDOW for end in ends)
    assert all(end.joined and end.reason == "length" for end in ends[:-1])
    assert not ends[-1].joined


def test_long_speech_is_cut_at_its_quietest_point() -> None:
    speaker = Speaker()
    speaker.push(SPEECH, windows(22 * SAMPLE_RATE))
    quiet = speaker.position
    speaker.push(SPEECH, level=0.01)
    cut, new = speaker.speak_until_cut()
    assert cut.end == quiet + WINDOW // 2
    assert new == [cut, Opened(cut.end, cut.end)]


def test_a_quiet_point_long_ago_is_not_where_it_is_cut() -> None:
    speaker = Speaker()
    speaker.push(SPEECH, windows(10 * SAMPLE_RATE))
    speaker.push(SPEECH, level=0.0)
    cut, _ = speaker.speak_until_cut()
    assert cut.end >= HARD_LIMIT - 5 * SAMPLE_RATE - WINDOW


def test_no_cut_comes_before_the_earliest() -> None:
    speaker = Speaker()
    speaker.push(SPEECH, windows(EARLIEST_CUT), level=0.0)
    cut, _ = speaker.speak_until_cut()
    assert cut.end >= EARLIEST_CUT


def test_a_cut_never_comes_before_the_committed_edge() -> None:
    speaker = Speaker()
    speaker.push(SPEECH, windows(21 * SAMPLE_RATE))
    speaker.push(SPEECH, level=0.0)
    edge = 24 * SAMPLE_RATE
    speaker.push(SPEECH, windows(2 * SAMPLE_RATE), edge=edge)
    cut, _ = speaker.speak_until_cut(edge=edge)
    assert cut.end >= edge


def test_an_edge_beyond_all_audio_cuts_at_the_newest_sample() -> None:
    speaker = Speaker()
    cut, _ = speaker.speak_until_cut(edge=10 * HARD_LIMIT)
    assert cut.end == speaker.position


def test_pieces_of_long_speech_touch() -> None:
    speaker = Speaker()
    speaker.push(SPEECH, 3 * windows(HARD_LIMIT))
    speaker.push(SILENCE, PAUSE)
    ends = closed(speaker.boundaries)
    assert [end.start for end in ends[1:]] == [end.end for end in ends[:-1]]
    assert ends[0].start == 0
    assert ends[-1].end == 3 * windows(HARD_LIMIT) * WINDOW + POST_ROLL


def test_every_opening_is_followed_by_its_end() -> None:
    speaker = Speaker()
    for count in (1, 5, 900, 2, 40, 1700):
        speaker.push(SPEECH, count)
        speaker.push(SILENCE, PAUSE)
    speaker.push(SPEECH, 10)
    speaker.flush()
    kinds = [type(one) for one in speaker.boundaries]
    assert kinds[::2] == [Opened] * (len(kinds) // 2)
    assert kinds[1::2] == [Closed] * (len(kinds) // 2)
    opened = [one.start for one in speaker.boundaries if isinstance(one, Opened)]
    assert opened == [end.start for end in closed(speaker.boundaries)]


def test_what_a_cut_leaves_over_is_no_utterance_unless_it_is_spoken() -> None:
    """Otherwise a model that hears nothing but room tone would be asked what was said."""
    speaker = Speaker()
    speaker.push(SPEECH, windows(HARD_LIMIT) - 2)
    while not (new := speaker.push(SILENCE, level=0.0)):
        pass
    (end,) = closed(new)
    speaker.push(SILENCE, 100)
    assert speaker.boundaries[-1] == end
    assert not end.joined
    assert speaker.segmenter.open_since is None


def test_speech_that_comes_back_after_such_a_cut_loses_nothing() -> None:
    speaker = Speaker()
    cut, _ = speaker.speak_until_cut(edge=10 * HARD_LIMIT)
    assert not cut.joined
    assert speaker.push(SPEECH, 3) == [Opened(cut.end, cut.end)]


def test_flushing_just_after_a_cut_asks_for_no_empty_audio() -> None:
    speaker = Speaker()
    speaker.speak_until_cut(edge=10 * HARD_LIMIT)
    assert speaker.flush() == []


def test_flush_takes_the_unfinished_window_too() -> None:
    speaker = Speaker()
    speaker.push(SILENCE, 20)
    speaker.push(SPEECH, 10)
    end = speaker.position + 100
    voice = Voice(10 * WINDOW, SPEECH)
    assert speaker.flush(end) == [
        Closed(20 * WINDOW - PRE_ROLL, end, 30 * WINDOW, "flush", voice=voice),
    ]
    assert speaker.segmenter.settled == end


def test_speech_that_goes_on_after_a_flush_is_taken_once() -> None:
    speaker = Speaker()
    speaker.push(SPEECH, 10)
    end = speaker.position + 100
    speaker.flush(end)
    assert speaker.push(SPEECH, 3) == [Opened(end, end)]


def test_settled_never_goes_back_and_never_passes_open_speech() -> None:
    speaker = Speaker()
    settled = 0
    for probability, count in ((SILENCE, 30), (SPEECH, 2), (SILENCE, 20), (SPEECH, 900), (SILENCE, 40)):
        for _ in range(count):
            speaker.push(probability)
            now = speaker.segmenter.settled
            assert settled <= now <= speaker.position
            since = speaker.segmenter.open_since
            assert since is None or now == since
            settled = now
