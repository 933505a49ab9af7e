"""A window that waits for the model. Pure data."""

from collections.abc import Hashable
from dataclasses import dataclass

from asr.types import DecodeRequest


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A queued window: its request, what it may share a batch with, and when it came (seconds); whether the
    model has failed on it once."""

    request: DecodeRequest
    batch_key: Hashable
    queued_at: float
    again: bool = False
