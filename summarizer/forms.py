"""The forms in which a model answers: the schema of each, and how it is read.

In: the text of an answer. Out: statements with the segments they cite, or `Unreadable` with the place, for
the model to read. The schemas keep to what all servers know: all fields required, nothing else allowed, no
limits.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from summarizer.drafts import Headline, Statement
from summarizer.faults import first_fault
from summarizer.prompt import Numbered
from summarizer.template import TemplateSection
from summarizer.verify import Candidate

LONGEST_ANSWER = 200_000
"""Characters of an answer that are read."""

_ONE_TASK = {"owner": {"type": ["string", "null"]}, "due_text": {"type": ["string", "null"]}}
_Parsed = TypeVar("_Parsed", bound=BaseModel)
T = TypeVar("T")


class Unreadable(ValueError):
    """The answer is not what was asked for; the message says where, for the model to read."""


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """A JSON schema, and the reader of texts that follow it, which raises `Unreadable`."""

    schema: Mapping[str, Any]
    read: Callable[[str], T]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Said(_Answer):
    cites: Annotated[list[int], Field(max_length=50)]
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    owner: Annotated[str, Field(max_length=200)] | None = None
    due_text: Annotated[str, Field(max_length=200)] | None = None
    section: str | None = None


class _Items(_Answer):
    items: Annotated[list[_Said], Field(max_length=200)]


class _Head(_Answer):
    cites: Annotated[list[int], Field(max_length=50)]
    gist: Annotated[str, Field(max_length=2000)]
    title: Annotated[str, Field(max_length=200)]


def statements(sections: Sequence[TemplateSection], transcript: Numbered) -> Form[tuple[Statement, ...]]:
    """The items of one section, or of several, each item then naming its own."""
    keys = [section.key for section in sections]
    item: dict[str, Any] = {
        "cites": {"type": "array", "items": {"type": "integer"}},
        "text": {"type": "string"},
    }
    if len(keys) > 1:
        item = {"section": {"type": "string", "enum": keys}} | item
    if any(section.kind == "actions" for section in sections):
        item |= _ONE_TASK

    def read(text: str) -> tuple[Statement, ...]:
        return tuple(_statement(one, keys, transcript) for one in _parsed(_Items, text).items)

    return Form(closed({"items": {"type": "array", "items": closed(item)}}), read)


def headline(transcript: Numbered) -> Form[Headline]:
    """The meeting in a title and in one sentence."""
    schema = closed(
        {
            "cites": {"type": "array", "items": {"type": "integer"}},
            "gist": {"type": "string"},
            "title": {"type": "string"},
        }
    )

    def read(text: str) -> Headline:
        found = _parsed(_Head, text)
        cites = transcript.cited(found.cites)
        return Headline(*(Candidate(said, cites) if said else None for said in (found.title, found.gist)))

    return Form(schema, read)


def closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object with these properties and no other."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def first_object(text: str) -> dict[str, Any]:
    """The first whole JSON object in a text, after what a model thought aloud. Raises `Unreadable`."""
    text = text[:LONGEST_ANSWER].rpartition("</think>")[2]
    decoder = json.JSONDecoder()
    start = text.find("{")
    for _ in range(20):
        if start < 0:
            break
        try:
            found, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
            continue
        if isinstance(found, dict):
            return found
    raise Unreadable("the answer holds no whole JSON object")


def _parsed(shape: type[_Parsed], text: str) -> _Parsed:
    try:
        return shape.model_validate(first_object(text))
    except ValidationError as error:
        raise Unreadable(first_fault(error)) from error


def _statement(one: _Said, keys: list[str], transcript: Numbered) -> Statement:
    section = keys[0] if len(keys) == 1 else one.section
    if section not in keys:
        raise Unreadable(f"items.section: it should be one of {', '.join(keys)}")
    cites = transcript.cited(one.cites)
    return Statement(section, Candidate(one.text, cites, one.owner or None, one.due_text or None))
