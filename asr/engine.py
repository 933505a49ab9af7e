"""What a loaded model offers to the threads that decode. Pure; `asr.worker` calls it, `asr.whisper` is one.

Blocking, and used by as many threads at once as the worker has lanes: a call must keep no state of its own.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Protocol

from asr.types import DecodeRequest, Hypothesis


class Engine(Protocol):
    """A loaded model."""

    def warm_up(self) -> None:
        """Make the first real window as fast as the next ones."""
        ...

    def batch_key(self, request: DecodeRequest) -> Hashable:
        """Windows with equal keys may be decoded together. Called on the event loop: cheap."""
        ...

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """Hypotheses in the order of the requests."""
        ...

    def seconds(self) -> Mapping[tuple[str, str], float]:
        """Where its time went so far, by kind of window and step."""
        ...


class Speaking(Engine, Protocol):
    """One that says which languages it knows."""

    languages: tuple[str, ...]
