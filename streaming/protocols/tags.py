"""Languages as clients of other services name them: by tags, or by a word for "whichever is spoken". Pure."""

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import StringConstraints

from streaming.languages import whisper_code

_ANY: Final = frozenset({"auto", "multi"})

LanguageTag = Annotated[
    str, StringConstraints(pattern=r"^(auto|multi|[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*)$", max_length=30)
]
"""A tag such as `en-US`, or `auto` or `multi`."""


def languages_of(tags: Iterable[str]) -> tuple[str, ...]:
    """The codes of a client's languages, each once; empty: whichever is spoken."""
    return tuple(dict.fromkeys(whisper_code(tag) for tag in tags if tag not in _ANY))
