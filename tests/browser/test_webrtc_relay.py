"""A browser that may use nothing but a relay gets through, by the server and the credentials that the answer
of WHIP names: those of Debian's coturn, which checks them."""

import os
import select
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.live_page import LivePage
from tests.support.process import Server, steno

pytestmark = [pytest.mark.browser, pytest.mark.model]

SECRET = "shared-with-the-relay"
ONLY_RELAYED = """
    const Peer = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Peer {
        constructor(how) { super({...how, iceTransportPolicy: "relay"}); window.peer = this; }
    };
"""
WAY = """
async () => {
    const report = [...(await peer.getStats()).values()];
    const pair = report.find((one) => one.type === "candidate-pair" && one.nominated);
    return report.find((one) => one.id === pair.localCandidateId).candidateType;
}
"""


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[int]:
    """The port of a TURN server on this machine that shares `SECRET`."""
    turnserver = shutil.which("turnserver")
    if turnserver is None:
        pytest.skip("no TURN server is installed (apt-get install coturn)")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [turnserver, "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1"]
    command += [f"--listening-port={port}", "--min-port=49160", "--max-port=49200", "--realm=steno.test"]
    command += ["--use-auth-secret", f"--static-auth-secret={SECRET}", "--allow-loopback-peers", "--no-cli"]
    command += ["--no-tls", "--no-dtls", f"--log-file={tmp_path / 'log'}", "--simple-log"]
    command += [f"--pidfile={tmp_path / 'pid'}", f"--userdb={tmp_path / 'users'}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            await_answer(port)
            yield port
        finally:
            process.kill()


def await_answer(port: int) -> None:
    """Ask for our own address (RFC 8489, a binding request) until the server answers."""
    question = bytes.fromhex("000100002112a442") + os.urandom(12)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.2)
        for _ in range(100):
            asking.sendto(question, ("127.0.0.1", port))
            try:
                asking.recv(1024)
            except TimeoutError:
                continue
            except ConnectionRefusedError:
                select.select([], [], [], 0.2)
                continue
            return
    raise AssertionError("the TURN server does not answer")


def test_a_browser_behind_a_relay_speaks_with_credentials_of_the_answer(
    page: Page, relay: int, models: Path
) -> None:
    page.add_init_script(ONLY_RELAYED)
    servers = f"turn:127.0.0.1:{relay}?transport=udp&secret={SECRET}"
    with steno("tiny.en", models, ice_servers=servers) as server:
        live = LivePage(page, server.url)
        live.open().start()
        expect(page.locator("body")).to_have_attribute("data-phase", "live")
        expect(page.locator("#elapsed")).to_have_text("0:03")
        assert page.evaluate(WAY) == "relay"
        live.stop()
        (stream,) = streams(server)
    assert stream["encoding"] == "pcm_f32le"
    assert stream["coverage"]["received"] >= 2
    assert stream["coverage"]["lost"] < 0.5


def streams(server: Server) -> list[dict[str, Any]]:
    """The streams of the newest meeting."""
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        name = http.get("/v1/meetings?limit=1").json()["data"][0]["id"]
        found: list[dict[str, Any]] = http.get(f"/v1/meetings/{name}").json()["sessions"]
        return found
