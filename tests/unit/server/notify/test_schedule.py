"""Ten attempts over three and a half days, as Standard Webhooks recommends."""

from server.notify.schedule import ATTEMPTS, DELAYS, seconds_to_next


def test_delays_grow_from_attempt_to_attempt_until_it_is_given_up() -> None:
    waits = [seconds_to_next(number, 0.0) for number in range(1, ATTEMPTS + 1)]
    assert waits == [*DELAYS[1:], None]


def test_jitter_lengthens_a_delay_and_never_shortens_it() -> None:
    assert seconds_to_next(2, 0.5) == 330
    assert seconds_to_next(2, 1.0) == 360


def test_what_the_receiver_asks_for_is_waited_for_up_to_a_day() -> None:
    assert seconds_to_next(1, 0.0, wish=90) == 90
    assert seconds_to_next(2, 0.0, wish=90) == 300
    assert seconds_to_next(1, 0.0, wish=1e9) == 86_400
    assert seconds_to_next(ATTEMPTS, 0.0, wish=90) is None
