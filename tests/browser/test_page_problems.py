"""Whatever goes wrong, the page says in one sentence what it is and what to do, and loses nothing quietly."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.live_page import LivePage
from tests.browser.scripted_server import SIGNED_IN, Script, ScriptedServer, Stream

pytestmark = pytest.mark.browser

NEVER_TAKEN = "Object.defineProperty(WebSocket.prototype, 'bufferedAmount', {get: () => 1e9})"
MUTE = """
navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    return context.createMediaStreamDestination().stream;
};
"""


def closes(code: int) -> Script:
    """A session with one sentence that the server then closes."""

    async def script(stream: Stream) -> None:
        await stream.welcome()
        await stream.caption(1, "a", "Some words.")
        await stream.cue("close")
        await stream.socket.close(code)

    return script


async def plain(stream: Stream) -> None:
    """A session with one sentence that waits for `stop`."""
    await stream.welcome()
    await stream.caption(1, "a", "Some words.")
    await stream.farewell(received=1.0, transcribed=1.0)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (1000, "The server ended the session."),
        (1002, "do not understand each other"),
        (1003, "cannot read this sound"),
        (1008, "does not allow this"),
        (1009, "too large"),
        (1011, "had a fault"),
        (1013, "no room for another speaker"),
        (4408, "heard nothing for too long"),
        (4409, "could not keep up"),
        (4410, "over another connection"),
    ],
)
def test_every_close_code_is_explained_and_the_words_stay(
    live: LivePage, server: ScriptedServer, code: int, sentence: str
) -> None:
    server.play(closes(code))
    live.open().start()
    expect(live.finals).to_have_count(1)
    server.cue("close")
    expect(live.problem).to_contain_text(sentence)
    expect(live.finals).to_contain_text("Some words.")
    live.wait_until_ended()


def test_an_unknown_error_is_told_in_the_words_of_the_server(live: LivePage, server: ScriptedServer) -> None:
    async def script(stream: Stream) -> None:
        await stream.said("start")
        message = "This server speaks English only."
        await stream.tell("error", code="language_unknown", message=message, fatal=True)
        await stream.socket.close(1008)

    server.play(script)
    live.open().start()
    expect(live.problem).to_have_text("This server speaks English only.")
    expect(live.button("Start captions")).to_be_focused()


def test_a_full_server_says_when_to_come_back(live: LivePage, server: ScriptedServer) -> None:
    server.refusal = 503
    live.open().start()
    expect(live.problem).to_have_text("The server has no room for another speaker. Try again in 20 s.")
    expect(live.button("Start captions")).to_be_focused()


def test_a_server_that_is_gone_is_told_from_a_device_that_is_offline(
    live: LivePage, server: ScriptedServer, context: BrowserContext
) -> None:
    live.open()
    live.page.route("**/v1/**", lambda route: route.abort())
    live.start()
    expect(live.problem).to_contain_text("The server does not answer.")
    context.set_offline(True)
    live.start()
    expect(live.problem).to_contain_text("This device is offline.")


def test_a_key_is_asked_for_checked_and_used(live: LivePage, server: ScriptedServer) -> None:
    server.play(plain)
    server.key = "sk_right"
    live.open().start()
    expect(live.problem).to_have_text("This server needs an API key. Enter it below.")
    expect(live.page.get_by_label("API key")).to_be_focused()
    live.enter_key("sk_wrong")
    expect(live.problem).to_contain_text("does not know this API key")
    live.enter_key("sk_right")
    expect(live.finals).to_have_count(1)
    assert server.streams[0].subprotocols == ["steno.v1"]
    live.stop()
    assert live.download("srt").suggested_filename == "mtg_1.srt"
    assert server.downloads == [("srt", SIGNED_IN)]
    kept = live.page.evaluate("[{...localStorage}, {...sessionStorage}, document.cookie]")
    assert not any(secret in json.dumps(kept) for secret in ("sk_right", SIGNED_IN))


def test_a_lost_connection_is_resumed_without_a_hole(live: LivePage, server: ScriptedServer) -> None:
    async def cut(stream: Stream) -> None:
        await stream.welcome()
        await stream.caption(7, "a", "Before.")
        await stream.tell("ack", position=8_000)
        await stream.heard(2)
        await stream.socket.close(1012)

    async def resumed(stream: Stream) -> None:
        assert await stream.said("resume") == {
            "type": "resume",
            "session": "ses_1",
            "token": "again",
            "seq": 7,
        }
        await stream.tell("resumed", session="ses_1", position=16_000)
        await stream.caption(7, "a", "Before.")
        await stream.caption(8, "b", "After.")
        await stream.farewell(received=5.0, transcribed=5.0)

    server.play(cut, resumed)
    live.open().start()
    expect(live.finals).to_have_count(2)
    live.wait_until_live()
    live.stop()
    first, second = server.streams
    rate = first.rate
    again = bytes(second.audio)
    sent_twice = bytes(first.audio)[rate * 2 :]
    assert len(sent_twice) >= rate
    assert again.startswith(sent_twice)


def test_a_session_that_is_gone_is_not_resumed_for_ever(live: LivePage, server: ScriptedServer) -> None:
    async def refuse(stream: Stream) -> None:
        await stream.said("resume")
        await stream.tell("error", code="session_unknown", message="No such session.", fatal=True)
        await stream.socket.close(1008)

    server.play(closes(1012), refuse)
    live.open().start()
    expect(live.finals).to_have_count(1)
    server.cue("close")
    live.wait_until_ended()
    expect(live.problem).to_contain_text("The connection was lost and the session with it.")


def test_goaway_leads_to_another_socket(live: LivePage, server: ScriptedServer) -> None:
    async def going(stream: Stream) -> None:
        await stream.welcome()
        await stream.tell("goaway", resume_token="elsewhere", retry_after=0.1)
        await stream.cue("never")

    async def resumed(stream: Stream) -> None:
        resume = await stream.said("resume")
        await stream.tell("resumed", session="ses_1", position=0)
        await stream.caption(1, "a", f"Resumed with {resume['token']}.")
        await stream.farewell()

    server.play(going, resumed)
    live.open().start()
    expect(live.finals).to_contain_text("Resumed with elsewhere.")
    live.stop()


def test_words_said_while_the_connection_is_away_are_kept(live: LivePage, server: ScriptedServer) -> None:
    server.play(closes(1012))
    live.open().start()
    expect(live.finals).to_have_count(1)
    server.cue("close")
    expect(live.notice).to_have_text("The connection is lost. Sound is kept here and sent when it is back.")
    expect(live.status).to_have_text("Reconnecting")


def test_a_network_that_takes_nothing_is_called_too_slow(live: LivePage, server: ScriptedServer) -> None:
    server.play(plain)
    live.page.add_init_script(NEVER_TAKEN)
    live.open().start()
    expect(live.notice).to_contain_text("The network is too slow")


def test_silence_of_the_microphone_is_noticed(live: LivePage, server: ScriptedServer) -> None:
    server.play(plain)
    live.page.add_init_script(MUTE)
    live.open().start()
    expect(live.notice).to_contain_text("No sound reaches this page.")


def test_a_microphone_that_goes_away_ends_the_captions(live: LivePage, server: ScriptedServer) -> None:
    server.play(plain)
    live.page.add_init_script(
        """
        const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wish) => (window.stream = await real(wish));
        """
    )
    live.open().start()
    expect(live.finals).to_have_count(1)
    live.page.evaluate("stream.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
    live.wait_until_ended()
    expect(live.problem).to_contain_text("The microphone was disconnected.")


@pytest.fixture
def deaf(deaf_browser: Browser, server: ScriptedServer) -> Iterator[LivePage]:
    """The page in a browser that gives no microphone."""
    context = deaf_browser.new_context(locale="en-GB")
    yield LivePage(context.new_page(), server.url)
    context.close()


def test_a_refused_microphone_is_explained(deaf: LivePage) -> None:
    deaf.open().start()
    expect(deaf.problem).to_contain_text("This page may not use the microphone.")
    expect(deaf.button("Start captions")).to_be_focused()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("NotFoundError", "No microphone was found."),
        ("NotReadableError", "The microphone cannot be opened."),
    ],
)
def test_a_missing_microphone_is_explained(live: LivePage, name: str, sentence: str) -> None:
    live.page.add_init_script(
        f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{name}') }}"
    )
    live.open().start()
    expect(live.problem).to_contain_text(sentence)


def test_an_insecure_page_says_so_before_the_button_is_pressed(live: LivePage) -> None:
    live.page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    live.open()
    expect(live.problem).to_contain_text("Open this page by https:// or on localhost.")


def test_a_browser_without_capture_is_told_so(live: LivePage) -> None:
    live.page.add_init_script("Object.defineProperty(window, 'AudioWorkletNode', {value: undefined})")
    live.open()
    expect(live.problem).to_contain_text("This browser cannot capture sound")


def test_nothing_heard_is_said_plainly(live: LivePage, server: ScriptedServer) -> None:
    async def silent(stream: Stream) -> None:
        await stream.welcome()
        await stream.farewell(received=4.0, silence=4.0)

    server.play(silent)
    live.open().start()
    live.wait_until_live()
    live.stop()
    expect(live.page.get_by_role("heading", name="No speech was heard")).to_be_visible()
    expect(live.coverage).to_have_text("4 s heard: 0 speech, 0:04 silence, 0 lost")
