"""How loud a track was, and a waveform of several."""

import numpy as np

from server.recording.peaks import STEP, Peaks, waveform


def test_a_byte_is_the_square_root_of_the_loudest_sample_however_it_is_cut() -> None:
    sound = np.zeros(3 * STEP + 5, np.int16)
    sound[10], sound[STEP], sound[-1] = 32_767, -8_192, 32_767
    for size in (1, 7, STEP, 2 * STEP, len(sound)):
        peaks = Peaks()
        found = b"".join(peaks.feed(sound[at : at + size]) for at in range(0, len(sound), size))
        assert found + peaks.finish() == bytes([254, 127, 0, 254])


def test_the_waveform_shows_the_loudest_of_all_at_each_moment() -> None:
    loud, quiet = bytes([200]) * 10, bytes([50]) * 20
    assert waveform([(0.0, quiet), (1.0, loud)], 4.0, 4) == [50, 200, 0, 0]


def test_a_short_meeting_has_no_empty_bars_between_its_tenths() -> None:
    assert waveform([(0.0, bytes([90]) * 10)], 1.0, 50) == [90] * 50


def test_nothing_is_drawn_of_no_time_and_outside_of_it() -> None:
    assert waveform([], 0.0, 4) == []
    assert waveform([(9.0, b"\xff"), (-1.0, b"\xff")], 4.0, 2) == [0, 0]
