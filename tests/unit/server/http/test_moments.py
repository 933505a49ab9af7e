"""Times and days are taken as they are written, never as a count of seconds."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from server.http.keys import KeyBody
from server.http.report_changes import ItemBody
from server.http.search import SearchQuery
from server.http.usage import UsageQuery
from server.http.webhook_models import ReplayBody

FIELDS: list[tuple[type[BaseModel], str]] = [
    (KeyBody, "expires_at"),
    (ReplayBody, "since"),
    (ItemBody, "due_date"),
    (SearchQuery, "from"),
    (UsageQuery, "first"),
]


@pytest.mark.parametrize("bare", [4_102_444_800, 4_102_444_800.0, "4102444800", "+4102444800", True])
@pytest.mark.parametrize(("model", "field"), FIELDS)
def test_a_bare_number_is_no_time(model: type[BaseModel], field: str, bare: Any) -> None:
    with pytest.raises(ValidationError, match="must be written as RFC 3339 says"):
        model.model_validate({field: bare, "q": "word"})


@pytest.mark.parametrize(("model", "field"), FIELDS)
def test_what_is_written_is_taken(model: type[BaseModel], field: str) -> None:
    written = "2100-01-01" if field in {"due_date", "first"} else "2100-01-01T00:00:00Z"
    assert model.model_validate({field: written, "q": "word", "last": "2100-01-02"})


@pytest.mark.parametrize(("model", "field"), [(KeyBody, "expires_at"), (ReplayBody, "since")])
def test_some_must_say_their_zone(model: type[BaseModel], field: str) -> None:
    with pytest.raises(ValidationError, match="timezone"):
        model.model_validate({field: "2100-01-01T00:00:00"})


@pytest.mark.parametrize(("model", "field"), [(KeyBody, "expires_at"), (ReplayBody, "since")])
def test_a_time_that_utc_does_not_have_is_none(model: type[BaseModel], field: str) -> None:
    with pytest.raises(ValidationError, match="must be a time"):
        model.model_validate({field: "9999-12-31T23:59:59-12:00"})


def test_a_key_may_be_good_to_the_end_of_the_calendar() -> None:
    assert KeyBody.model_validate({"expires_at": "9999-12-31T23:59:59Z"}).expires_at is not None
