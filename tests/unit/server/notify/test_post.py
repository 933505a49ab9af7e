"""What a receiver's answer means, and what it asks to wait for."""

from datetime import UTC, datetime

import pytest

from server.notify.outcome import Gone, Later, Refused, Sent
from server.notify.post import Answer, outcome_of, wish

NOW = datetime(2026, 11, 4, 9, 30, tzinfo=UTC)


MEANINGS = {
    Sent: (200, 201, 204),
    Refused: (301, 307, 400, 401, 404),
    Gone: (410,),
    Later: (408, 425, 429, 500, 502, 503, 504),
}


@pytest.mark.parametrize(
    ("status", "kind"), [(status, kind) for kind, statuses in MEANINGS.items() for status in statuses]
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
