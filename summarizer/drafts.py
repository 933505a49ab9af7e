"""What a model has answered so far, so that work goes on after a crash where it stood.

Pure data with its JSON. An answer is known by the digest of the request that it answers: it is used again by
whatever asks the same of the same words, and by nothing else. No answer is trusted here.
"""

from dataclasses import dataclass, replace
from datetime import date

from pydantic import ConfigDict, TypeAdapter, ValidationError

from summarizer.faults import first_fault
from summarizer.schema import Line, Rung
from summarizer.verify import Candidate

_STRICT = ConfigDict(extra="forbid")


class InvalidDrafts(ValueError):
    """What was read are no drafts."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a report is written of. Lines have distinct ids; `day` is the meeting's date where it was held."""

    id: str
    title: str
    day: date
    language: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them (estimated where it did not), and seconds of waiting for it."""

    __pydantic_config__ = _STRICT
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.seconds + other.seconds,
        )

    @property
    def tokens(self) -> int:
        """Tokens in both directions."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Statement:
    """One answered statement and the section it was given for."""

    __pydantic_config__ = _STRICT
    section: str
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Part:
    """The answer to one request over the lines from `first` to `last` (segment ids, both included).

    `sections` are the keys it was asked for. `fault` is why it could not be answered, in one sentence, for
    good.
    """

    __pydantic_config__ = _STRICT
    key: str
    first: str
    last: str
    sections: tuple[str, ...]
    statements: tuple[Statement, ...] = ()
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """A title of a few words, and the meeting in one sentence; None where the model gave none."""

    __pydantic_config__ = _STRICT
    title: Candidate | None = None
    gist: Candidate | None = None


@dataclass(frozen=True, slots=True)
class Drafts:
    """Answers in the order of the meeting. `window` is tokens of a window, 0 while all fits one request.

    `complete` says that nothing more will be asked: every part has an answer or a fault, or `stopped` says in
    one sentence why the rest stays unasked.
    """

    __pydantic_config__ = _STRICT
    parts: tuple[Part, ...] = ()
    headline: Headline | None = None
    usage: Usage = Usage()
    window: int = 0
    rung: Rung | None = None
    host: str = ""
    model: str = ""
    stopped: str | None = None
    complete: bool = False

    def answered(self, part: Part) -> "Drafts":
        """With one more answer."""
        return replace(self, parts=(*self.parts, part))

    def keeping(self, keys: frozenset[str]) -> "Drafts":
        """With the answers to these requests only."""
        return replace(self, parts=tuple(part for part in self.parts if part.key in keys))


_ADAPTER = TypeAdapter(Drafts)


def to_json(drafts: Drafts) -> str:
    """The drafts as one JSON document."""
    return _ADAPTER.dump_json(drafts).decode()


def from_json(text: str | bytes) -> Drafts:
    """Drafts that were written by `to_json`. Raises `InvalidDrafts` on anything else."""
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        raise InvalidDrafts(f"no drafts of a report: {first_fault(error)}") from error
