"""Several sources of sound at once on the live page, each a voice of its own; and a link for others."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.live_page import LivePage
from tests.browser.scripted_server import MEETING, ScriptedServer, Stream

pytestmark = pytest.mark.browser

DENIES = (
    "navigator.mediaDevices.getDisplayMedia = async () => { throw new DOMException('', 'NotAllowedError'); };"
)
SHARES_NO_SOUND = """
navigator.mediaDevices.getDisplayMedia = async () => document.createElement("canvas").captureStream();
"""


async def meeting(stream: Stream) -> None:
    """A sentence without a speaker, as of a microphone without a name."""
    await stream.welcome()
    await stream.caption(1, "a", "Said into the microphone.", start=0.1)
    await stream.cue("more")
    await stream.caption(2, "b", "And once more.", start=30.0)
    await stream.farewell(received=60.0, transcribed=50.0, silence=10.0)


async def shared(stream: Stream) -> None:
    """A sentence of what is shared."""
    await stream.welcome()
    await stream.heard(0.5)
    await stream.caption(1, "z", "Said in the tab.", start=0.1, speaker="Bea")
    await stream.farewell(received=20.0, transcribed=20.0)


def source(live: LivePage, name: str) -> Locator:
    """The row of a source."""
    return live.page.locator(".source", has_text=name)


def add_tab(live: LivePage, name: str) -> None:
    """Add the sound of a tab, which Chromium's false screen gives, under a name."""
    live.button("Add sound").click()
    live.page.get_by_label("Who speaks").fill(name)
    live.page.locator("#add-tab").click()


def test_each_source_is_a_voice_with_a_name_and_a_level_and_leaves_alone(
    live: LivePage, server: ScriptedServer
) -> None:
    server.play(meeting, shared)
    live.open().start()
    expect(live.finals).to_have_count(1)
    expect(live.finals.locator(".who")).to_have_count(0)
    add_tab(live, "Bea")
    expect(live.finals).to_have_count(2)
    first, second = server.streams
    assert "meeting" not in first.messages[0]
    assert (second.messages[0]["meeting"], second.messages[0]["speaker"]) == (MEETING, "Bea")
    for name in ("Microphone", "Bea"):
        meter = source(live, name).get_by_role("meter")
        expect(meter).to_have_attribute("aria-valuenow", re.compile(r"[1-9]\d"))
    server.cue("more")
    expect(live.finals.last).to_contain_text("MicrophoneAnd once more.")
    live.button("Remove Bea").click()
    expect(source(live, "Bea")).to_have_count(0)
    expect(live.page.locator("body")).to_have_attribute("data-phase", "live")
    assert [one["type"] for one in second.messages] == ["start", "stop"]
    live.stop()
    expect(live.coverage).to_have_text("1 min 20 s heard: 1:10 speech, 0:10 silence, 0 lost")


@pytest.mark.parametrize(
    ("script", "sentence"), [(DENIES, "Nothing was shared."), (SHARES_NO_SOUND, "No sound was shared.")]
)
def test_a_tab_that_gives_no_sound_is_explained_and_the_others_go_on(
    live: LivePage, server: ScriptedServer, script: str, sentence: str
) -> None:
    server.play(meeting)
    live.page.add_init_script(script)
    live.open().start()
    expect(live.finals).to_have_count(1)
    add_tab(live, "")
    expect(live.problem).to_contain_text(sentence)
    expect(live.page.locator(".source")).to_have_count(1)
    server.cue("more")
    expect(live.finals).to_have_count(2)
    live.stop()


def test_a_link_and_code_to_embed_are_made_and_copied(
    live: LivePage, server: ScriptedServer, context: BrowserContext
) -> None:
    context.grant_permissions(["microphone", "clipboard-read", "clipboard-write"])
    server.play(meeting)
    live.open().start()
    expect(live.finals).to_have_count(1)
    live.button("Share").click()
    link = f"{server.url}embed/{MEETING}#token=for-view-86400"
    expect(live.page.get_by_label("Link", exact=True)).to_have_value(link)
    live.page.get_by_label("The link works for").select_option("a week")
    expect(live.page.get_by_label("Link", exact=True)).to_have_value(link.replace("86400", "604800"))
    live.page.locator("#copy-embed").click()
    expect(live.page.locator("#share-told")).to_have_text("Copied.")
    assert live.page.evaluate("navigator.clipboard.readText()") == (
        f'<script type="module" src="{server.url}static/widget.js"></script>\n'
        f'<steno-captions meeting="{MEETING}" token="for-view-604800"></steno-captions>'
    )
    live.page.keyboard.press("Escape")
    server.refusal = 403
    live.button("Share").click()
    expect(live.page.locator("#share-told")).to_have_text(
        "Your key may not make links. Ask whoever runs the server."
    )
    live.page.keyboard.press("Escape")
    expect(live.button("Share")).to_be_focused()


def test_sound_is_kept_only_when_that_is_asked_for(live: LivePage, server: ScriptedServer) -> None:
    server.play(meeting, meeting)
    live.open().start()
    expect(live.finals).to_have_count(1)
    live.page.reload()
    live.page.get_by_label("Keep the sound").check()
    expect(live.page.locator("#privacy")).to_contain_text("is kept there")
    live.start()
    expect(live.page.locator("#kept")).to_have_text("sound is kept")
    expect(live.finals).to_have_count(1)
    assert [stream.messages[0].get("record") for stream in server.streams] == [None, True]
