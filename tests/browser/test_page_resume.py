"""A socket that is cut in mid-speech: captions go on without a hole, and no line stands twice."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.live_page import LivePage
from tests.browser.scripted_server import Script, ScriptedServer, Stream
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.browser

KEPT = 16_000
"""The position up to which the server has stored."""


@contextmanager
def behind_a_proxy(server: ScriptedServer) -> Iterator[tuple[Proxy, str]]:
    """The server's page and wire through connections that can be cut; gives the address too."""

    async def enter() -> Proxy:
        return await Proxy("127.0.0.1", int(server.url.rstrip("/").rsplit(":", 1)[1])).__aenter__()

    proxy = server.on_loop(enter())
    try:
        yield proxy, f"http://127.0.0.1:{proxy.listening}/"
    finally:
        server.on_loop(proxy.__aexit__(None, None, None))


def comes_back(*captions: tuple[str, str, float, float], until: str) -> Script:
    """Resumes from what was stored and tells captions: segment, text, start, end."""

    async def script(stream: Stream) -> None:
        resume = await stream.said("resume")
        await stream.tell("resumed", session="ses_1", position=KEPT)
        for number, (segment, text, start, end) in enumerate(captions, start=resume["seq"] + 1):
            await stream.caption(number, segment, text, start=start, end=end)
        await (stream.farewell(received=5.0) if until == "stop" else stream.cue(until))

    return script


async def speaks(stream: Stream) -> None:
    """Two sentences of which the second is not stored, and one that still grows."""
    await stream.welcome()
    await stream.caption(1, "a", "Stored.", start=0.1, end=0.9)
    await stream.tell("ack", position=KEPT)
    await stream.caption(2, "b", "Said but not stored.", start=1.1, end=1.9)
    await stream.caption(3, "c", "Still", pending="grow", start=2.1, end=2.6, final=False)
    await stream.cue("never")


def test_a_socket_cut_in_mid_speech_leaves_no_hole_and_no_doubled_line(
    live: LivePage, server: ScriptedServer
) -> None:
    again = ("d", "Said but not stored.", 1.0, 1.9)
    server.play(
        speaks,
        comes_back(again, until="never"),
        comes_back(("e", "Said but not stored.", 1.0, 1.9), ("f", "Still growing.", 2.1, 3.0), until="stop"),
    )
    with behind_a_proxy(server) as (proxy, live.url):
        live.open().start()
        expect(live.growing).to_contain_text("Still grow")
        server.on_loop(server.streams[0].heard(2))
        server.on_loop(cut(proxy))
        expect(live.finals).to_have_text(["0:00Stored.", "0:01Said but not stored."])
        live.wait_until_live()
        server.on_loop(cut(proxy))
        expect(live.finals).to_have_text(["0:00Stored.", "0:01Said but not stored.", "0:02Still growing."])
        expect(live.growing).to_have_count(0)
        live.wait_until_live()
        live.stop()
    expect(live.finals).to_have_count(3)
    expect(live.problem).to_be_hidden()
    first, *later = server.streams
    for stream in later:
        kept = bytes(first.audio)[2 * first.rate :]
        same = min(len(kept), len(stream.audio))
        assert same
        assert bytes(stream.audio)[:same] == kept[:same]


async def cut(proxy: Proxy) -> None:
    """Reset every connection."""
    assert proxy.cut()
    await asyncio.sleep(0)


def test_a_server_without_room_is_asked_again_when_it_says(live: LivePage, server: ScriptedServer) -> None:

    async def leaves(stream: Stream) -> None:
        await stream.welcome()
        await stream.caption(1, "a", "Before.")
        await stream.socket.close(1012)

    async def full(stream: Stream) -> None:
        await stream.said("resume")
        await stream.tell("error", code="overloaded", message="No room.", fatal=True, retry_after=0.2)
        await stream.socket.close(1013)

    server.play(leaves, full, full, comes_back(("b", "After.", 2.0, 2.9), until="stop"))
    live.open().start()
    expect(live.finals).to_have_count(2)
    live.wait_until_live()
    live.stop()
    expect(live.problem).to_be_hidden()


def test_an_end_whose_account_was_lost_is_no_problem(live: LivePage, server: ScriptedServer) -> None:

    async def dies(stream: Stream) -> None:
        await stream.welcome()
        await stream.caption(1, "a", "All of it.")
        await stream.said("stop")
        await stream.socket.close(1012)

    async def done(stream: Stream) -> None:
        await stream.said("resume")
        await stream.tell("error", code="session_ended", message="It has ended.", fatal=True)
        await stream.socket.close(1008)

    server.play(dies, done)
    live.open().start()
    expect(live.finals).to_have_count(1)
    live.stop()
    expect(live.problem).to_be_hidden()
    expect(live.finals).to_have_count(1)
