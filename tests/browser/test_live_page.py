"""A person opens `/`, speaks, reads, stops and takes the transcript along."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.live_page import LivePage
from tests.browser.scripted_server import ScriptedServer, Stream
from tests.browser.voice import from_pcm, loudness, share_of_harmonics, speak, syllable_rate, write_wav

pytestmark = pytest.mark.browser


async def one_sentence(stream: Stream) -> None:
    """A session with one sentence that grows and settles."""
    await stream.welcome()
    await stream.heard(1.5)
    await stream.tell("speech", state="started", at=0.2)
    await stream.caption(1, "a", "Ask not", pending="what your", start=0.2, end=1.0, final=False)
    await stream.cue("final")
    await stream.caption(2, "a", "Ask not what your country can do.", start=0.2, end=1.9)
    await stream.tell("speech", state="stopped", at=1.9)
    await stream.farewell(received=200.0, transcribed=170.0, silence=30.0)


async def finals(stream: Stream) -> None:
    """Many sentences at once, then one more on a cue."""
    await stream.welcome()
    for n in range(1, 31):
        await stream.caption(n, f"s{n}", f"This is sentence number {n}, long enough to take some room.")
    await stream.cue("more")
    await stream.caption(31, "s31", "And one more.")
    await stream.farewell()


def test_one_button_gives_captions_and_a_transcript(live: LivePage, server: ScriptedServer) -> None:
    server.play(one_sentence)
    live.open().start()
    live.wait_until_live()
    expect(live.button("Stop")).to_be_focused()
    expect(live.growing).to_contain_text("Ask not")
    server.cue("final")
    expect(live.finals).to_contain_text("Ask not what your country can do.")
    expect(live.growing).to_have_count(0)
    live.stop()
    expect(live.coverage).to_have_text("3 min 20 s heard: 2:50 speech, 0:30 silence, 0 lost")
    expect(live.page.get_by_role("heading", name="Transcript ready")).to_be_visible()


def test_committed_and_pending_words_are_told_apart(live: LivePage, server: ScriptedServer) -> None:
    server.play(one_sentence)
    live.open().start()
    expect(live.growing.locator(".committed")).to_have_text("Ask not")
    expect(live.pending).to_have_text(" what your")
    expect(live.finals).to_have_count(0)
    assert live.page.locator("[aria-live] .tentative, [role=log] .tentative").count() == 0


def test_the_server_hears_the_voice_at_the_declared_rate(live: LivePage, server: ScriptedServer) -> None:
    async def listen(stream: Stream) -> None:
        await stream.welcome()
        await stream.heard(4)
        await stream.caption(1, "a", "Heard.")
        await stream.farewell()

    server.play(listen)
    live.open().start()
    live.wait_for_sound()
    expect(live.finals).to_have_text(re.compile("Heard"))
    live.stop()
    (stream,) = server.streams
    start = stream.messages[0]
    assert start["audio"] == {"encoding": "pcm_s16le", "sample_rate": stream.rate, "channels": 1}
    assert 8_000 <= stream.rate <= 48_000
    samples = from_pcm(bytes(stream.audio))
    assert 4 <= len(samples) / stream.rate < 15
    steady = samples[stream.rate : 4 * stream.rate]
    assert loudness(steady) > 0.02
    assert share_of_harmonics(steady, stream.rate) > 0.8
    assert syllable_rate(steady, stream.rate) == pytest.approx(4, abs=0.4)
    assert stream.subprotocols == ["steno.v1"]


def test_language_is_detected_unless_chosen(live: LivePage, server: ScriptedServer) -> None:
    server.play(one_sentence, one_sentence)
    live.open().start()
    live.wait_until_live()
    live.page.reload()
    live.speak_language("Русский")
    live.start()
    live.wait_until_live()
    first, second = server.streams
    assert "languages" not in first.messages[0]
    assert second.messages[0]["languages"] == ["ru"]


def test_text_follows_the_voice_until_the_reader_scrolls_up(live: LivePage, server: ScriptedServer) -> None:
    server.play(finals)
    live.open().start()
    expect(live.finals).to_have_count(30)
    expect(live.finals.last).to_be_in_viewport()
    live.stage.hover()
    live.page.mouse.wheel(0, -600)
    expect(live.button("Jump to live")).to_be_visible()
    place = live.stage.evaluate("stage => stage.scrollTop")
    server.cue("more")
    expect(live.finals).to_have_count(31)
    assert live.stage.evaluate("stage => stage.scrollTop") == place
    live.button("Jump to live").click()
    expect(live.finals.last).to_be_in_viewport()
    expect(live.button("Jump to live")).to_be_hidden()


def test_delay_is_the_age_of_the_newest_words(live: LivePage, server: ScriptedServer) -> None:
    server.play(one_sentence)
    live.open().start()
    expect(live.delay).to_have_text(re.compile(r"behind by \d+\.\d s"))
    server.cue("final")
    expect(live.delay).to_have_text("caught up")


def test_transcript_is_downloaded_in_every_format(live: LivePage, server: ScriptedServer) -> None:
    server.play(one_sentence)
    live.open().start()
    server.cue("final")
    expect(live.finals).to_have_count(1)
    live.stop()
    for form in ("txt", "md", "vtt", "srt", "json"):
        assert live.download(form).suggested_filename == f"mtg_1.{form}"
    assert [form for form, _ in server.downloads] == ["txt", "md", "vtt", "srt", "json"]
    with live.page.context.expect_page() as opened:
        live.page.get_by_role("link", name="Open transcript").click()
    expect(opened.value.locator("body")).to_have_text("the words")


def test_doubt_speaker_gap_and_load_are_shown(live: LivePage, server: ScriptedServer) -> None:
    async def script(stream: Stream) -> None:
        await stream.welcome()
        await stream.caption(1, "a", "Good morning.", speaker="Anna", track="left")
        await stream.caption(2, "b", "Thanks for watching!", flags=["suspected_hallucination"])
        await stream.tell("gap", start=3.0, end=5.4, reason="packet_loss")
        await stream.tell("load", level="finals_only")
        await stream.farewell()

    server.play(script)
    live.open().start()
    expect(live.finals.nth(0)).to_contain_text("Anna · left")
    expect(live.finals.nth(1)).to_contain_text("Thanks for watching!")
    expect(live.finals.nth(1)).to_contain_text("may not have been said")
    expect(live.finals.nth(2)).to_contain_text("2.4 s of sound missing")
    expect(live.notice).to_have_text("The server is very busy: only finished sentences appear.")


def test_text_of_the_server_is_never_markup(live: LivePage, server: ScriptedServer) -> None:
    async def script(stream: Stream) -> None:
        await stream.welcome()
        await stream.caption(1, "a", "<img src=x onerror=alert(1)> <b>bold</b>", speaker="<i>x</i>")
        await stream.farewell()

    server.play(script)
    live.open().start()
    expect(live.finals).to_contain_text("<b>bold</b>")
    assert live.finals.locator("img, b, i").count() == 0


def test_interface_speaks_russian_and_remembers_it(live: LivePage, server: ScriptedServer) -> None:
    live.open().button("Русский").click()
    expect(live.button("Включить субтитры")).to_be_visible()
    expect(live.page.locator("html")).to_have_attribute("lang", "ru")
    live.open()
    expect(live.page.get_by_role("heading")).to_have_text("Говорите и сразу читайте.")


def test_interface_follows_the_browser(browser: Browser, server: ScriptedServer) -> None:
    context = browser.new_context(locale="ru-RU")
    live = LivePage(context.new_page(), server.url).open()
    expect(live.button("Включить субтитры")).to_be_visible()
    context.close()


def test_text_size_is_chosen_and_remembered(live: LivePage, server: ScriptedServer) -> None:
    server.play(one_sentence, one_sentence)
    size = "line => parseFloat(getComputedStyle(line).fontSize)"
    live.open().start()
    before = live.growing.evaluate(size)
    live.button("Larger text").click()
    larger = live.growing.evaluate(size)
    assert larger > before
    live.open().start()
    assert live.growing.evaluate(size) == larger


def test_everything_is_reached_by_keyboard(live: LivePage, server: ScriptedServer) -> None:
    server.play(one_sentence)
    live.open()
    names = []
    for _ in range(10):
        live.page.keyboard.press("Tab")
        names.append(live.page.evaluate("document.activeElement.id || document.activeElement.ariaLabel"))
    assert {"start", "docs", "English", "Русский", "speaker", "start-tab", "file"} <= set(names)
    live.button("Start captions").focus()
    live.page.keyboard.press("Enter")
    live.wait_until_live()
    server.cue("final")
    expect(live.finals).to_have_count(1)
    live.page.keyboard.press("Enter")
    live.wait_until_ended()


def test_a_recording_is_decoded_and_sent_at_its_own_pace(
    live: LivePage, server: ScriptedServer, tmp_path: Path
) -> None:
    async def script(stream: Stream) -> None:
        await stream.welcome()
        await stream.heard(1)
        await stream.caption(1, "a", "Heard.")
        await stream.farewell(received=3.0, transcribed=3.0)

    server.play(script)
    recording = write_wav(tmp_path / "note.wav", speak(3, 44_100), 44_100)
    live.open().choose_file(str(recording))
    expect(live.page.get_by_role("progressbar")).to_be_visible()
    live.wait_until_ended()
    (stream,) = server.streams
    assert stream.rate == 16_000
    assert stream.messages[0]["title"] == "note.wav"
    samples = from_pcm(bytes(stream.audio))
    assert len(samples) / 16_000 == pytest.approx(3, abs=0.1)
    assert share_of_harmonics(samples, 16_000) > 0.8


def test_what_the_browser_cannot_decode_is_sent_as_it_is(
    live: LivePage, server: ScriptedServer, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 400
    recording = tmp_path / "note.amr"
    recording.write_bytes(content)

    async def script(stream: Stream) -> None:
        await stream.welcome()
        await stream.farewell()

    server.play(script)
    live.open().choose_file(str(recording))
    live.wait_until_ended()
    (stream,) = server.streams
    assert stream.messages[0]["audio"] == {"encoding": "auto"}
    assert bytes(stream.audio) == content


def test_another_recording_is_chosen_when_one_is_done(
    live: LivePage, server: ScriptedServer, tmp_path: Path
) -> None:
    async def script(stream: Stream) -> None:
        await stream.welcome()
        await stream.farewell()

    server.play(script, script)
    recording = write_wav(tmp_path / "note.wav", speak(0.5, 16_000), 16_000)
    live.open().choose_file(str(recording))
    live.wait_until_ended()
    with live.page.expect_file_chooser() as chooser:
        live.button("Choose a recording").click()
    chooser.value.set_files(recording)
    expect(live.finals).to_have_count(0)
    live.wait_until_ended()
    assert [stream.messages[0]["title"] for stream in server.streams] == ["note.wav", "note.wav"]


def test_a_dropped_recording_can_be_cancelled(live: LivePage, server: ScriptedServer, tmp_path: Path) -> None:
    async def script(stream: Stream) -> None:
        await stream.welcome()
        await stream.heard(0.5)
        await stream.caption(1, "a", "Heard.")
        await stream.farewell()

    server.play(script)
    recording = write_wav(tmp_path / "long.wav", speak(20, 16_000), 16_000)
    live.open().drop_file(recording)
    expect(live.finals).to_have_count(1)
    live.stop()
    (stream,) = server.streams
    assert len(stream.audio) / 32_000 < 15
