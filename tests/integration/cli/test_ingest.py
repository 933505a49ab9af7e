"""`steno ingest` against a real server: it waits for the end, and says where to send and what went wrong."""

import asyncio
from collections.abc import Iterator
from functools import partial

import httpx
import pytest
from typer.testing import CliRunner, Result

from server.cli.main import app
from tests.support.looking import eventually
from tests.support.plain import plain_http
from tests.support.process import SCRIPTED, Server, steno
from tests.support.sources import matroska, talk


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with steno("scripted", program=SCRIPTED) as serving:
        yield serving


def run(server: Server, *options: str) -> Result:
    return CliRunner().invoke(app, ["ingest", *options, "--url", server.url])


def test_what_is_sent_to_the_address_that_it_tells_is_heard(server: Server) -> None:
    done = run(server, "http", "--no-wait", "--speaker", "Anna")
    assert done.exit_code == 0, done.output
    meeting, told = done.stdout.splitlines()
    path = f"{server.url}/v1/meetings/{meeting}"
    sent = httpx.post(told.removeprefix("Send to "), content=matroska(talk("alpha", "bravo")), timeout=60)
    assert sent.status_code == 200
    asyncio.run(eventually(partial(_has_ended, path)))
    text = httpx.get(f"{path}/transcript", params={"format": "txt"}).text
    assert text == "[0:00:00] Anna\nalpha bravo\n"


async def _has_ended(path: str) -> bool:
    async with plain_http() as http:
        answer = await http.get(path)
    return bool(answer.json()["status"] == "ended")


def test_an_address_of_this_machine_is_refused(server: Server) -> None:
    done = run(server, server.url)
    assert done.exit_code == 1
    assert "which is a private, local or reserved address." in done.output
