"""A page that speaks over WebRTC and is gone, in whatever way: its stream is finished and stored within six
seconds of its last packet, and nothing stands twice."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import PATIENCE_MS, microphone
from tests.browser.live_page import LivePage
from tests.browser.test_real_server import GREETING_SECONDS, record
from tests.support.busy import times_slower
from tests.support.process import Server

pytestmark = [pytest.mark.browser, pytest.mark.model]

SOON = 6.0
MARK = "--user-agent=steno-test-{}"
"""By which the processes of one browser are found."""


@pytest.fixture
def own_browser(
    playwright: Playwright, shell: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Browser, str]]:
    """A browser that may be killed, and its mark. Its microphone plays a greeting over and over, each after a
    silence, in the first of which the connection comes about."""
    mark = MARK.format(os.getpid() + abs(hash(request.node.name)) % 10_000)
    recording = record(tmp_path / "greeting.wav", GREETING_SECONDS, before=2.0)
    args = [*microphone(str(recording)), mark]
    browser = playwright.chromium.launch(executable_path=shell, args=args)
    yield browser, mark
    for process in processes(mark):
        os.kill(process, signal.SIGKILL)
    browser.close()


def processes(mark: str) -> list[int]:
    """The processes of a browser: the one that has the mark, and all that descend from it."""
    parents, found = {}, []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue  # It has ended meanwhile.
        if mark.encode() in words:
            found.append(int(folder.name))
    for child, parent in sorted(parents.items()):
        if parent in found and child not in found:
            found.append(child)
    return found


def close_tab(page: Page, mark: str) -> None:
    """As a person does, without being asked."""
    page.close()


def kill(page: Page, mark: str) -> None:
    """The whole browser, at once."""
    for process in processes(mark):
        os.kill(process, signal.SIGKILL)


def freeze(page: Page, mark: str) -> None:
    """Nothing is sent or answered any more, as when the network is gone."""
    for process in processes(mark):
        os.kill(process, signal.SIGSTOP)


def meetings(server: Server) -> list[dict[str, Any]]:
    """All meetings, the newest first."""
    answer = httpx.get(f"{server.url}/v1/meetings?limit=200", trust_env=False)
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


@pytest.mark.parametrize("fate", [close_tab, kill, freeze])
def test_a_page_that_is_gone_leaves_a_finished_transcript_within_six_seconds(
    own_browser: tuple[Browser, str], tiny_server: Server, fate: Callable[[Page, str], None]
) -> None:
    browser, mark = own_browser
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    live = LivePage(page, tiny_server.url)
    live.open().start()
    expect(live.finals.first).to_contain_text("Good morning")
    name = meetings(tiny_server)[0]["id"]
    with httpx.Client(base_url=tiny_server.url, trust_env=False, timeout=60) as http:
        with http.stream("GET", f"/v1/meetings/{name}/captions") as captions:
            told = iter(captions.iter_lines())
            next(told)
            fate(page, mark)
            gone = time.monotonic()
            assert any(line == "event: ended" for line in told)
            took = time.monotonic() - gone
        meeting = http.get(f"/v1/meetings/{name}").json()
        transcript = http.get(f"/v1/meetings/{name}/transcript").json()
    print(f"{fate.__name__}: ended and stored after {took:.1f} s")
    assert took < SOON * times_slower()
    assert meeting["status"] == "ended"
    assert [session["encoding"] for session in meeting["sessions"]] == ["pcm_f32le"]
    assert "Good morning" in transcript["segments"][0]["text"]
    assert meeting["coverage"]["received"] == pytest.approx(
        sum(meeting["coverage"][part] for part in ("transcribed", "silence", "quarantined", "lost")), abs=0.01
    )


def test_a_page_that_is_reloaded_doubles_nothing(
    own_browser: tuple[Browser, str], tiny_server: Server
) -> None:
    page = own_browser[0].new_page()
    page.set_default_timeout(PATIENCE_MS)
    live = LivePage(page, tiny_server.url)
    live.open().start()
    expect(live.finals.first).to_contain_text("Good morning")
    first = meetings(tiny_server)[0]["id"]
    captions = f"{tiny_server.url}/v1/meetings/{first}/captions"
    with httpx.stream("GET", captions, trust_env=False, timeout=60) as answer:
        told = iter(answer.iter_lines())
        next(told)
        page.reload()
        assert any(line == "event: ended" for line in told)
    live.start()
    live.wait_until_live()
    expect(live.growing.or_(live.finals).first).to_be_visible(timeout=30_000)
    live.stop()
    second, before = meetings(tiny_server)[:2]
    assert (before["id"], before["status"]) == (first, "ended")
    assert second["status"] == "ended"
    for meeting in (second, before):
        detail = httpx.get(f"{tiny_server.url}/v1/meetings/{meeting['id']}", trust_env=False).json()
        assert len(detail["sessions"]) == 1
