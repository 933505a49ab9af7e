"""The server is killed with SIGKILL while a meeting is recorded: what was heard is in the files, once."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.faults.mortal import Restartable
from tests.integration.recording.sound import (
    LIKE,
    NEAR,
    complete,
    displacement,
    heard,
    likeness,
    listed,
    speech,
)
from tests.support.looking import eventually
from tests.support.node import Caller, wire_audio
from tests.support.plain import plain_http
from tests.support.process import SCRIPTED
from tests.support.recordings import RATE, Samples

pytestmark = [pytest.mark.timeout(600)]

KILLS = (4.3, 9.1)
"""Seconds of the recording that are sent before each kill."""
SECONDS = 14.0


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Restartable]:
    """A server with a scripted model, which may be killed; its parameter is how long it waits for clients."""
    made = Restartable("base", program=SCRIPTED, resume_seconds=getattr(request, "param", "4"))
    try:
        made.start()
        yield made
    finally:
        made.remove()


@pytest.fixture
async def client(server: Restartable) -> AsyncIterator[httpx.AsyncClient]:
    """Its calls."""
    async with plain_http(server.url) as made:
        yield made


async def written(client: httpx.AsyncClient, meeting: str, seconds: float) -> None:
    """Wait until the sound before a moment is in the files."""

    async def all_of_it() -> bool:
        found = (await listed(client, meeting))["data"]
        return max((one["start"] + one["duration"] for one in found), default=0.0) >= seconds

    await eventually(all_of_it)


async def test_at_most_the_last_second_is_lost_and_it_is_said(
    server: Restartable, client: httpx.AsyncClient
) -> None:
    caller = Caller(wire_audio(speech(SECONDS)), options={"record": True})
    async with caller.started(server.stream) as wire:
        await caller.speak(wire, round(10 * RATE))
        await wire.say({"type": "ping"})
        await wire.until("pong")
        # Nothing more is sent: what the server holds back of ten seconds is what a crash may lose.
        await written(client, caller.meeting, 9.0)
        server.kill()
    server.start()
    found = await complete(client, caller.meeting)
    (missing,) = (await listed(client, caller.meeting))["missing"] or [None]
    assert len(found) == 1
    assert 9.0 <= found[0]["duration"] <= 10.0
    assert missing is None or missing["end"] <= 10.0


# A start may take longer than four seconds on a machine that does other work.
@pytest.mark.parametrize("server", ["60"], indirect=True)
async def test_a_recording_goes_on_after_each_kill_and_doubles_nothing(
    server: Restartable, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    said = speech(SECONDS)
    caller = Caller(wire_audio(said), options={"record": True})
    async with caller.started(server.stream) as wire:
        await caller.speak(wire, round(KILLS[0] * RATE))
        await written(client, caller.meeting, KILLS[0] - 1)
        server.kill()
    server.start()
    async with caller.resumed(server.stream) as wire:
        await caller.speak(wire, round(KILLS[1] * RATE))
        await written(client, caller.meeting, KILLS[1] - 1)
        server.kill()
    server.start()
    async with caller.resumed(server.stream) as wire:
        assert await caller.finish(wire) == 1000
    pieces = await complete(client, caller.meeting)
    assert len(pieces) == 1 + len(KILLS)
    assert (await listed(client, caller.meeting))["missing"] == []
    whole = await joined(client, pieces, tmp_path)
    assert len(whole) == len(said)
    assert likeness(whole, said) > LIKE
    assert abs(displacement(whole[10 * RATE :], said[10 * RATE :])) <= NEAR


async def joined(client: httpx.AsyncClient, pieces: list[dict[str, Any]], folder: Path) -> Samples:
    """The sound of pieces that follow on each other."""
    sounds = [await heard(client, one["url"], folder) for one in pieces]
    end = 0
    for one, sound in zip(pieces, sounds, strict=True):
        assert abs(one["start"] * RATE - end) < 32, "neither a hole nor twice the same"
        end += len(sound)
    return np.concatenate(sounds)
