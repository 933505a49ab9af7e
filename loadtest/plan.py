"""What a load test does: how many speak, how much of the time, over what network. Pure data.

A table (of TOML, or of a command's options) goes in, a checked `Plan` comes out. Every field is reported
with the figures, since none of them means anything without the others.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from loadtest.errors import LoadTestError

_Seconds = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Network:
    """What a network does to the messages of each stream, the same in both directions; seconds.

    Every message is `delay` late and up to `jitter` more. All `stall_every` seconds nothing goes through
    for `stall_seconds`; what waited then arrives at once. The order is kept, as TCP keeps it. A speaker's
    connection is cut every `cut_every` on average, for the speaker to resume.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    delay: _Seconds = 0.0
    jitter: _Seconds = 0.0
    stall_every: _Seconds = 0.0
    stall_seconds: _Seconds = 0.0
    cut_every: _Seconds = 0.0

    def __post_init__(self) -> None:
        if self.stall_seconds and self.stall_every <= self.stall_seconds:
            raise ValueError(f"stalls of {self.stall_seconds:g} s need a longer stall_every")


@dataclass(frozen=True, slots=True)
class Plan:
    """One run.

    `seconds` is how long all speak at once; before it, they start one by one, `stagger` seconds apart.
    `duty` is the share of time in which a speaker talks. `piece_ms` is the audio in one message. `speed` 1 is
    real time. `languages` (empty: all) chooses the recordings and is told to the server.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    speakers: Annotated[int, Field(ge=1, le=10_000)] = 1
    seconds: Annotated[float, Field(ge=2, le=86_400)] = 60.0
    duty: Annotated[float, Field(ge=0.05, le=1)] = 0.8
    seed: int = 1
    stagger: Annotated[float, Field(ge=0, le=60)] = 0.25
    piece_ms: Annotated[int, Field(ge=20, le=100)] = 40
    interim: bool = True
    stability: Literal["stable", "accurate"] | None = None
    languages: tuple[Annotated[str, Field(pattern="^[a-z]{2,3}$")], ...] = ()
    viewers: Annotated[int, Field(ge=0, le=1000)] = 0
    speed: Annotated[float, Field(ge=0.1, le=20)] = 1.0
    network: Network = field(default_factory=Network)

    @property
    def ramp(self) -> float:
        """Seconds from the first stream's start to the last one's."""
        return self.stagger * (self.speakers - 1)

    def as_dict(self) -> dict[str, Any]:
        """As a report shows it; `plan_from` reads it back."""
        return asdict(self)


_PLAN = TypeAdapter(Plan)


def plan_from(table: Mapping[str, Any]) -> Plan:
    """A plan from its fields by name. Raises `LoadTestError` `bad_plan`, which names the field."""
    try:
        return _PLAN.validate_python(dict(table))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "network"
        raise LoadTestError("bad_plan", f"The plan's {name} is wrong: {first['msg']}.") from error


def read_plan(path: Path) -> dict[str, Any]:
    """The table of a TOML file, for `plan_from`. Raises `LoadTestError`."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise LoadTestError("no_plan", f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LoadTestError("bad_plan", f"{path} is not TOML: {error}.") from error
