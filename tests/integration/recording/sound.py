"""Recorded sound as tests look at it: fetched, decoded, and held against what was sent."""

from pathlib import Path
from typing import Any

import httpx
import numpy as np

from server.media import read_file
from tests.support.looking import eventually
from tests.support.node import wire_audio
from tests.support.recordings import RATE, Samples, samples
from tests.support.wire import PCM, Wire, pieces, wire

LIKE = 0.8
"""Correlation of speech with itself after Opus of 24 kb/s, which keeps how it sounds more than its waves."""
NEAR = 4
"""Samples that it may be displaced by."""


async def spoken(url: str, *tracks: Samples, **fields: Any) -> tuple[str, Wire]:
    """Say tracks of equal length in a recorded stream, to its end: the meeting, and what was told."""
    audio = {**PCM, "channels": len(tracks)}
    async with wire(url) as client:
        ready = await client.start(audio, record=True, multichannel=len(tracks) > 1, **fields)
        await client.send(pieces(wire_audio(*tracks), 3_200 * len(tracks)))
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    return str(ready["meeting"]), client


async def listed(client: httpx.AsyncClient, meeting: str) -> dict[str, Any]:
    """What is said of a meeting's sound."""
    answer = (await client.get(f"/v1/meetings/{meeting}/recordings")).raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


async def heard(client: httpx.AsyncClient, url: str, folder: Path) -> Samples:
    """A recording, decoded."""
    file = folder / "heard.ogg"
    file.write_bytes((await client.get(url)).raise_for_status().content)
    return np.concatenate(list(read_file(file)))


async def complete(client: httpx.AsyncClient, meeting: str) -> list[dict[str, Any]]:
    """The pieces of a meeting, once all of them are."""
    found: list[dict[str, Any]] = []

    async def all_are() -> bool:
        found[:] = (await listed(client, meeting))["data"]
        return bool(found) and not any(one["live"] for one in found)

    await eventually(all_are)
    return found


def likeness(one: Samples, other: Samples) -> float:
    """Correlation, 1 for the same."""
    length = min(len(one), len(other))
    found: float = np.corrcoef(one[:length], other[:length])[0, 1]
    return found


def displacement(one: Samples, other: Samples, most: int = 800) -> int:
    """By how many samples `one` is later than `other`, as far as that is heard."""
    middle = other[most : min(len(one), len(other)) - most]
    found = [float(one[most + lag :][: len(middle)] @ middle) for lag in range(-most, most)]
    return int(np.argmax(found)) - most


def speech(seconds: float, begin: float = 0.0) -> Samples:
    """Of the sample."""
    return samples()[round(begin * RATE) : round((begin + seconds) * RATE)]
