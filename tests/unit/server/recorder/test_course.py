"""A bot's way through a meeting, by what is seen and heard and by the time alone."""

import pytest

from server.recorder import reasons
from server.recorder.adapter import Participant, Phase, Sight
from server.recorder.course import (
    ADMIT_SECONDS,
    ALARM_SECONDS,
    JOIN_SECONDS,
    NOBODY_SECONDS,
    Change,
    Course,
    LeaveWhen,
    Sound,
)
from server.recorder.states import Impossible

RULES = LeaveWhen(empty_seconds=30, silence_seconds=300, max_minutes=60)
JOINING, WAITING, INSIDE = (Sight(one) for one in (Phase.JOINING, Phase.WAITING_ROOM, Phase.RECORDING))
ALONE, WITH_ANNA = Sight(Phase.RECORDING, ()), Sight(Phase.RECORDING, (Participant("Anna"),))
QUIET, LOUD, NOTHING = Sound(False, 1), Sound(True, 1), Sound(False, 0)


def recording(rules: LeaveWhen = RULES) -> Course:
    """A bot that is in the meeting since the second 0."""
    course = Course(rules, 0)
    assert course.see(INSIDE, QUIET, 0) == (Change("recording"),)
    return course


def test_the_bot_joins_waits_and_records() -> None:
    course = Course(RULES, 100)
    assert course.see(JOINING, NOTHING, 101) == ()
    assert course.see(WAITING, NOTHING, 102) == (Change("waiting_room"),)
    assert course.see(WAITING, NOTHING, 103) == ()
    assert course.see(WITH_ANNA, QUIET, 104) == (Change("recording"),)


def test_a_page_that_does_not_let_it_join_is_given_up() -> None:
    course = Course(RULES, 0)
    assert course.see(JOINING, NOTHING, JOIN_SECONDS - 1) == ()
    assert course.see(JOINING, NOTHING, JOIN_SECONDS) == (Change("leaving", reasons.NOT_JOINED),)
    assert course.end() == Change("failed", reasons.NOT_JOINED)


def test_a_waiting_room_is_left_after_a_while() -> None:
    course = Course(RULES, 0)
    course.see(WAITING, NOTHING, 80)
    assert course.see(WAITING, NOTHING, 79 + ADMIT_SECONDS) == ()
    assert course.see(WAITING, NOTHING, 80 + ADMIT_SECONDS) == (Change("leaving", reasons.NOT_ADMITTED),)


def test_who_is_turned_away_has_failed_and_who_is_removed_has_not() -> None:
    denied = Course(RULES, 0)
    denied.see(WAITING, NOTHING, 1)
    assert denied.see(Sight(Phase.DENIED), NOTHING, 2) == (Change("leaving", reasons.DENIED),)
    assert denied.end().state == "failed"
    removed = recording()
    seen = Sight(Phase.ENDED, reason=reasons.REMOVED)
    assert removed.see(seen, NOTHING, 2) == (Change("leaving", reasons.REMOVED),)
    assert removed.end() == Change("done", reasons.REMOVED)


def test_a_meeting_that_is_over_is_left() -> None:
    course = recording()
    assert course.see(Sight(Phase.ENDED), NOTHING, 5) == (Change("leaving", reasons.MEETING_ENDED),)


def test_it_leaves_when_everybody_has_left() -> None:
    course = recording()
    course.see(WITH_ANNA, LOUD, 50)
    assert course.see(ALONE, NOTHING, 79) == ()
    assert course.see(ALONE, NOTHING, 80) == (Change("leaving", reasons.EMPTY),)


def test_somebody_who_comes_back_in_time_keeps_it() -> None:
    course = recording()
    course.see(WITH_ANNA, LOUD, 50)
    course.see(ALONE, NOTHING, 79)
    course.see(WITH_ANNA, QUIET, 79.5)
    assert course.see(ALONE, NOTHING, 100) == ()


def test_for_the_first_one_it_waits_longer() -> None:
    course = recording(LeaveWhen(empty_seconds=30, silence_seconds=9_999))
    assert course.see(ALONE, NOTHING, NOBODY_SECONDS - 1) == ()
    assert course.see(ALONE, NOTHING, NOBODY_SECONDS) == (Change("leaving", reasons.NOBODY_CAME),)


def test_where_the_page_does_not_tell_who_sends_a_track_is_there() -> None:
    course = recording()
    assert course.see(INSIDE, QUIET, 40) == ()
    assert course.see(INSIDE, NOTHING, 69) == ()
    assert course.see(INSIDE, NOTHING, 70) == (Change("leaving", reasons.EMPTY),)


def test_it_leaves_when_nothing_is_said() -> None:
    course = recording()
    course.see(WITH_ANNA, LOUD, 10)
    changes = [change for now in range(11, 311) for change in course.see(WITH_ANNA, QUIET, now)]
    assert changes == [Change("recording", reasons.NO_SOUND), Change("leaving", reasons.SILENT)]


def test_it_leaves_when_its_time_is_over() -> None:
    course = recording()
    course.see(WITH_ANNA, LOUD, 3_599)
    assert course.see(WITH_ANNA, LOUD, 3_600) == (Change("leaving", reasons.TIME_OVER),)


def test_silence_with_people_present_raises_an_alarm_once_until_something_is_heard() -> None:
    course = recording()
    assert course.see(WITH_ANNA, QUIET, ALARM_SECONDS - 1) == ()
    assert course.see(WITH_ANNA, QUIET, ALARM_SECONDS) == (Change("recording", reasons.NO_SOUND),)
    assert course.see(WITH_ANNA, QUIET, ALARM_SECONDS + 1) == ()
    assert course.see(WITH_ANNA, LOUD, ALARM_SECONDS + 2) == (Change("recording", reasons.SOUND_AGAIN),)
    later = 2 * ALARM_SECONDS + 2
    assert course.see(WITH_ANNA, QUIET, later) == (Change("recording", reasons.NO_SOUND),)


def test_a_bot_alone_in_silence_raises_none() -> None:
    course = recording(LeaveWhen(empty_seconds=9_999, silence_seconds=9_999))
    assert course.see(ALONE, NOTHING, ALARM_SECONDS + 1) == ()


def test_after_it_leaves_nothing_changes_its_reason() -> None:
    course = recording()
    assert course.leave(reasons.ASKED) == Change("leaving", reasons.ASKED)
    assert course.see(Sight(Phase.ENDED), NOTHING, 1) == ()
    assert course.end(reasons.PAGE_LOST) == Change("done", reasons.ASKED)
    with pytest.raises(Impossible):
        course.end()


def test_a_bot_that_breaks_off_has_failed() -> None:
    assert recording().end(reasons.PAGE_LOST) == Change("failed", reasons.PAGE_LOST)
    assert recording().end() == Change("failed", reasons.INTERNAL)
    assert Course(RULES, 0).end(reasons.ASKED) == Change("done", reasons.ASKED)
