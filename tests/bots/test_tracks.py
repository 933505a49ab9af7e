"""What the capture script makes of the tracks of a page: real Chromium, and a connection within one page."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, Playwright

from server.recorder.browser import BINDING, CAPTURE, MEETING, launched
from server.recorder.chunk import Chunk, Over, read

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PATIENCE = 60.0
PAGE = """
const sounds = new AudioContext();
const track = () => {
  const [tone, to] = [new OscillatorNode(sounds), new MediaStreamAudioDestinationNode(sounds)];
  tone.connect(to);
  tone.start();
  return to.stream.getAudioTracks()[0];
};
const [there, here] = [new RTCPeerConnection(), new RTCPeerConnection()];
there.onicecandidate = ({ candidate }) => here.addIceCandidate(candidate);
here.onicecandidate = ({ candidate }) => there.addIceCandidate(candidate);
const agree = async () => {
  await there.setLocalDescription();
  await here.setRemoteDescription(there.localDescription);
  await here.setLocalDescription();
  await there.setRemoteDescription(here.localDescription);
};
const part = there.addTransceiver(track(), { direction: "sendonly" });
const pause = () => { part.direction = "inactive"; return agree(); };
const useAgain = async () => {
  await part.sender.replaceTrack(track());
  part.direction = "sendonly";
  await agree();
};
"""


class Taken:
    """What the script has sent."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heard: dict[str, float] = {}
        """The loudest sample by the key of its track, in the order in which they came."""
        self.over: list[str] = []
        self._news = asyncio.Event()

    def take(self, message: Any) -> None:
        """Take a call of the binding."""
        match read(message):
            case Chunk(key, samples=samples):
                self.heard[key] = max(self.heard.get(key, 0.0), float(abs(samples).max()))
            case Over(key):
                self.over.append(key)
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what the script sends."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def keys(self) -> list[str]:
        """The tracks that an adapter is shown."""
        keys: list[str] = await self.page.evaluate("stenoRecorder.tracks.map((one) => one.key)")
        return keys


@pytest_asyncio.fixture
async def taken(driver: Playwright, chromium: str) -> AsyncIterator[Taken]:
    """A page with the script, on which a first track is heard."""
    browser = await launched(driver, chromium, *MEETING, "--allow-loopback-in-peer-connection")
    try:
        context = await browser.new_context()
        made = Taken(await context.new_page())
        await context.expose_binding(BINDING, lambda _, message: made.take(message))
        await context.add_init_script(path=CAPTURE)
        await made.page.goto("about:blank")
        await made.page.add_script_tag(content=PAGE)
        await made.page.evaluate("agree()")
        yield made
    finally:
        await browser.close()


async def loud(taken: Taken, number: int) -> str:
    """The key of the track that is heard as the so manieth."""
    await taken.until(lambda: len(taken.heard) == number and [*taken.heard.values()][-1] > 0.1)
    return [*taken.heard][-1]


async def test_a_part_of_a_connection_that_is_used_again_is_another_track(taken: Taken) -> None:
    first = await loud(taken, 1)
    assert await taken.keys() == [first]
    await taken.page.evaluate("pause()")
    await taken.until(lambda: taken.over == [first])
    assert await taken.keys() == []
    for number in (2, 3):
        await taken.page.evaluate("useAgain()")
        again = await loud(taken, number)
        assert await taken.keys() == [again]
        await taken.page.evaluate("pause()")
        await taken.until(lambda: taken.over == [*taken.heard])


@pytest.mark.parametrize("end", ["here.close()", "part.stop(), agree()"])
async def test_a_track_that_has_ended_is_told_and_forgotten(taken: Taken, end: str) -> None:
    first = await loud(taken, 1)
    await taken.page.evaluate(f"async () => {{ await ({end}); }}")
    await taken.until(lambda: taken.over == [first])
    assert await taken.keys() == []
