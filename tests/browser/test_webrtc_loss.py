"""A network that loses one packet in twenty, clients of three kinds: time does not drift, and few words are
missing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from loadtest.wer import compare
from server.rtc.stream import MOST_LAST_SECONDS
from tests.browser.live_page import LivePage
from tests.browser.test_real_server import SPOKEN
from tests.browser.test_webrtc import browser, newest, of_the_file, speak
from tests.browser.test_whip_client import partner, until
from tests.integration.rtc.test_speech import SECONDS, certificate, send, speech
from tests.support.process import Server, steno

pytestmark = [pytest.mark.browser, pytest.mark.model]

__all__ = ["browser", "of_the_file", "partner"]

POINTS = 0.10
"""By how much more of the words may be wrong than where nothing is lost."""
PACKET = 0.02
"""Seconds."""
PEER = """
    const Peer = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Peer {
        constructor(...given) { super(...given); window.peer = this; }
    };
"""
SENT = """async () => {
    for (const one of (await window.peer.getStats()).values())
        if (one.type === "outbound-rtp" && one.kind === "audio") return one.packetsSent;
    return 0;
}"""


@pytest.fixture(scope="module")
def lossy_server(models: Path) -> Iterator[Server]:
    """A server to which one packet in twenty is lost."""
    with steno("tiny.en", models, program=("tests.support.lossy_steno",), resume_seconds="3") as server:
        yield server


def check(meeting: dict[str, Any], seconds: float) -> None:
    """So long a stream is so long in the ledger, with its losses in it."""
    coverage = meeting["coverage"]
    assert coverage["received"] == pytest.approx(seconds, rel=0.01, abs=3 * PACKET)
    assert 0.02 < coverage["lost"] / coverage["received"] < 0.09
    parts = sum(coverage[name] for name in ("transcribed", "silence", "quarantined", "lost"))
    assert parts == pytest.approx(coverage["received"], abs=0.002)


def test_our_page(page: Page, lossy_server: Server, of_the_file: float) -> None:
    page.add_init_script(PEER)
    live = LivePage(page, lossy_server.url)
    speak(live, until="plan")
    sent = page.evaluate(SENT)
    live.stop()
    meeting = newest(lossy_server)
    check(meeting, sent * PACKET)
    assert compare(SPOKEN, meeting["text"]).rate <= of_the_file + POINTS, meeting["text"]


def test_a_client_from_npm(browser: Browser, partner: str, lossy_server: Server, of_the_file: float) -> None:
    page = browser.new_page()
    address = f"{lossy_server.url}/partner/"
    # A page of the server's own, which needs no key.
    page.route(
        f"{address}**",
        lambda route: route.fulfill(response=page.request.get(route.request.url.replace(address, partner))),
    )
    page.goto(address)
    page.wait_for_function("() => Boolean(window.publish)")
    page.evaluate("publish", [f"{lossy_server.url}/v1/whip?languages=en", None])
    until(lambda: "plan" in newest(lossy_server)["text"])
    sent = page.evaluate(SENT)
    page.evaluate("leave()")
    page.close()
    until(lambda: newest(lossy_server)["status"] == "ended")
    meeting = newest(lossy_server)
    # It goes on sending until its good-bye is answered.
    check(meeting, sent * PACKET + MOST_LAST_SECONDS)
    assert compare(SPOKEN, meeting["text"]).rate <= of_the_file + POINTS, meeting["text"]


def test_ffmpeg(lossy_server: Server, tiny_server: Server, tmp_path: Path) -> None:
    heard = []
    for server in (tiny_server, lossy_server):
        with httpx.Client(base_url=server.url, trust_env=False) as http:
            name = http.post("/v1/meetings", json={}).json()["id"]
        send(f"{server.url}/v1/whip/{name}?languages=en", speech(), certificate(tmp_path))
        until(lambda server=server: newest(server)["status"] == "ended")  # type: ignore[misc]
        heard.append(newest(server))
    whole, lossy = heard
    check(lossy, SECONDS)
    assert compare(whole["text"], lossy["text"]).rate <= POINTS, lossy["text"]
