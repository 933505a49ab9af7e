"""What became of one attempt to tell somebody. Pure data.

Each sender gives one of these and raises nothing for what the other side did. `why` is one sentence for a
person; it holds no word of the message, no key and no address with a token in it.
"""

from dataclasses import dataclass
from typing import Final

PASSING: Final = frozenset({408, 425, 429})
"""HTTP statuses below 500 after which another attempt may go through."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has taken it."""


@dataclass(frozen=True, slots=True)
class Later:
    """It may go through another time. `after_s`: how many seconds the other side asked to wait for, if it
    did."""

    why: str
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not go through as it is; it is not tried again by itself."""

    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Whom it was for is there no more: this target is not to be used again."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have arrived: the connection broke after it was handed over. It is not tried again by itself,
    since nobody is to be told twice."""

    why: str


Outcome = Sent | Later | Refused | Gone | Unknown
