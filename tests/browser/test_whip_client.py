"""Chromium with a WHIP client from npm on a page of another origin: real speech to a real server."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from loadtest.wer import compare
from tests.browser.conftest import PATIENCE_MS
from tests.browser.test_real_server import SPOKEN
from tests.browser.test_webrtc import POINTS, browser, of_the_file
from tests.support.npm import installed
from tests.support.process import Server, steno
from tests.support.sites import pages

pytestmark = [pytest.mark.browser, pytest.mark.model]

__all__ = ["browser", "of_the_file"]

KEY = "a-key-of-a-partner"
PAGE = '<!doctype html><html lang="en"><title>Partner</title><script type="module" src="bundle.js"></script>'


def until(true: Callable[[], bool]) -> None:
    """Look again and again until it is."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    while not true():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a partner's page, whose script is bundled with what it imports."""
    folder = installed(Path(__file__).parent / "js", tmp_path_factory.mktemp("partner") / "js")
    esbuild = str(folder / "node_modules" / ".bin" / "esbuild")
    command = [esbuild, "publish.mjs", "--bundle", "--format=esm", "--outfile=bundle.js", "--log-level=error"]
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    (folder / "index.html").write_text(PAGE, "utf-8")
    with pages(folder) as url:
        yield f"{url.replace('127.0.0.1', 'localhost')}/"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def keyed_server(models: Path) -> Iterator[Server]:
    """A server with a key: without one it takes nothing from pages of other origins."""
    with steno("tiny.en", models, api_key=KEY) as server:
        yield server


def test_a_client_from_npm_streams_speech_from_another_origin(
    browser: Browser, partner: str, keyed_server: Server, of_the_file: float
) -> None:
    signed = {"Authorization": f"Bearer {KEY}"}
    page = browser.new_page()
    page.goto(partner)
    page.wait_for_function("() => Boolean(window.publish)")
    with httpx.Client(base_url=keyed_server.url, headers=signed, trust_env=False) as http:
        meeting = http.post("/v1/meetings", json={}).json()["id"]
        page.evaluate("publish", [f"{keyed_server.url}/v1/whip/{meeting}?languages=en", KEY])

        def told() -> str:
            said = http.get(f"/v1/meetings/{meeting}/transcript").json()["segments"]
            return " ".join(segment["text"] for segment in said)

        until(lambda: "plan" in told())
        page.evaluate("leave()")
        page.close()
        until(lambda: http.get(f"/v1/meetings/{meeting}").json()["status"] == "ended")
        heard = http.get(f"/v1/meetings/{meeting}").json()
        assert heard["coverage"]["lost"] == 0
        assert compare(SPOKEN, told()).rate <= of_the_file + POINTS, told()
