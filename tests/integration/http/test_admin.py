"""The operator's call: what it tells of this process and its database, and to whom."""

import json
from datetime import UTC, datetime

import pytest

from server.store.postgres import PostgresStore
from streaming.errors import StoreUnavailable
from tests.support.application import a_key, application
from tests.support.node import wire_audio
from tests.support.speech import join, say, silence
from tests.support.wire import wire

AUDIO = wire_audio(join(silence(0.7), say("alpha bravo charlie"), silence(1.5)))


async def test_the_state_names_streams_and_figures_and_no_word(
    database_url: str, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await a_key(store, "default")
    began = datetime.now(UTC)
    async with application(database_url) as one, one.client(key) as client:
        assert (await client.get("/v1/admin/state")).json()["streams"] == []
        async with wire(one.socket("/v1/stream"), subprotocols=["steno.v1", f"bearer.{key}"]) as speaker:
            meeting = (await speaker.start())["meeting"]
            await speaker.send([AUDIO])
            while not (await speaker.until("caption"))["final"]:
                pass
            answer = await client.get("/v1/admin/state")
            state = answer.json()
            (stream,) = state["streams"]
            assert (stream["meeting"], stream["key_name"], stream["level"]) == (meeting, "test", "normal")
            assert stream["delay"] >= 0
            assert 0 <= stream["age"] < 60
            assert (state["load"]["live"], state["load"]["level"]) == (1, "normal")
            assert state["delays"]["finals"]["count"] == 1
            assert state["delays"]["finals"]["median"] >= 0
            assert [node["this"] for node in state["nodes"]] == [True]
            assert state["nodes"][0]["id"] == state["node"]
            assert state["database"]["size"] > 0
            assert {check["name"]: check["ok"] for check in state["checks"]}["database"] is True
            assert datetime.fromisoformat(state["started_at"]) >= began
            for word in ("alpha", "bravo", key):
                assert word not in answer.text
            await speaker.say("no json")
            assert await speaker.rest() == 1002

            async def away(_: object) -> None:
                raise StoreUnavailable

            monkeypatch.setattr(store.operations.__class__, "database", lambda *_: away(None))
            state = json.loads((await client.get("/v1/admin/state")).text)
            assert (state["database"], state["nodes"]) == (None, None)
            met = {problem["code"]: problem for problem in state["problems"]}
            assert met["bad_json"]["where"] == "stream"
            assert met["bad_json"]["meaning"].startswith("No JSON object")


async def test_who_does_not_run_the_server_is_not_told(database_url: str, store: PostgresStore) -> None:
    keys = [await a_key(store, "acme"), await a_key(store, "default", "view", "ingest")]
    async with application(database_url) as one:
        for key in keys:
            async with one.client(key) as client:
                answer = await client.get("/v1/admin/state")
                assert (answer.status_code, answer.json()["error"]["code"]) == (403, "scope_missing")
