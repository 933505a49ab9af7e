"""A browser that may use nothing but a relay gets through, by the server and the credentials that the answer
of WHIP names: those of Debian's coturn, which checks them."""

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
from tests.support.process import SCRIPTED, Server, fresh_folder, started

pytestmark = pytest.mark.browser

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
    command += ["--no-tls", "--no-dtls", "--log-file=stdout", f"--pidfile={tmp_path / 'pid'}"]
    command += [f"--userdb={tmp_path / 'users'}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if b"UDP listener opened" in line:
                break
        else:
            raise AssertionError(f"the TURN server did not start: {said[-10:]}")
        yield port
        process.kill()


def test_a_browser_behind_a_relay_speaks_with_credentials_of_the_answer(page: Page, relay: int) -> None:
    page.add_init_script(ONLY_RELAYED)
    servers = f"turn:127.0.0.1:{relay}?transport=udp&secret={SECRET}"
    data = fresh_folder()
    try:
        with started(data, SCRIPTED, ice_servers=servers) as server:
            live = LivePage(page, server.url)
            live.open().start()
            live.wait_until_live()
            expect(page.locator("#elapsed")).to_have_text("0:03")
            assert page.evaluate(WAY) == "relay"
            live.stop()
            (stream,) = streams(server)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    assert stream["encoding"] == "pcm_f32le"
    assert stream["coverage"]["received"] >= 2
    assert stream["coverage"]["lost"] < 0.5


def streams(server: Server) -> list[dict[str, Any]]:
    """The streams of the newest meeting."""
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        name = http.get("/v1/meetings?limit=1").json()["data"][0]["id"]
        found: list[dict[str, Any]] = http.get(f"/v1/meetings/{name}").json()["sessions"]
        return found
