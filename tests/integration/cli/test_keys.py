"""`steno keys` on a database that nobody runs, and beside a whole server that runs."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from server.cli.main import app
from tests.support.process import SCRIPTED, Server, short_folder, started
from tests.support.wire import wire

runner = CliRunner()


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder with a short name, for the sake of its sockets."""
    with short_folder() as folder:
        monkeypatch.setenv("STENO_DATA", str(folder))
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.delenv("DATABASE_URL", raising=False)
        yield folder


def keys(*arguments: str) -> Result:
    """Run a command that must end well."""
    result = runner.invoke(app, ["keys", *arguments])
    assert result.exit_code == 0, result.output
    return result


def status(server: Server, secret: str | None) -> int:
    """Of a call that shows this key."""
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return httpx.get(f"{server.url}/v1/meetings", headers=headers, trust_env=False).status_code


def test_keys_are_made_and_revoked_whether_the_server_runs_or_not(data: Path) -> None:
    assert keys("list").output == "There are no keys; make one with `steno keys create`.\n"
    unknown = runner.invoke(app, ["keys", "revoke", "key_x"])
    assert (unknown.exit_code, unknown.output) == (1, "Error: There is no key with this id.\n")
    first = keys("create", "bot", "--workspace", "acme", "--scopes", "ingest, view", "--days", "7")
    secret = first.stdout.strip()
    assert re.fullmatch(r"sk_[\w-]{32}", secret)
    with started(data, SCRIPTED) as server:
        assert [status(server, one) for one in (None, secret)] == [401, 200]
        second = keys("create").stdout.strip()
        assert status(server, second) == 200
        listed = keys("list").output
        assert secret not in listed
        (line,) = [line for line in listed.splitlines() if "acme" in line]
        assert all(word in line for word in (secret[:8], "bot", "ingest view", "valid until"))
        (key_id,) = re.findall(r"key_\w{16}", line)
        asyncio.run(revoked_while_it_is_open(server, secret, key_id))
        assert [status(server, one) for one in (secret, second)] == [401, 200]
        assert "sig_" in keys("rotate-signing", "--forget").output
    assert "revoked" in keys("list").output
    log = (data / "log").read_text()
    assert "no_key_asked_for" not in log
    assert secret not in log
    assert second not in log


async def revoked_while_it_is_open(server: Server, secret: str, key_id: str) -> None:
    """What is open is closed within two seconds after the command has ended."""
    async with wire(server.stream, subprotocols=["steno.v1", f"bearer.{secret}"]) as client:
        await client.start()
        await asyncio.to_thread(keys, "revoke", key_id)
        async with asyncio.timeout(2):
            assert await client.rest() == 1008


WRONG = [("scopes", "all"), ("scopes", ""), ("workspace", "Ein Haus"), ("workspace", "-x"), ("days", "0")]


@pytest.mark.parametrize(("option", "value"), WRONG)
def test_what_cannot_be_is_not_made(data: Path, option: str, value: str) -> None:
    assert runner.invoke(app, ["keys", "create", f"--{option}={value}"]).exit_code != 0
    assert not (data / "postgres").exists()
