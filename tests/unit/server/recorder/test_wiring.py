"""As many bots are sent at once as this process has cores for."""

import os
from types import SimpleNamespace
from typing import cast

import psutil
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from server.live.sessions import Sessions
from server.recorder.wiring import errands_of
from server.store.postgres import PostgresStore


def test_cores_that_a_container_does_not_have_send_no_bots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=1 << 40))
    store = PostgresStore(create_async_engine("postgresql+asyncpg://127.0.0.1/none"))
    bots, _ = errands_of(store, cast("Sessions", None), "node", private=False)
    assert bots.at_once == 2
