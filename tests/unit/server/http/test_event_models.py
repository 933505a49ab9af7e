"""The contract's webhooks: each event has a model and an example that keeps to it."""

from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from server.http.event_models import MESSAGES, example
from server.http.table import contract
from server.store.event_records import EVENT_TYPES, PING


def test_there_is_one_for_each_event() -> None:
    assert set(MESSAGES) == {*EVENT_TYPES, PING}
    assert set(contract("1")["webhooks"]) == set(MESSAGES)


@pytest.mark.parametrize("event", MESSAGES)
def test_an_example_is_what_its_model_and_its_schema_say(event: str) -> None:
    document = contract("1")
    body = document["webhooks"][event]["post"]["requestBody"]["content"]["application/json"]
    assert body["example"] == example(event)
    MESSAGES[event].model_validate(body["example"])
    schema = {**body["schema"], "components": document["components"]}
    assert list(OAS31Validator(schema).iter_errors(body["example"])) == []
    assert list(OAS31Validator(schema).iter_errors(_changed(body["example"]))) != []


def _changed(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "data": {**value["data"], "unknown": 1}}
