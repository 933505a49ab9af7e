"""Reports and drafts as the store keeps them: values of JSON. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from summarizer import drafts as of_drafts
from summarizer import schema
from summarizer.drafts import Drafts, InvalidDrafts
from summarizer.schema import Report


def as_json(report: Report) -> dict[str, Any]:
    """The report as the store keeps it."""
    return _value(schema.to_json(report))


def from_stored(value: Mapping[str, Any]) -> Report:
    """A stored report. Raises `InvalidReport`."""
    return schema.from_json(json.dumps(value))


def drafts_as_json(drafts: Drafts) -> dict[str, Any]:
    """The drafts as the store keeps them."""
    return _value(of_drafts.to_json(drafts))


def drafts_of(value: Mapping[str, Any] | None) -> Drafts:
    """Stored drafts; none where they were written by another version of Steno."""
    try:
        return of_drafts.from_json(json.dumps(value)) if value is not None else Drafts()
    except InvalidDrafts:
        return Drafts()


def _value(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    return value
