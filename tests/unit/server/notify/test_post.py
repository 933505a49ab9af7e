"""What a receiver's answer means, and what it asks to wait for."""

from datetime import UTC, datetime

import pytest

from server.notify.outcome import Gone, Later, Refused, Sent
from server.notify.post import Answer, outcome_of, wish

NOW = datetime(2026, 11, 4, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, Sent), (204, Sent), (301, Refused), (307, Refused), (400, Refused), (401, Refused), (404, Refused)]
    + [
        (410, Gone),
        (408, Later),
        (425, Later),
        (429, Later),
        (500, Later),
        (502, Later),
        (503, Later),
        (504, Later),
    ],
)
def test_each_status_has_its_outcome(status: int, kind: type) -> None:
    assert isinstance(outcome_of(Answer(status), gone=frozenset({410})), kind)


def test_what_it_asks_to_wait_for_is_passed_on() -> None:
    assert outcome_of(Answer(429, 30.0), gone=frozenset()) == Later("The receiver answered 429.", 30.0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Wed, 04 Nov 2026 09:31:00 GMT", 60.0),
        ("Wed, 04 Nov 2026 09:00:00 GMT", 0.0),
        ("Wed, 04 Nov 2026 09:31:00", None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 40, None),
        ("٣", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str, seconds: float | None) -> None:
    assert wish(header, NOW) == seconds
