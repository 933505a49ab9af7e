"""A process that hears the uploads of a folder, and dies where it is told to.

`python -m tests.support.uploading URL FOLDER NODE LEASE [DIE]`: the words are read by the scripted
recognizer; at its DIE-th answer the process kills itself as `kill -9` does. See `tests.support.workers`.
"""

import asyncio
import sys
from itertools import count
from pathlib import Path

from prometheus_client import CollectorRegistry

from asr.types import DecodeRequest, Hypothesis
from server.files.folder import Folder
from server.files.hearing import Files
from server.files.job import UploadJob
from server.jobs.runner import follow_ups
from server.live.admission import Admission
from server.live.hub import Hub
from server.live.services import LiveServices
from server.live.sessions import Sessions
from server.metrics import Metrics
from server.store.postgres import open_store
from tests.fakes.recognizer import ScriptedRecognizer, transcribe
from tests.fakes.vad import EnergyVad
from tests.support.workers import maybe_die, until_the_end


def _reading(die: str) -> ScriptedRecognizer:
    """Answers one window after the other, so slowly that the store can keep up."""
    answered = count(1)

    def read(request: DecodeRequest) -> Hypothesis:
        maybe_die(die, str(next(answered)))
        return transcribe(request)

    recognizer = ScriptedRecognizer(delay=lambda _: 0.05 * len(recognizer.requests), read=read)
    return recognizer


async def main(url: str, folder: str, node: str, lease: str, die: str = "") -> None:
    """Work until the input ends."""
    metrics = Metrics(CollectorRegistry())
    async with open_store(url) as store:
        live = LiveServices(
            store=store,
            hub=Hub(store),
            recognizer=_reading(die),
            new_vad=EnergyVad,
            languages=lambda: ("en",),
            metrics=metrics,
            clock=asyncio.get_running_loop().time,
            idle_seconds=60.0,
            resume_seconds=1.0,
            node=node,
        )
        sessions = Sessions(live, Admission(8))
        async with sessions.running():
            job = UploadJob(store.uploads, Folder(Path(folder)), Files(sessions))
            async with follow_ups(url, store, (job.work,), metrics, node=node, lease_seconds=float(lease)):
                await until_the_end()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
