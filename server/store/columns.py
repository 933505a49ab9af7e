"""Column types that PostgreSQL never rejects: the one place where stored text is made storable.

PostgreSQL takes no U+0000, UTF-8 no lone surrogate, and JSON no NaN; a client may send all three. They are
cleaned here, in what is written and in what is compared with it alike, so no query has to think of them.
"""

import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ARRAY, Text, types
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect


def clean(text: str) -> str:
    """`text` without U+0000; half of a surrogate pair becomes U+FFFD, both halves become their character."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def clean_json(value: Any) -> Any:
    """The same for JSON, keys included, to any depth. NaN and the infinities become null."""
    match value:
        case str():
            return clean(value)
        case float() if not math.isfinite(value):
            return None
        case Mapping():
            return {clean(str(key)): clean_json(item) for key, item in value.items()}
        case list() | tuple():
            return [clean_json(item) for item in value]
        case _:
            return value


class StoredText(types.TypeDecorator[str]):
    """TEXT."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean on the way in."""
        return None if value is None else clean(value)


class StoredTexts(types.TypeDecorator[list[str]]):
    """TEXT[]."""

    impl = ARRAY(Text)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> list[str] | None:
        """Clean on the way in; any sequence of strings will do."""
        return None if value is None else [clean(text) for text in value]


class StoredJSON(types.TypeDecorator[Any]):
    """JSONB, where None is the SQL NULL."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Clean on the way in; mappings and tuples become what JSON knows."""
        return clean_json(value)
