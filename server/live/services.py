"""What live streams need from the rest of the server, handed over by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass

from asr.types import Recognizer, VadStream
from server.live.hub import Hub
from server.metrics import Metrics
from server.recording.recorder import Recorder
from server.store.api import Store


@dataclass(frozen=True, slots=True)
class LiveServices:
    """`idle_seconds`: how long a socket may bring no audio; `resume_seconds`: how long a session outlives it.
    `node` names this process among all that share the database; without `recorder` nothing is recorded."""

    store: Store
    hub: Hub
    recognizer: Recognizer
    new_vad: Callable[[], VadStream]
    languages: Callable[[], tuple[str, ...]]
    metrics: Metrics
    clock: Callable[[], float]
    idle_seconds: float
    resume_seconds: float
    node: str
    recorder: Recorder | None = None
