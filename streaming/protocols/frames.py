"""Reading and writing JSON messages, the same for every wire: sizes, depth, and complaints a person can read.

In: a text of the peer's. Out: an object, or `ProtocolError` with one sentence about what is wrong. Pure.
"""

import json
import math
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from streaming.errors import Close, ProtocolError
from streaming.nesting import MAX_DEPTH, too_deep

MAX_FRAME: Final = 1 << 20
"""Bytes of one message of any kind."""
MAX_TEXT: Final = 64 * 1024
"""Characters of one message that holds no audio."""

Fields = TypeVar("Fields", bound=BaseModel)

_COMPLAINTS = {
    "model_type": "it should be an object",
    "string_pattern_mismatch": "it should be a language code such as en or ru",
    "string_unicode": "it should be valid Unicode",
}
"""Kinds of error whose usual sentence would show how the server is made."""


def check_size(size: int) -> None:
    """Refuse a frame over 1 MiB."""
    if size > MAX_FRAME:
        raise ProtocolError(
            "frame_too_big",
            f"A frame may hold {MAX_FRAME} bytes at the most, this one has {size}: send smaller pieces.",
            Close.TOO_BIG,
            413,
        )


def check_text(text: str) -> None:
    """Refuse a JSON message over `MAX_TEXT` characters."""
    if len(text) > MAX_TEXT:
        raise ProtocolError(
            "message_too_big",
            f"A message may hold {MAX_TEXT} characters at the most, this one has {len(text)}.",
            Close.TOO_BIG,
            413,
        )


def read_object(text: str) -> dict[str, Any]:
    """The JSON object in a text, of any length. Raises `ProtocolError` `bad_json`."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("bad_json", "A text frame must be a JSON object; this one is no JSON.") from None
    if not isinstance(message, dict):
        raise ProtocolError("bad_json", 'A text frame must be a JSON object, such as {"type": "stop"}.')
    if too_deep(message):
        raise ProtocolError("bad_json", f"The message is nested deeper than {MAX_DEPTH} levels.")
    return message


def read_fields(model: type[Fields], values: Mapping[str, Any], name: object) -> Fields:
    """The fields of the message `name`. Raises `ProtocolError` `invalid_field`: the first wrong one."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        sentence = f"The field {field} of {name} is"
        if first["type"] == "missing":
            raise ProtocolError("invalid_field", f"{sentence} missing.") from None
        wrong = _COMPLAINTS.get(first["type"], first["msg"][:1].lower() + first["msg"][1:])
        raise ProtocolError(
            "invalid_field", f"{sentence} wrong: {wrong} (got {shown(first['input'])})."
        ) from None


def as_text(body: Any) -> str:
    """One line of JSON, numbers with three decimals; NaN becomes null, since JSON has no word for it."""
    return json.dumps(_rounded(body), ensure_ascii=False, separators=(",", ":"))


def shown(value: object, limit: int = 60) -> str:
    """A value of the peer's as it may stand in a sentence."""
    text = repr(value)
    return text if len(text) <= limit else text[:limit] + "…"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list | tuple) else value
