"""How late the captions of the last minutes came."""

from server.live.delays import MOST, WINDOW_SECONDS, Delays, Spread


def test_drafts_and_finals_are_told_apart() -> None:
    delays = Delays()
    for number in range(1, 101):
        delays.add(number / 100, 0.0, final=False)
    delays.add(2.0, 0.0, final=True)
    assert delays.drafts(0.0) == Spread(100, 0.51, 0.96)
    assert delays.finals(0.0) == Spread(1, 2.0, 2.0)


def test_what_is_older_than_the_window_counts_no_more() -> None:
    delays = Delays()
    delays.add(9.0, 0.0, final=True)
    delays.add(1.0, 10.0, final=True)
    assert delays.finals(WINDOW_SECONDS + 1) == Spread(1, 1.0, 1.0)
    assert delays.finals(WINDOW_SECONDS + 11) == Spread()


def test_no_more_than_so_many_are_kept() -> None:
    delays = Delays()
    for number in range(MOST + 5):
        delays.add(float(number), 0.0, final=False)
    assert delays.drafts(0.0).count == MOST
