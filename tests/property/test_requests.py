"""For any body, query or message: a value within its limits, or the one error that is promised."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel
from starlette.datastructures import QueryParams

from loadtest.wire import WireError, read_message
from server.http.models import CaptionsQuery, ListQuery, MeetingBody, PageQuery, TranscriptQuery
from server.http.reading import checked, read_query
from server.http.search import SearchQuery
from server.http.webhook_models import (
    ReplayBody,
    RotationBody,
    WebhookBody,
    WebhookChanges,
    WebhookDeliveriesQuery,
)
from server.store.records import NewMeeting
from streaming.errors import ProtocolError
from tests.property.test_native import ANY_TEXT, JSON

FIELDS = st.sampled_from(list(MeetingBody.model_fields))
LIKELY = st.one_of(
    JSON,
    st.sampled_from(["ru", "EN", "stable", "accurate"]),
    st.lists(st.sampled_from(["ru", "en", "xx", ""])),
    st.lists(ANY_TEXT),
    st.dictionaries(ANY_TEXT, JSON),
    st.integers(-1, 40_000),
)
BODIES = st.dictionaries(st.one_of(FIELDS, FIELDS, ANY_TEXT), LIKELY, max_size=5)
OPTIONS = ("cursor", "limit", "state", "status", "q", "format", "words", "download", "since")
NAMES = st.sampled_from([*OPTIONS, "from", "to", "speaker", "meeting", "language"])
TIMES = ("2026-11-26", "0001-01-01T00:00+14:00", "9e99")
VALUES = st.one_of(
    ANY_TEXT, st.integers().map(str), st.sampled_from(["vtt", "live", "true", "\0", "\ud800", *TIMES])
)


Made = TypeVar("Made")


def made(make: Callable[[], Made]) -> Made | ProtocolError | WireError:
    """What is made of it, or the refusal, whose sentence can be sent."""
    try:
        return make()
    except (ProtocolError, WireError) as error:
        return error


def check_refused(error: ProtocolError) -> None:
    """It names a field, and its sentence can be sent."""
    assert (error.code, error.status) == ("invalid_field", 422)
    assert error.message.encode()


@given(BODIES)
def test_any_body_is_a_meeting_or_refused(body: dict[str, Any]) -> None:
    sent = json.loads(json.dumps(body))
    meeting = made(lambda: checked(MeetingBody, sent).new())
    if isinstance(meeting, NewMeeting):
        kept = [meeting.title or "", meeting.template or "", *meeting.hotwords]
        assert "\0" not in "".join(kept)
        assert "".join(kept).encode().decode() == "".join(kept)
        json.dumps([meeting.notify, meeting.metadata], ensure_ascii=False).encode()
    else:
        assert isinstance(meeting, ProtocolError)
        check_refused(meeting)


WEBHOOK_MODELS = (WebhookBody, WebhookChanges, RotationBody, ReplayBody)
WEBHOOK_FIELDS = st.sampled_from([name for model in WEBHOOK_MODELS for name in model.model_fields])
LIKELY_OF_WEBHOOKS = st.one_of(
    LIKELY,
    st.sampled_from(["https://hooks.example/", "http://[", "2026-11-26T00:00:00Z", "whsec_" + "A" * 44]),
    st.lists(st.sampled_from(["segment.final", "meeting.ended", "x"])),
)


@given(st.sampled_from(WEBHOOK_MODELS), st.dictionaries(WEBHOOK_FIELDS, LIKELY_OF_WEBHOOKS, max_size=4))
def test_any_body_is_of_a_webhook_or_refused(model: type[BaseModel], body: dict[str, Any]) -> None:
    found = made(lambda: checked(model, json.loads(json.dumps(body))))
    if isinstance(found, ProtocolError):
        check_refused(found)
    else:
        assert isinstance(found, model)
        # What PostgreSQL takes: no NUL and no half of a pair.
        kept = json.dumps(found.model_dump(mode="json"), ensure_ascii=False)
        assert "\\u0000" not in kept
        assert kept.encode()


QUERIES = (ListQuery, CaptionsQuery, TranscriptQuery, PageQuery, SearchQuery, WebhookDeliveriesQuery)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6))
def test_any_query_is_read_or_refused(query: list[tuple[str, str]]) -> None:
    for model in QUERIES:
        found = made(partial(read_query, QueryParams(query), model))
        if isinstance(found, ProtocolError):
            check_refused(found)
        else:
            assert isinstance(found, model)


@given(st.one_of(st.binary(), ANY_TEXT, JSON.map(json.dumps)))
@example("[" * 100_000)
@example("9" * 5_000)
def test_a_client_reads_any_message_as_an_object_or_as_no_server(data: str | bytes) -> None:
    message = made(lambda: read_message(data))
    assert isinstance(message, dict) or (isinstance(message, WireError) and message.code == "not_a_server")
