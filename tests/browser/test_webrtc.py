"""Chromium speaks to a real server over WebRTC by the live page: real speech, a connection that breaks, a
network that lets nothing through, and what WebRTC costs in time."""

import asyncio
import statistics
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from loadtest.wer import compare
from tests.browser import voice
from tests.browser.conftest import microphone
from tests.browser.live_page import LivePage
from tests.browser.test_real_server import SPOKEN, SPOKEN_SECONDS
from tests.support.process import Server
from tests.support.recordings import RATE, s16, samples
from tests.support.wire import pieces, wire

pytestmark = [pytest.mark.browser, pytest.mark.model]

POINTS = 0.02
"""By how much more of the words may be wrong than in what the model hears of the file itself."""
SEAM = 3 / 48
"""Of the words of the meeting: two streams share the word in which one ends and the other begins, and what
each hears of it is next to nothing ("the numb-", "as ready" for "the numbers ready")."""

BREAKS = """
    window.peers = [];
    const Peer = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Peer {
        constructor(...given) { super(...given); window.peers.push(this); }
        get connectionState() { return this.broken ? "disconnected" : super.connectionState; }
        break() { this.broken = true; this.dispatchEvent(new Event("connectionstatechange")); }
    };
"""
NEVER_CONNECTS = "RTCPeerConnection.prototype.setRemoteDescription = () => new Promise(() => {});"


@pytest.fixture(scope="package")
def browser(
    playwright: Playwright, shell: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser whose microphone plays the meeting once, after two seconds of silence, then is silent."""
    said = np.concatenate([np.zeros(2 * RATE), samples()[: int(SPOKEN_SECONDS * RATE)]])
    file = tmp_path_factory.mktemp("meeting") / "meeting.wav"
    recording = voice.write_wav(file, np.repeat(said, 3), 3 * RATE)
    browser = playwright.chromium.launch(executable_path=shell, args=microphone(f"{recording}%noloop"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def of_the_file(tiny_server: Server) -> float:
    """The share of words that is wrong in what the model hears of the recording itself, live."""

    async def heard() -> str:
        async with wire(tiny_server.stream) as client:
            await client.start(languages=["en"])
            await client.send(pieces(s16(samples()[: int(SPOKEN_SECONDS * RATE)]), 3_200))
            await client.say({"type": "stop"})
            assert await client.rest() == 1000
        return client.text

    # On a thread of its own: the driver of the browser runs a loop on this one.
    with ThreadPoolExecutor(1) as other:
        return compare(SPOKEN, other.submit(asyncio.run, heard()).result()).rate


def newest(server: Server) -> dict[str, Any]:
    """The meeting that was made last, with its streams and its words."""
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        name = http.get("/v1/meetings?limit=1").json()["data"][0]["id"]
        meeting: dict[str, Any] = http.get(f"/v1/meetings/{name}").json()
        transcript = http.get(f"/v1/meetings/{name}/transcript").json()
    meeting["text"] = " ".join(segment["text"] for segment in transcript["segments"])
    return meeting


def encodings(meeting: dict[str, Any]) -> list[str]:
    """How the streams of a meeting came: over WebRTC as floats, over the page's socket as 16 bits."""
    return [session["encoding"] for session in meeting["sessions"]]


def speak(live: LivePage, until: str = "plan") -> None:
    """Start, and let the meeting be said."""
    live.open().speak_language("English")
    live.start()
    # The way over WebRTC is given up after eight seconds.
    expect(live.page.locator("body")).to_have_attribute("data-phase", "live")
    expect(live.finals.last).to_contain_text(until)


def test_the_page_speaks_over_webrtc_and_loses_no_word(
    page: Page, tiny_server: Server, of_the_file: float
) -> None:
    live = LivePage(page, tiny_server.url)
    page.goto(tiny_server.url)
    page.get_by_label("Your name, beside your words").fill("Anna")
    speak(live)
    expect(live.finals.first).to_contain_text("Anna")
    live.stop()
    expect(live.coverage).to_contain_text(", 0 lost")
    meeting = newest(tiny_server)
    assert encodings(meeting) == ["pcm_f32le"]
    assert meeting["status"] == "ended"
    assert [session["speaker"] for session in meeting["sessions"]] == ["Anna"]
    assert compare(SPOKEN, meeting["text"]).rate <= of_the_file + POINTS, meeting["text"]


def test_a_connection_that_breaks_costs_the_word_it_breaks_in_and_doubles_none(
    page: Page, tiny_server: Server, of_the_file: float
) -> None:
    page.add_init_script(BREAKS)
    live = LivePage(page, tiny_server.url)
    speak(live, until="budget")
    page.evaluate("peers[0].break()")
    expect(live.status).to_have_text("Listening")
    expect(live.finals.last).to_contain_text("plan")
    live.stop()
    meeting = newest(tiny_server)
    assert encodings(meeting) == ["pcm_f32le", "pcm_s16le"]
    assert meeting["coverage"]["lost"] == 0
    assert compare(SPOKEN, meeting["text"]).rate <= of_the_file + SEAM + POINTS, meeting["text"]


def test_where_webrtc_gets_through_nothing_the_socket_carries_every_word(
    page: Page, tiny_server: Server, of_the_file: float
) -> None:
    page.add_init_script(NEVER_CONNECTS)
    live = LivePage(page, tiny_server.url)
    speak(live)
    live.stop()
    meeting = newest(tiny_server)
    assert encodings(meeting)[-1] == "pcm_s16le"
    assert compare(SPOKEN, meeting["text"]).rate <= of_the_file + POINTS, meeting["text"]


BOTH_WAYS = """
async (seconds) => {
    const [{openMicrophone}, {Backlog}, {Connection}, {WhipLink}] = await Promise.all(
        ["audio/capture", "backlog", "connection", "live/whip"].map((name) => import(`/static/${name}.js`)));
    const capture = await openMicrophone();
    const backlog = new Backlog(capture.rate);
    const about = {base: document.baseURI, stream: {languages: ["en"]}};
    const connection = new Connection({...about, outgoing: backlog});
    const link = new WhipLink({...about, track: capture.stream.getAudioTracks()[0]});
    const heard = {socket: [], webrtc: []};
    const note = (way) => ({type, started}) =>
        type === "speech" && started && heard[way].push(performance.now());
    connection.onevent = note("socket");
    link.onevent = note("webrtc");
    capture.onframe = ({pcm}) => { backlog.push(pcm); connection.pump(); };
    connection.open();
    await link.open();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    connection.leave();
    link.leave();
    await capture.stop();
    return heard;
}
"""


def test_webrtc_adds_less_than_a_tenth_of_a_second_to_the_delay_of_the_socket(
    playwright: Playwright, shell: str, tiny_server: Server, tmp_path: Path
) -> None:
    # A short word, far apart: each is one beginning of speech, told by both streams as soon as it is heard.
    word = np.concatenate([samples()[int(0.5 * RATE) : int(1.2 * RATE)], np.zeros(int(1.3 * RATE))])
    file = voice.write_wav(tmp_path / "words.wav", np.repeat(np.tile(word, 8), 3), 3 * RATE)
    browser = playwright.chromium.launch(executable_path=shell, args=microphone(str(file)))
    page = browser.new_page()
    page.goto(tiny_server.url)
    heard = page.evaluate(BOTH_WAYS, 24)
    browser.close()
    # The first one may have begun before both were there.
    late = [one - min(heard["socket"], key=lambda other: abs(one - other)) for one in heard["webrtc"][1:]]
    print(f"WebRTC after the socket, in ms: {[round(one) for one in late]}")
    assert len(late) >= 6
    assert statistics.median(late) < 100
