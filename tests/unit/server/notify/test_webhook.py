"""A webhook is signed so that the official verifier takes it, and never larger than receivers take."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from server.notify.targets import new_secret
from server.notify.webhook import LARGEST, body_of, signed

HAPPENED = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
SECRET = new_secret()


def test_the_official_verifier_takes_it_and_refuses_what_was_changed() -> None:
    body = body_of("meeting.report_ready", HAPPENED, {"meeting_id": "m1", "title": "Отчёт"})
    headers = signed(SECRET, "dlv_1", int(datetime.now(UTC).timestamp()), body)
    assert Webhook(SECRET).verify(body, headers) == json.loads(body)
    for other in (body.replace(b"m1", b"m2"), body + b" "):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(other, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, headers)


def test_an_old_signature_is_refused_so_each_attempt_has_its_own_time() -> None:
    body = body_of("meeting.report_ready", HAPPENED, {})
    old = signed(SECRET, "dlv_1", int((datetime.now(UTC) - timedelta(minutes=6)).timestamp()), body)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, old)


def test_the_body_has_the_event_its_time_and_its_data() -> None:
    assert json.loads(body_of("meeting.report_ready", HAPPENED, {"a": "\ud800"})) == {
        "type": "meeting.report_ready",
        "timestamp": HAPPENED.isoformat(),
        "data": {"a": "?"},
    }


def test_a_body_that_is_too_large_is_not_made() -> None:
    with pytest.raises(ValueError, match="over 20000"):
        body_of("meeting.report_ready", HAPPENED, {"a": "x" * LARGEST})
