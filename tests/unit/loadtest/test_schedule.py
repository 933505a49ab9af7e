"""Who says what and when is fixed by the seed, and holds the duty."""

from itertools import pairwise

import numpy as np
import pytest

from loadtest.client import RATE
from loadtest.plan import Plan
from loadtest.schedule import BREATH, PAUSE, TAIL, write_scripts
from tests.unit.loadtest.made import clip

CLIPS = [clip(1.0 + index / 4, f"clip {index}") for index in range(12)]


def test_the_same_plan_gives_the_same_scripts_and_another_seed_others() -> None:
    plan = Plan(speakers=3)
    assert write_scripts(plan, CLIPS) == write_scripts(plan, CLIPS)
    assert write_scripts(plan, CLIPS) != write_scripts(Plan(speakers=3, seed=2), CLIPS)


def test_every_speaker_has_an_order_of_its_own_that_other_speakers_do_not_change() -> None:
    first, second = write_scripts(Plan(speakers=2, stagger=0), CLIPS)
    assert first.reference != second.reference
    assert write_scripts(Plan(speakers=1, stagger=0), CLIPS) == [first]


@pytest.mark.parametrize("duty", [0.2, 0.5, 0.8, 0.9])
def test_the_share_of_talking_is_the_duty(duty: float) -> None:
    scripts = write_scripts(Plan(speakers=4, seconds=600, duty=duty), CLIPS)
    talking = sum(script.talking for script in scripts) / sum(script.seconds for script in scripts)
    assert talking == pytest.approx(duty, abs=0.02)


def test_who_talks_all_the_time_only_breathes() -> None:
    (script,) = write_scripts(Plan(duty=1.0), CLIPS)
    assert len(script.turns) == 1
    gaps = [after - before - one.seconds for (before, one), (after, _) in pairwise(script.clips)]
    assert all(BREATH[0] - 1e-9 <= gap <= BREATH[1] + 1e-9 for gap in gaps)


def test_turns_are_apart_far_enough_to_be_utterances_and_end_before_the_tail() -> None:
    for script in write_scripts(Plan(speakers=5, duty=0.8), CLIPS):
        pauses = [after.start - before.end for before, after in pairwise(script.turns)]
        assert pauses
        assert min(pauses) >= PAUSE[0]
        assert script.turns[-1].end <= script.seconds - TAIL


def test_streams_start_one_by_one_and_end_together() -> None:
    scripts = write_scripts(Plan(speakers=3, seconds=20, stagger=2), CLIPS)
    assert [script.offset for script in scripts] == [0, 2, 4]
    assert [script.offset + script.seconds for script in scripts] == [24, 24, 24]


def test_no_clip_comes_again_before_all_have_been_played() -> None:
    (script,) = write_scripts(Plan(seconds=600), CLIPS)
    first = [one.reference for _, one in script.clips[: len(CLIPS)]]
    assert len(set(first)) == len(CLIPS)


def test_the_audio_is_the_clips_at_their_times_and_silence_between() -> None:
    (script,) = write_scripts(Plan(seconds=30), CLIPS)
    audio = np.concatenate(list(script.audio()))
    assert len(audio) == round(script.seconds * RATE)
    loud = np.zeros(len(audio), np.float32)
    for at, one in script.clips:
        loud[round(at * RATE) : round(at * RATE) + len(one.audio)] = 1
    assert np.array_equal(audio, loud)


def test_speakers_take_turns_at_the_languages() -> None:
    clips = [*CLIPS, *(clip(2.0, "раз", "ru") for _ in range(3))]
    scripts = write_scripts(Plan(speakers=3), clips)
    assert [script.language for script in scripts] == ["en", "ru", "en"]
    assert all(one.language == script.language for script in scripts for _, one in script.clips)


def test_faster_than_real_time_there_is_more_to_say() -> None:
    (script,) = write_scripts(Plan(seconds=10, speed=3), CLIPS)
    assert script.seconds == 30
