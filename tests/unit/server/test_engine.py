"""What a running model tells a person who asks whether it is ready."""

import asyncio
from pathlib import Path

import pytest

import server.engine
from asr.device import choose
from asr.modelfiles import ModelFiles
from asr.types import EngineError
from asr.watchdog import MOST_STUCK
from server.engine import Recognition
from tests.unit.asr.test_worker import Gate, final


class Loaded(Gate):
    """Takes what the real engine takes."""

    languages = ("en",)

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()
        loaded.append(self)


loaded: list[Loaded] = []


async def test_a_model_that_hangs_for_good_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(server.engine, "WhisperEngine", Loaded)
    files = ModelFiles(Path(), "scripted", False, "scripted")
    recognition = Recognition(files, choose("cpu", "int8", 1), clock=lambda: now[0])
    worker = recognition.worker
    async with worker.running(), asyncio.TaskGroup() as tasks:
        await worker.wait_ready()
        assert recognition.state == (True, "scripted")
        engine = loaded[-1]
        asked = [tasks.create_task(_fails(recognition, at)) for at in range(MOST_STUCK)]
        while not worker.stuck:
            await engine.busy()
            now[0] += 1_000.0
            worker.check(asyncio.get_running_loop())
        ready, detail = recognition.state
        assert not ready
        assert detail.startswith("the speech model hangs")
        engine.let(100)
        for one in asked:
            await one


async def _fails(recognition: Recognition, at: int) -> None:
    try:
        await recognition.worker.decode(final(str(at), samples=160 + at))
    except EngineError as error:
        assert error.reason in {"engine_timeout", "engine_unavailable"}  # noqa: PT017


async def test_a_model_for_drafts_is_loaded_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.engine, "WhisperEngine", Loaded)
    main, small = (ModelFiles(Path(name), name, False, "scripted") for name in ("main", "small"))
    recognition = Recognition(main, choose("cpu", "int8", 1), clock=lambda: 0.0, partials=small)
    before = len(loaded)
    async with recognition.worker.running():
        await recognition.worker.wait_ready()
        assert recognition.state == (True, "main, drafts small")
        assert recognition.languages() == ("en",)
    assert len(loaded) - before == 2
