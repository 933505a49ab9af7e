"""What a server's memory grows by: an hour of one speaker, sped up, and then a second speaker.

Starts the `serve` command as a process of its own over scratch data, and reads the kernel's account of that
process alone. The first minutes of audio warm it: every length of window and every size of batch has then
been met. Batches need some tens of megabytes for a moment, so each figure is the median of many looks; the
figures at rest are looked at when no stream is open and what is free has been returned.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
import numpy as np

from loadtest.client import RATE, Audio, Speaker, run
from loadtest.corpus import packaged_corpus, read_corpus
from loadtest.errors import LoadTestError
from loadtest.records import Arrival

EVERY = 0.25
"""Seconds between two looks."""
REST_SECONDS = 25.0
"""Longer than two returns of free memory by the server."""
PAUSE = np.zeros(round(0.8 * RATE), np.float32)
"""Between two utterances: long enough to end one."""
PARTS = 10
"""The stream after the warm-up is shown in so many parts; the growth is from the first to the last."""
FIELDS = ("Rss", "Pss", "Anonymous")


@dataclass(frozen=True, slots=True)
class Look:
    """Bytes at a moment by the kernel's name for them, and how many seconds of audio had their final."""

    heard: float
    bytes: dict[str, int]


class Watch:
    """Looks at a process while `looking` runs."""

    def __init__(self, pid: int) -> None:
        self._account = Path(f"/proc/{pid}/smaps_rollup")
        self.heard = 0.0
        self.looks: list[Look] = []

    def hear(self, arrival: Arrival) -> None:
        """Note how far the captions have come."""
        if arrival.message.get("type") == "caption" and arrival.message.get("final"):
            self.heard = max(self.heard, float(arrival.message["end"]))

    async def looking(self) -> None:
        """Look until cancelled."""
        while True:
            self.looks.append(Look(self.heard, _read(self._account)))
            await asyncio.sleep(EVERY)


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="tiny.en", help="name or folder")
    parser.add_argument("--corpus", type=Path, help="folder with manifest.jsonl; else the packaged meeting")
    parser.add_argument("--minutes", type=float, default=60.0, help="audio after the warm-up")
    parser.add_argument("--warm", type=float, default=2.0, help="minutes of audio that warm the server")
    parser.add_argument("--speed", type=float, default=12.0, help="0: as fast as the server takes it")
    parser.add_argument("--second", type=float, default=60.0, help="seconds with one and with two speakers")
    print(json.dumps(asyncio.run(_measure(parser.parse_args())), indent=1))


async def _measure(given: argparse.Namespace) -> dict[str, object]:
    corpus = read_corpus(given.corpus).of(["en"]) if given.corpus else packaged_corpus()
    clips = [clip.audio for clip in corpus.clips]
    async with _server(given.model) as (url, pid):
        started = await _at_rest(pid)
        await _watched(url, pid, clips, given.warm * 60, given.speed)
        warm = await _at_rest(pid)
        looks = await _watched(url, pid, clips, given.minutes * 60, given.speed)
        rested = await _at_rest(pid)
        one, two = await _second(url, pid, clips, given.second)
    parts = _parts(looks, given.minutes * 60)
    return {
        "at_rest_mb": {"started": started, "warm": warm, "after": rested, "added": _less(rested, warm)},
        "streaming_mb": {"parts": parts, "added": _less(parts[-1], parts[0])},
        "speakers_mb": {"one": one, "two": two, "added": _less(two, one)},
    }


async def _watched(url: str, pid: int, clips: Sequence[Audio], seconds: float, speed: float) -> list[Look]:
    """The looks at the process while one speaker says so many seconds."""
    watch = Watch(pid)
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(watch.looking())
        await run(Speaker(url, speed=speed), _said(clips, seconds), watch.hear)
        looking.cancel()
    return watch.looks


async def _second(
    url: str, pid: int, clips: Sequence[Audio], seconds: float
) -> tuple[dict[str, float], dict[str, float]]:
    """With one speaker in real time, and with two; the beginning of each time is not counted."""
    async with asyncio.TaskGroup() as group:
        first = group.create_task(_watched(url, pid, clips, 2 * seconds, 1.0))
        await asyncio.sleep(seconds)
        await _watched(url, pid, clips, seconds, 1.0)
    looks = first.result()
    count = round(seconds / EVERY)
    return _medians(looks[count // 4 : count]), _medians(looks[count + count // 4 : 2 * count])


def _said(clips: Sequence[Audio], seconds: float) -> Iterator[Audio]:
    """The clips again and again with pauses, so long."""
    left = round(seconds * RATE)
    for clip in cycle(clips):
        for part in (clip, PAUSE):
            yield part[:left]
            left -= min(left, len(part))
        if not left:
            return


async def _at_rest(pid: int) -> dict[str, float]:
    await asyncio.sleep(REST_SECONDS)
    return _medians([Look(0.0, _read(Path(f"/proc/{pid}/smaps_rollup")))])


def _parts(looks: Sequence[Look], seconds: float) -> list[dict[str, float]]:
    """The medians of equal parts of the audio that have been looked at."""
    held: list[list[Look]] = [[] for _ in range(PARTS)]
    for look in looks:
        held[min(int(look.heard / seconds * PARTS), PARTS - 1)].append(look)
    return [_medians(part) for part in held if part]


def _medians(looks: Sequence[Look]) -> dict[str, float]:
    return {name: round(median(look.bytes[name] for look in looks) / 1e6, 1) for name in FIELDS}


def _less(late: dict[str, float], early: dict[str, float]) -> dict[str, float]:
    return {name: round(late[name] - early[name], 1) for name in FIELDS}


def _read(account: Path) -> dict[str, int]:
    rows = (line.partition(":") for line in account.read_text("ascii").splitlines()[1:])
    return {name: int(value.split()[0]) * 1024 for name, _, value in rows if name in FIELDS}


@asynccontextmanager
async def _server(model: str) -> AsyncIterator[tuple[str, int]]:
    """A server's address and process, warm, until the block ends."""
    with TemporaryDirectory(prefix="steno-", ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "log"
        with log.open("wb") as told:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "server.cli.main", "serve", "--port", "0"),
                *("--data", folder, "--model", model),
                stdout=told,
                stderr=told,
            )
        try:
            yield await _ready(log, process), process.pid
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _ready(log: Path, process: asyncio.subprocess.Process) -> str:
    async with httpx.AsyncClient(trust_env=False) as client:
        while process.returncode is None:
            for url in _addresses(log):
                # It says so a moment before it does.
                with suppress(httpx.TransportError):
                    if (await client.get(f"{url}/readyz")).is_success:
                        return url
            await asyncio.sleep(EVERY)
    raise LoadTestError("server_failed", "The server did not start.")


def _addresses(log: Path) -> list[str]:
    """Where the server says that it listens; empty until then."""
    events = [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.startswith("{")]
    return [str(event["url"]) for event in events if event["event"] == "listening"]


if __name__ == "__main__":
    main()
