"""How deep JSON may be nested: a bound for whatever a peer sends. Pure.

In: a value as `json.loads` gives it. Out: whether it is nested too deep. What is deep costs stack wherever it
is checked, cleaned, stored and written again; the bound is far below what any of these can take.
"""

from collections.abc import Iterator
from typing import Any, Final

MAX_DEPTH: Final = 64
"""Objects and lists inside each other."""


def too_deep(value: Any) -> bool:
    """Whether more than `MAX_DEPTH` objects and lists lie inside each other."""
    level = [value]
    for _ in range(MAX_DEPTH):
        # bounded: by the values of one message or body.
        level = [part for parent in level for part in _parts(parent) if isinstance(part, dict | list)]
        if not level:
            return False
    return True


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
