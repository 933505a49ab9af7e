"""Offline decoding measured in a process of its own: `loadtest.bench.offline` with this server's model.

Settings and recordings go in, its figures come out. The caller has stopped its server, since two models on
one machine would measure each other.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from loadtest.corpus import Corpus
from loadtest.errors import LoadTestError
from server.cli import terminal
from server.settings import Settings

LEAST = 20.0
"""Seconds of measurement; shorter ones say more of the moment than of the machine."""


async def measured_offline(
    settings: Settings, corpus: Corpus, seconds: float = LEAST, batch: int = 0
) -> dict[str, Any]:
    """Its throughput, measured for at least `seconds` in batches of so many windows; 0: as the server's.

    Raises `LoadTestError` when it fails.
    """
    terminal.errors.print("Measuring offline decoding of the same speech.", highlight=False)
    with TemporaryDirectory(prefix="steno-") as folder:
        clips = Path(folder) / "clips.npz"
        await asyncio.to_thread(_keep, corpus, clips)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *_command(settings, clips, seconds, batch),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            told, complaint = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode:
        last = complaint.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise LoadTestError("offline_failed", f"Offline decoding could not be measured. {' '.join(last)}")
    return dict(json.loads(told))


def _keep(corpus: Corpus, path: Path) -> None:
    np.savez(path, **{f"{clip.language}/{index:05}": clip.audio for index, clip in enumerate(corpus.clips)})  # type: ignore[arg-type]


def _command(settings: Settings, clips: Path, seconds: float, batch: int) -> Iterator[str]:
    model = Path(settings.model)
    yield from ("-m", "loadtest.bench.offline", "--clips", str(clips), "--seconds", str(seconds))
    yield from ("--model", str(model.resolve()) if model.exists() else settings.model)
    yield from ("--data", str(settings.data.resolve()), "--device", settings.device)
    yield from ("--compute-type", settings.compute_type, "--threads", str(settings.threads))
    yield from ("--batch", str(batch))
