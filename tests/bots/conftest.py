"""Real meetings: Chromium, Debian's Janus, peer-calls from npm, and a server with the model tiny.en.

What is not installed is skipped, with its reason.
"""

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Playwright, async_playwright

from tests.bots.janus import DEMOS, janus, own_address
from tests.bots.peer_calls import package, peer_calls
from tests.support.aside import aside
from tests.support.process import Server, steno
from tests.support.scripted_model import Answer, ScriptedModel, asked_of
from tests.support.server import running


def write(body: dict[str, Any]) -> Answer:
    """A language model that writes one statement of each kind."""
    if '"gist"' in asked_of(body):
        return Answer("{}")
    return Answer(json.dumps({"items": [{"cites": [1], "text": "They met."}]}))


@pytest.fixture(scope="module")
def bot_server(models: Path) -> Iterator[Server]:
    """A server whose bots may go to this machine."""
    with (
        aside(lambda: running(ScriptedModel(write).app)) as model,
        steno(
            "tiny.en",
            models,
            allow_private_webhooks="true",
            max_sessions="16",
            llm_url=f"{model.value}/v1",
            llm_model="scripted",
        ) as server,
    ):
        yield server


@pytest_asyncio.fixture
async def driver() -> AsyncIterator[Playwright]:
    """What drives the browsers of those who speak."""
    async with async_playwright() as made:
        yield made


@pytest.fixture(scope="module")
def janus_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demo pages of Janus are."""
    if shutil.which("janus") is None or not DEMOS.is_dir():
        pytest.skip("Janus is not installed (apt-get install --no-install-recommends janus janus-demos)")
    if (address := own_address()) is None:
        pytest.skip("this machine has no address but the loopback one, which Janus does not offer")
    with janus(tmp_path_factory.mktemp("janus"), address) as url:
        yield url


@pytest.fixture(scope="module")
def peer_calls_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where peer-calls is."""
    with peer_calls(package(tmp_path_factory.mktemp("peer-calls"))) as url:
        yield url
