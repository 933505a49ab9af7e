"""The server that a measurement starts for itself: apart from the machine's own, and gone afterwards."""

import os
from pathlib import Path

import psutil
import pytest

from loadtest.errors import LoadTestError
from server.cli.bench_server import environment, started_server
from server.settings import Settings
from tests.support.plain import plain_http

KEPT = ("MODEL", "PARTIAL_MODEL", "THREADS", "PORT", "HOST", "DATA", "API_KEY")


@pytest.mark.model
async def test_it_is_warm_when_it_is_given_and_gone_afterwards(tmp_path: Path) -> None:
    settings = Settings(model="tiny.en", data=tmp_path)
    async with started_server(settings) as (target, model):
        async with plain_http() as client:
            assert (await client.get(f"{target.url}/readyz")).status_code == 200
        assert target.pid
        assert psutil.pid_exists(target.pid)
        assert (model["model"], bool(model["device"]), bool(model["type"])) == ("tiny.en", True, True)
    assert not psutil.pid_exists(target.pid)
    assert os.listdir(tmp_path) == ["models"]  # noqa: PTH208


async def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(LoadTestError, match=r"There is no folder .*/absent"):
        async with started_server(Settings(model=str(tmp_path / "absent"), data=tmp_path)):
            pass


def test_it_keeps_the_settings_but_listens_and_writes_elsewhere(tmp_path: Path) -> None:
    settings = Settings(
        model="base", partial_model="tiny.en", threads=4, port=80, host="10.0.0.1", data=Path("data")
    )
    inherited = {"PATH": "/bin", "STENO_MODEL": "x", "DATABASE_URL": "postgresql://real", "PYTHONPATH": "/p"}
    made = environment(settings, tmp_path, inherited)
    assert made["PATH"] == "/bin"
    assert "DATABASE_URL" not in made
    assert made["PYTHONPATH"].endswith(":/p")
    kept = {name: made[f"STENO_{name}"] for name in KEPT}
    assert kept == {
        "MODEL": "base",
        "PARTIAL_MODEL": "tiny.en",
        "THREADS": "4",
        "PORT": "0",
        "HOST": "127.0.0.1",
        "DATA": str(tmp_path),
        "API_KEY": "",
    }
