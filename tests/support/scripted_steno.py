"""`steno serve` with a model that reads scripted speech: `python -m tests.support.scripted_steno`.

Everything else is the real thing: sockets, signals, database, scheduler and worker thread. It starts in the
time that PostgreSQL takes, and transcripts can be compared to the sample.
"""

import asyncio
from collections.abc import Hashable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import server.app
import server.engine
from asr.modelfiles import ModelFiles
from asr.types import DecodeRequest, Hypothesis
from server import logs
from server.settings import Settings
from tests.fakes.recognizer import transcribe
from tests.fakes.vad import EnergyVad


class ScriptedEngine:
    """Implements `asr.engine.Engine`."""

    languages = ("en",)

    def __init__(self, *_: object, **__: object) -> None:
        """Takes what the real engine takes."""

    def warm_up(self) -> None:
        """Is warm."""

    def batch_key(self, request: DecodeRequest) -> Hashable:
        """All windows go together."""
        return None

    def seconds(self) -> dict[tuple[str, str], float]:
        """Takes no time worth telling."""
        return {}

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """What stands in the windows."""
        return [transcribe(request) for request in requests]


SCRIPTED: tuple[tuple[Any, str, Any], ...] = (
    (server.engine, "WhisperEngine", ScriptedEngine),
    (
        server.app,
        "models",
        SimpleNamespace(resolve=lambda name, _: ModelFiles(Path(), name, False, "scripted")),
    ),
    (server.app, "shared_vad", lambda: SimpleNamespace(stream=EnergyVad)),
)
"""What stands in place of what: module, name, part."""


def main() -> None:
    """Serve until SIGTERM."""
    for module, name, part in SCRIPTED:
        setattr(module, name, part)
    settings = Settings()
    logs.configure(settings.log_level)
    asyncio.run(server.app.serve_forever(settings))


if __name__ == "__main__":
    main()
