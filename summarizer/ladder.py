"""How an answer is held to its form: the next request, given the answer to the last.

In: what a model or its server answered. Out: the next step, what was read, or the reason for giving up. From
the strictest form down: a JSON schema that the server enforces, a JSON object with the schema in words, plain
text of which the first object is read. In each form one answer may be repaired. Nothing here sends anything;
the rung that worked should be kept for each server and model.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from summarizer.forms import Unreadable, closed, first_object
from summarizer.schema import Rung

RUNGS: tuple[Rung, ...] = ("json_schema", "json_object", "text")

PROBE_VALUES = (41, 42)
PROBE_QUESTION = "Tell me about cats."

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """The next request: its form, and the fault of the answer before it if that is to be repaired."""

    rung: Rung
    repair: str | None = None


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What was read, and the form in which it came."""

    rung: Rung
    value: T


@dataclass(frozen=True, slots=True)
class Failed:
    """No form helped, or none can: the reason in one sentence.

    `overflow` asks for shorter windows; `status` is that of a server that refuses whatever is asked, else 0.
    """

    why: str
    overflow: bool = False
    status: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: the text and why it ended, or the status and message of a refusal."""

    text: str = ""
    finish_reason: str | None = "stop"
    status: int = 200
    message: str = ""


@dataclass(frozen=True, slots=True)
class Probed:
    """What a server does with a schema, and so the rung to begin with."""

    outcome: Literal["enforced", "ignored", "refused"]
    rung: Rung


def after(ask: Ask, answer: Answered, read: Callable[[str], T]) -> Ask | Done[T] | Failed:
    """What follows from the answer to `ask`."""
    if answer.status != 200:
        return _after_refusal(ask, answer)
    if answer.finish_reason == "length":
        return Failed("The model's answer was cut off before its end.")
    if answer.finish_reason == "content_filter":
        return Failed("The model's provider withheld the answer.")
    try:
        return Done(ask.rung, read(answer.text))
    except Unreadable as error:
        return _down(ask) if ask.repair else Ask(ask.rung, str(error))


def response_format(rung: Rung, schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The `response_format` of a request; None where the form is only asked for in words."""
    if rung == "json_schema":
        return {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)},
        }
    return {"type": "json_object"} if rung == "json_object" else None


def in_words(rung: Rung, schema: Mapping[str, Any]) -> str:
    """What is added to the instruction where no server holds the schema."""
    if rung == "json_schema":
        return ""
    return " Answer with one JSON object and nothing else, by this JSON schema: " + json.dumps(
        schema, ensure_ascii=False
    )


def repair_words(fault: str) -> str:
    """The turn that asks for an answer anew."""
    return (
        f"That answer is not what was asked for: {fault[:300]}. "
        "Answer again, with the whole JSON object only."
    )


def probe_schema() -> dict[str, Any]:
    """A schema that no model would meet by chance."""
    return closed({"zebra": {"type": "integer", "enum": list(PROBE_VALUES)}})


def probed(answer: Answered) -> Probed | Failed:
    """What the answer to `PROBE_QUESTION` under `probe_schema` tells of the server."""
    if answer.status != 200:
        step = _after_refusal(Ask("json_schema"), answer)
        return Probed("refused", step.rung) if isinstance(step, Ask) else step
    try:
        held = first_object(answer.text).get("zebra") in PROBE_VALUES
    except Unreadable:
        held = False
    return Probed("enforced", "json_schema") if held else Probed("ignored", "json_object")


def _after_refusal(ask: Ask, answer: Answered) -> Ask | Failed:
    said = answer.message.lower()
    if answer.status in {400, 413, 422}:
        if "context" in said or "too long" in said or "maximum" in said:
            return Failed("The transcript is longer than the model's context.", overflow=True)
        if any(word in said for word in ("response_format", "schema", "json_object", "grammar")):
            return _down(ask)
    return Failed(f"The model's server refused the request (status {answer.status}).", status=answer.status)


def _down(ask: Ask) -> Ask | Failed:
    below = RUNGS[RUNGS.index(ask.rung) + 1 :]
    return Ask(below[0]) if below else Failed("No answer of the model could be read.")
