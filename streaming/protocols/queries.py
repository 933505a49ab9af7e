"""The query of a handshake as the fields of a model. Pure.

In: names with all their values. Out: a checked model, or `ProtocolError` about the first parameter that is
wrong. Booleans are read in any case; lists may be one JSON text or the parameter several times.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from streaming.protocols.frames import Fields, read_fields

Query = Mapping[str, Sequence[str]]


class QueryModel(BaseModel):
    """Parameters of a query; those that a model does not name are ignored."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


def _last(value: Any) -> Any:
    return value[-1] if isinstance(value, list) else value


def _listed(value: Any) -> Any:
    if not isinstance(value, list) or len(value) != 1:
        return value
    text = value[0]
    if not text.lstrip().startswith("["):
        return [part for part in (one.strip() for one in text.split(",")) if part]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


One = BeforeValidator(_last)
"""A parameter that counts once: the last value."""
Many = BeforeValidator(_listed)
"""A parameter that is a list: JSON, with commas, or given several times."""

Text = Annotated[str, One]
Flag = Annotated[bool, One]
Number = Annotated[int, One]
Texts = Annotated[list[str], Many]


def read_query(model: type[Fields], query: Query) -> Fields:
    """The parameters of a handshake. Raises `ProtocolError` `invalid_field`."""
    given = {name: [str(value) for value in values] for name, values in query.items() if values}
    return read_fields(model, given, "the query")
