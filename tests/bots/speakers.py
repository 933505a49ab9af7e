"""People in a meeting: a Chromium each, whose microphone plays a recording.

In: a recording and when in it something is said. Out: a page on which somebody joins. The microphone begins
when the page asks for it, so silence is put in front: nobody speaks before they are heard.
"""

import secrets
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import soxr
from playwright.async_api import Error, Page, Playwright

from tests.support.chromium import send_signal
from tests.support.recordings import RATE, Samples

CAMERA_RATE = 48_000
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-pings",
    "--no-proxy-server",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    # No name is looked up, so nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream=fps=5",
    "--use-fake-ui-for-media-stream",
]
PLAIN = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = (wanted) => ask({...wanted, audio: wanted.audio && {
  echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
"""
"""Sound as it is."""


@dataclass
class Speaker:
    """Somebody who has joined."""

    page: Page
    mark: str

    def signal(self, number: int) -> None:
        """Send a signal to every process of the browser."""
        mine = [one for one in psutil.process_iter(["cmdline"]) if self.mark in (one.info["cmdline"] or ())]
        send_signal(mine, number)


def write(path: Path, said: Samples, *, before: float, after: float = 60.0) -> Path:
    """A recording with silence around it."""
    padded = np.concatenate([np.zeros(int(before * RATE)), said, np.zeros(int(after * RATE))])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(CAMERA_RATE)
        file.writeframes((np.clip(soxr.resample(padded, RATE, CAMERA_RATE), -1, 1) * 32767).astype("<i2"))
    return path


@asynccontextmanager
async def speaking(driver: Playwright, chromium: str, recording: Path) -> AsyncIterator[Speaker]:
    """A browser whose microphone plays a recording, once."""
    mark = f"--speaker={secrets.token_hex(8)}"
    browser = await driver.chromium.launch(
        executable_path=chromium,
        args=[*QUIET, mark, f"--use-file-for-fake-audio-capture={recording}%noloop"],
    )
    context = await browser.new_context(permissions=["microphone"])
    await context.add_init_script(PLAIN)
    try:
        yield Speaker(await context.new_page(), mark)
    finally:
        with suppress(Error):
            await browser.close()
