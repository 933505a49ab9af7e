"""How a section is asked for and its answer read: the next request, given the answers so far.

In: what a model or its server answered. Out: the next step, candidates, or the reason for giving up. From
the strictest form down: a JSON schema that the server enforces, a JSON object with the schema in words,
plain text of which the first object is read. In each form one answer may be repaired. Nothing here sends
anything; the rung that worked should be kept for each server and model.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from summarizer.prompt import Numbered
from summarizer.schema import Kind, Rung
from summarizer.verify import Candidate

RUNGS: tuple[Rung, ...] = ("json_schema", "json_object", "text")
LONGEST_ANSWER = 200_000
"""Characters of an answer that are read."""

PROBE_VALUES = (41, 42)
PROBE_QUESTION = "Tell me about cats."


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Statement(_Answer):
    cites: Annotated[list[int], Field(max_length=50)]
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    owner: Annotated[str, Field(max_length=200)] | None = None
    due_text: Annotated[str, Field(max_length=200)] | None = None


class _Statements(_Answer):
    items: Annotated[list[_Statement], Field(max_length=200)]


class Unreadable(ValueError):
    """The answer is not what was asked for; the message says where, for the model to read."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The next request: its form, and the fault of the answer before it if that is to be repaired."""

    rung: Rung
    repair: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The statements of a section, and the form in which they came."""

    rung: Rung
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """No form helped, or none can: the reason in one sentence. `overflow` asks for shorter windows."""

    why: str
    overflow: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: the text and why it ended, or the status and message of a refusal."""

    text: str = ""
    finish_reason: str | None = "stop"
    status: int = 200
    message: str = ""


Step = Ask | Done | Failed


def after(ask: Ask, answer: Answered, transcript: Numbered) -> Step:
    """What follows from the answer to `ask`."""
    if answer.status != 200:
        return _after_refusal(ask, answer)
    if answer.finish_reason == "length":
        return Failed("the model's answer was cut off before its end")
    if answer.finish_reason == "content_filter":
        return Failed("the model's provider withheld the answer")
    try:
        return Done(ask.rung, candidates(answer.text, transcript))
    except Unreadable as error:
        return _down(ask, str(error)) if ask.repair else Ask(ask.rung, str(error))


def candidates(text: str, transcript: Numbered) -> tuple[Candidate, ...]:
    """The statements in an answer. Raises `Unreadable`."""
    try:
        answer = _Statements.model_validate(first_object(text))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Unreadable(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    return tuple(
        Candidate(one.text, transcript.cited(one.cites), one.owner or None, one.due_text or None)
        for one in answer.items
    )


def first_object(text: str) -> dict[str, Any]:
    """The first whole JSON object in a text. Raises `Unreadable`."""
    text = text[:LONGEST_ANSWER]
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


def response_format(rung: Rung, kind: Kind) -> dict[str, Any] | None:
    """The `response_format` of a request; None where the form is only asked for in words."""
    if rung == "json_schema":
        return {
            "type": "json_schema",
            "json_schema": {"name": "section", "strict": True, "schema": section_schema(kind)},
        }
    return {"type": "json_object"} if rung == "json_object" else None


def in_words(rung: Rung, kind: Kind) -> str:
    """What is added to the instruction where no server holds the schema."""
    if rung == "json_schema":
        return ""
    return "Answer with one JSON object and nothing else, by this JSON schema: " + json.dumps(
        section_schema(kind)
    )


def repair_words(fault: str) -> str:
    """The turn that asks for an answer anew."""
    return (
        f"That answer is not what was asked for: {fault[:300]}. "
        "Answer again, with the whole JSON object only."
    )


def section_schema(kind: Kind) -> dict[str, Any]:
    """The schema in the part of JSON Schema that all servers know: all required, nothing else, no limits."""
    item: dict[str, Any] = {
        "cites": {"type": "array", "items": {"type": "integer"}},
        "text": {"type": "string"},
    }
    if kind == "actions":
        item |= {"owner": {"type": ["string", "null"]}, "due_text": {"type": ["string", "null"]}}
    return _object({"items": {"type": "array", "items": _object(item)}})


def probe_schema() -> dict[str, Any]:
    """A schema that no model would meet by chance."""
    return _object({"zebra": {"type": "integer", "enum": list(PROBE_VALUES)}})


def probed(answer: Answered) -> Rung | Failed:
    """The rung to begin with, by the answer to `PROBE_QUESTION` under `probe_schema`."""
    if answer.status != 200:
        step = _after_refusal(Ask("json_schema"), answer)
        return step.rung if isinstance(step, Ask) else Failed(f"the probe failed: {answer.message[:200]}")
    try:
        held = first_object(answer.text).get("zebra") in PROBE_VALUES
    except Unreadable:
        held = False
    return "json_schema" if held else "json_object"


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _after_refusal(ask: Ask, answer: Answered) -> Step:
    said = answer.message.lower()
    if answer.status in {400, 413, 422}:
        if "context" in said or "too long" in said or "maximum" in said:
            return Failed("the transcript is longer than the model's context", overflow=True)
        if any(word in said for word in ("response_format", "schema", "json_object")):
            return _down(ask, "the server refuses this form of answer")
    return Failed(f"the model's server answered {answer.status}: {answer.message[:200]}")


def _down(ask: Ask, why: str) -> Step:
    below = RUNGS[RUNGS.index(ask.rung) + 1 :]
    return Ask(below[0]) if below else Failed(f"no answer could be read: {why}")
