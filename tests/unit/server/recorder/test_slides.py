"""Which pictures of a shared screen are kept: each slide, when it stands still, and nothing that moves."""

import numpy as np

from server.recorder.glance import Glance
from server.recorder.slides import (
    LEAST_SECONDS,
    MOST_TRACKS,
    MOVING_CELLS,
    OLDEST_SECONDS,
    OTHER_CELLS,
    Slides,
)
from tests.unit.server.recorder.glances import glance, grey, noise

WHITE, BLACK = grey(250), grey(5)


def kept(slides: Slides, *glances: Glance) -> list[float]:
    """Since when the pictures were shown that are kept."""
    found = [slides.wanted(one, one.at) for one in glances]
    return [one for one in found if one is not None]


def test_a_picture_is_kept_when_it_stands_still() -> None:
    slides = Slides()
    assert slides.wanted(glance(WHITE, 10.0), 10.0) is None
    assert slides.wanted(glance(WHITE, 12.0), 12.0) == 10.0
    assert slides.wanted(glance(WHITE, 14.0), 14.0) is None, "it is kept already"


def test_a_picture_that_takes_anothers_place_began_between_two_glances() -> None:
    looks = [glance(WHITE if at < 20 else BLACK, at) for at in np.arange(10.0, 30.0, 2.0)]
    assert kept(Slides(), *looks) == [10.0, 19.0]


def test_a_slide_that_is_shown_again_is_kept_again() -> None:
    shown = [WHITE, WHITE, BLACK, BLACK, WHITE, WHITE]
    looks = [glance(cells, 2.0 * at) for at, cells in enumerate(shown)]
    assert kept(Slides(), *looks) == [0.0, 3.0, 7.0]


def test_noise_is_not_kept_although_its_means_are_the_same() -> None:
    looks = [glance(grey(127), 2.0 * at, sharp=noise(at)) for at in range(20)]
    assert kept(Slides(), *looks) == []


def test_a_film_is_not_kept_and_the_picture_on_which_it_stops_is() -> None:
    film = [glance(noise(at), 2.0 * at) for at in range(10)]
    stopped = [glance(noise(9), 20.0), glance(noise(9), 22.0)]
    assert kept(Slides(), *film) == []
    assert kept(Slides(), *film, *stopped) == [17.0]


def test_a_new_picture_that_the_encoder_sharpens_began_when_it_was_first_seen() -> None:
    blurred = [glance(BLACK, 10.0 + 2 * at, sharp=noise(at)) for at in range(2)]
    assert kept(Slides(), *blurred, glance(BLACK, 14.0), glance(BLACK, 16.0)) == [10.0]


def test_what_moved_for_long_before_it_stood_still_did_not_begin_then() -> None:
    moving = [glance(grey(127), 2.0 * at, sharp=noise(at)) for at in range(10)]
    still = [glance(grey(127), 20.0, sharp=noise(1)), glance(grey(127), 22.0, sharp=noise(1))]
    assert kept(Slides(), *moving, *still) == [22.0 - OLDEST_SECONDS]


def test_a_cursor_makes_no_other_picture_and_does_not_keep_one_from_standing_still() -> None:
    cursor = grey(250, count=2, other=0)
    assert kept(Slides(), glance(WHITE, 0.0), glance(cursor, 2.0), glance(WHITE, 4.0)) == [0.0]


def test_a_line_of_text_more_makes_another_picture() -> None:
    line = grey(250, count=OTHER_CELLS + 1, other=200)
    looks = [glance(WHITE, 0.0), glance(WHITE, 2.0), glance(line, 4.0), glance(line, 6.0)]
    assert kept(Slides(), *looks) == [0.0, 3.0]


def test_somebody_who_speaks_does_not_stand_still() -> None:
    faces = [grey(120, count=MOVING_CELLS + 1, other=other) for other in (60, 90, 60, 90)]
    assert kept(Slides(), *(glance(face, 2.0 * at) for at, face in enumerate(faces))) == []


def test_glances_that_come_too_soon_are_not_looked_at() -> None:
    slides = Slides()
    assert slides.wanted(glance(WHITE, 0.0), 0.0) is None
    assert slides.wanted(glance(WHITE, 0.0), LEAST_SECONDS - 0.1) is None
    assert slides.wanted(glance(WHITE, 0.0), LEAST_SECONDS) is not None


def test_two_tracks_that_take_turns_are_each_kept_once() -> None:
    looks = [glance((WHITE, BLACK)[at % 2], 1.0 * at, f"t-{at % 2}") for at in range(12)]
    assert len(kept(Slides(), *looks)) == 2
    again = [glance(WHITE, 20.0, "t-3"), glance(WHITE, 22.0, "t-3")]
    assert len(kept(Slides(), *looks, *again)) == 2, "the same picture under another key"


def test_tracks_without_number_are_not_all_remembered() -> None:
    slides = Slides()
    for number in range(1_000):
        slides.wanted(glance(noise(number), 0.0, f"t-{number}"), 0.0)
        slides.wanted(glance(noise(number), 2.0, f"t-{number}"), 2.0)
    assert len(slides._seen) == len(slides._kept) == MOST_TRACKS


def test_a_clock_that_runs_backwards_is_borne() -> None:
    looks = [glance(BLACK, 100.0), glance(WHITE, 50.0), glance(WHITE, 52.0)]
    slides = Slides()
    found = [slides.wanted(one, 2.0 * at) for at, one in enumerate(looks)]
    assert found == [None, None, 50.0]
