"""A server process that is killed, or told to stop, in the midst of a word; the next one goes on.

Real processes over one data folder with its PostgreSQL; speech and model are scripted.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from server.app import assembled
from server.settings import Settings
from tests.support import scripted_steno
from tests.support.node import Caller, numbers, undisturbed, wire_audio
from tests.support.plain import plain_http
from tests.support.process import LOG, SCRIPTED, STOP_SECONDS, Server, short_folder, started
from tests.support.speech import WORD, join, say, silence

PAUSE = silence(0.9)
FIRST, SECOND, THIRD = say("alpha bravo charlie"), say("delta echo foxtrot golf"), say("hotel india juliet")
AUDIO = wire_audio(join(PAUSE, FIRST, PAUSE, SECOND, PAUSE, THIRD, PAUSE))
IN_THE_SECOND = len(join(PAUSE, FIRST, PAUSE)) + 2 * WORD + WORD // 3
IN_THE_THIRD = len(join(PAUSE, FIRST, PAUSE, SECOND, PAUSE)) + WORD // 2


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder with a short name, for the sake of its sockets."""
    with short_folder() as folder:
        yield folder


async def api(server: Server, path: str) -> dict[str, Any]:
    """What a call answers."""
    async with plain_http(server.url) as http:
        answer: dict[str, Any] = (await http.get(path)).json()
        return answer


async def test_a_stream_outlives_a_killed_process_and_a_stopped_one(data: Path) -> None:
    caller = Caller(AUDIO)
    with started(data, SCRIPTED) as server:
        async with caller.started(server.stream) as client:
            await caller.speak(client, IN_THE_SECOND)
            await client.until("ack")
            server.process.kill()
            server.process.wait()
            assert await client.rest() == 1006
    with started(data, SCRIPTED) as server:
        assert (await api(server, f"/v1/meetings/{caller.meeting}"))["status"] == "live"
        async with caller.resumed(server.stream) as client:
            await caller.speak(client, IN_THE_THIRD)
            acknowledged = caller.acknowledged
            while caller.acknowledged == acknowledged:
                await client.until("ack")
            server.process.terminate()
            away = await client.until("goaway")
            assert away["resume_token"] == caller.token
            assert await client.rest() == 1012
        assert server.process.wait(STOP_SECONDS) == 0
    with started(data, SCRIPTED) as server:
        async with caller.resumed(server.stream) as client:
            assert await caller.finish(client) == 1000
        whole = await undisturbed(server.stream, AUDIO)
        kept = await api(server, f"/v1/meetings/{caller.meeting}/transcript")
        meeting = await api(server, f"/v1/meetings/{caller.meeting}")
    assert caller.transcript == whole.transcript
    assert [one["text"] for one in kept["segments"]] == [line[3] for line in whole.transcript]
    assert numbers(caller) == list(range(1, len(numbers(caller)) + 1))
    assert caller.of("ended")[0]["coverage"] == whole.of("ended")[0]["coverage"] == meeting["coverage"]
    assert meeting["status"] == "ended"


async def test_a_stream_that_nobody_resumes_after_a_kill_is_ended_and_accounted_for(data: Path) -> None:
    caller = Caller(AUDIO)
    with started(data, SCRIPTED, resume_seconds="1") as server:
        async with caller.started(server.stream) as client:
            await caller.speak(client, IN_THE_SECOND)
            await client.until("ack")
            server.process.kill()
            server.process.wait()
    with started(data, SCRIPTED, resume_seconds="1") as server:
        address = server.stream.replace("stream", f"meetings/{caller.meeting}/captions")
        async with connect(address, proxy=None) as viewer:
            while json.loads(await viewer.recv())["type"] != "ended":
                pass
        meeting = await api(server, f"/v1/meetings/{caller.meeting}")
    # The queue of jobs has a logger of its own, which would tell its users of a cloud service.
    assert "dbos" not in (data / LOG).read_text().lower()
    coverage = meeting["coverage"]
    assert (meeting["status"], meeting["sessions"][0]["status"]) == ("ended", "ended")
    assert coverage["received"] > caller.acknowledged / 16_000
    assert coverage["lost"] > 0
    assert sum(coverage[name] for name in ("transcribed", "silence", "quarantined", "lost")) == pytest.approx(
        coverage["received"], abs=0.002
    )


async def test_a_server_that_stops_is_not_ready_any_more(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, part in scripted_steno.SCRIPTED:
        monkeypatch.setattr(module, name, part)
    async with assembled(Settings(data=data, model="scripted")) as app:
        await app.state.recognition.worker.wait_ready()
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            assert (await http.get("/readyz")).status_code == 200
            await app.state.sessions.drain(0)
            answer = await http.get("/readyz")
            assert answer.status_code == 503
            assert "about to stop" in answer.json()["error"]["message"]
            assert (await http.get("/livez")).status_code == 200
