"""A bot in real meetings: everybody's words stand under their name, and the meeting is stored to the end.

Three people speak, two of them at once; the third comes when the first has gone. They go as people do: one
closes the tab, one's network freezes, one's browser is killed. Each time, what they said is finished and
stored within `STORED_SECONDS` of their last packet.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.async_api import Page, Playwright

from loadtest.wer import compare
from tests.bots.speakers import Speaker, speaking, write
from tests.support.busy import times_slower
from tests.support.process import Server
from tests.support.recordings import RATE, Samples, samples

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.timeout(600)]

STORED_SECONDS = 6.0
MOST_WRONG = 0.15
PATIENCE = 120.0
BEFORE = 6.0
"""Seconds of silence before somebody speaks: until they are connected, later on a busy machine."""
MOST_SLOWER = 3.0

Join = Callable[[Page, str], Awaitable[None]]


@dataclass(frozen=True)
class Said:
    """What somebody says, cut from the packaged meeting."""

    words: str
    parts: tuple[tuple[float, float], ...]

    @property
    def samples(self) -> Samples:
        cut = [samples()[int(start * RATE) : int(end * RATE)] for start, end in self.parts]
        return np.concatenate(cut)


ANNA = Said(
    "Good morning everyone, thanks for joining. Let us start with the quarterly budget review. "
    "Yes please, go ahead.",
    ((0.4, 6.2), (9.5, 11.2)),
)
BORIS = Said(
    "Good morning. I have the numbers ready, shall I share my screen? "
    "It does. Without the migration we would be almost exactly on target.",
    ((6.35, 9.45), (22.5, 26.3)),
)
VERA = Said("Sorry, does that include the migration project we finished in August?", ((18.2, 22.3),))


async def join_janus(page: Page, name: str) -> None:
    await page.click("#start")
    await page.fill("#username", name)
    await page.click("#register")


async def join_peer_calls(page: Page, name: str) -> None:
    await page.fill("form.media [name=nickname]", name)
    await page.select_option("form.media [name=video-input]", "false")
    await page.click("form.media [type=submit]")


@dataclass
class Meeting:
    """A meeting with a bot in it."""

    url: str
    join: Join
    driver: Playwright
    chromium: str
    folder: Path
    calls: httpx.AsyncClient
    bot: dict[str, Any] = field(default_factory=dict)

    async def until(self, condition: Callable[[], Awaitable[Any]], seconds: float = PATIENCE) -> Any:
        """What a condition gives, once it gives anything."""
        deadline = time.monotonic() + seconds
        while not (found := await condition()):
            assert time.monotonic() < deadline, await self.told()
            await asyncio.sleep(0.2)
        return found

    async def told(self) -> str:
        """What there is, for whoever has waited in vain."""
        bot = (await self.calls.get(f"/v1/bots/{self.bot['id']}")).json()
        meeting = (await self.calls.get(f"/v1/meetings/{self.bot['meeting_id']}")).json()
        lines = [f"{one['speaker']}: {one['text']}" for one in await self.transcript()]
        sessions = [
            f"{one['speaker']} {one['status']} {one['offset']} {one['coverage']}"
            for one in meeting["sessions"]
        ]
        states = [f"{one['status']} {one['reason']}" for one in bot["history"]]
        return "\n".join(states + sessions + lines)

    async def send(self, **rules: int) -> None:
        """Send a bot, and wait until it is in."""
        body = {"meeting_url": self.url, "name": "Notes", "leave_when": {"empty_seconds": 5, **rules}}
        answer = await self.calls.post("/v1/bots", json=body)
        assert answer.status_code == 201, answer.text
        self.bot = answer.json()
        await self.until(lambda: self.reached("recording"))

    async def reached(self, *states: str) -> dict[str, Any] | None:
        """The bot, if it is in one of the states."""
        bot: dict[str, Any] = (await self.calls.get(f"/v1/bots/{self.bot['id']}")).json()
        assert bot["status"] in states or bot["status"] != "failed", bot
        return bot if bot["status"] in states else None

    @asynccontextmanager
    async def invited(self, name: str, said: Said) -> AsyncIterator[Speaker]:
        """Somebody who will speak once they have joined."""
        before = BEFORE * min(MOST_SLOWER, times_slower())
        recording = write(self.folder / f"{name}.wav", said.samples, before=before)
        async with speaking(self.driver, self.chromium, recording) as speaker:
            yield speaker

    async def joins(self, name: str, speaker: Speaker) -> None:
        """They join."""
        await speaker.page.goto(self.url)
        await self.join(speaker.page, name)

    async def transcript(self) -> list[dict[str, Any]]:
        """All segments."""
        answer = await self.calls.get(f"/v1/meetings/{self.bot['meeting_id']}/transcript")
        segments: list[dict[str, Any]] = answer.json()["segments"]
        return segments

    async def heard(self, name: str, said: Said) -> bool:
        """Whether somebody's words are there."""
        mine = " ".join(one["text"] for one in await self.transcript() if one["speaker"] == name)
        return compare(said.words, mine).rate <= MOST_WRONG

    async def sessions(self, name: str) -> list[dict[str, Any]]:
        """The sessions in which somebody was heard."""
        meeting = (await self.calls.get(f"/v1/meetings/{self.bot['meeting_id']}")).json()
        return [one for one in meeting["sessions"] if one["speaker"] == name]

    async def ended(self, name: str) -> bool:
        """Whether they are all over."""
        return all(one["status"] == "ended" for one in await self.sessions(name))

    async def stored_in_time(self, name: str, gone: float) -> None:
        """Somebody has sent nothing since `gone`."""
        await self.until(lambda: self.ended(name), STORED_SECONDS * times_slower() + gone - time.monotonic())


@asynccontextmanager
async def meeting(url: str, join: Join, server: Server, *with_: Any) -> AsyncIterator[Meeting]:
    driver, chromium, folder = with_
    async with httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False) as calls:
        yield Meeting(url, join, driver, chromium, folder, calls)


@pytest.fixture(params=["mvideoroomtest.html", "videoroomtest.html", "peer-calls"])
def where(request: pytest.FixtureRequest) -> tuple[str, Join]:
    """Address and way to join of each kind of meeting."""
    if request.param == "peer-calls":
        return f"{request.getfixturevalue('peer_calls_url')}/call/standup", join_peer_calls
    return f"{request.getfixturevalue('janus_url')}/{request.param}", join_janus


async def test_everybodys_words_stand_under_their_name(
    where: tuple[str, Join], bot_server: Server, driver: Playwright, shell: str, tmp_path: Path
) -> None:
    async with meeting(*where, bot_server, driver, shell, tmp_path) as held, AsyncExitStack() as people:
        leaving = await people.enter_async_context(AsyncExitStack())
        _, anna, boris, vera = await asyncio.gather(
            held.send(),
            leaving.enter_async_context(held.invited("Anna", ANNA)),
            people.enter_async_context(held.invited("Boris", BORIS)),
            people.enter_async_context(held.invited("Vera", VERA)),
        )
        await asyncio.gather(held.joins("Anna", anna), held.joins("Boris", boris))
        await held.until(lambda: held.heard("Anna", ANNA))
        gone = time.monotonic()
        await leaving.aclose()
        await asyncio.gather(held.stored_in_time("Anna", gone), held.joins("Vera", vera))
        await held.until(lambda: held.heard("Boris", BORIS))
        await held.until(lambda: held.heard("Vera", VERA))
        gone = time.monotonic()
        boris.signal(signal.SIGSTOP)
        vera.signal(signal.SIGKILL)
        await held.stored_in_time("Boris", gone)
        await held.stored_in_time("Vera", gone)
        boris.signal(signal.SIGKILL)
        bot = await held.until(lambda: held.reached("done"))
        assert bot["reason"]["code"] == "empty"
        assert [one["status"] for one in bot["history"]] == [
            *("scheduled", "joining", "recording", "leaving", "done")
        ]
        await _check(held)


async def _check(held: Meeting) -> None:
    """The whole of it, as it is stored."""
    segments = await held.transcript()
    assert {one["speaker"] for one in segments} == {"Anna", "Boris", "Vera"}
    for name, said in (("Anna", ANNA), ("Boris", BORIS), ("Vera", VERA)):
        assert await held.heard(name, said), [one["text"] for one in segments if one["speaker"] == name]
    spans = {
        name: (
            min(one["start"] for one in segments if one["speaker"] == name),
            max(one["end"] for one in segments if one["speaker"] == name),
        )
        for name in ("Anna", "Boris", "Vera")
    }
    assert spans["Anna"][0] < spans["Boris"][1], "they spoke at once"
    assert spans["Boris"][0] < spans["Anna"][1], "they spoke at once"
    assert spans["Anna"][1] < spans["Vera"][0]
    stored = (await held.calls.get(f"/v1/meetings/{held.bot['meeting_id']}")).json()
    assert stored["status"] == "ended"
    parts = stored["coverage"]
    received = parts.pop("received")
    assert sum(parts.values()) == pytest.approx(received, abs=0.01)
    report = await held.until(lambda: _report(held))
    assert report["status"] == "ok"
    assert {speaker for speaker, _ in report["report"]["stats"]["talk_time"]} == {"Anna", "Boris", "Vera"}


async def _report(held: Meeting) -> Any:
    """The report, once it is written."""
    report = (await held.calls.get(f"/v1/meetings/{held.bot['meeting_id']}/report")).json()
    return report if report["version"] and not report["writing"] else None
