"""The live page on `steno serve` with a real model: a meeting is played to the microphone and read off."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
import soxr
import webvtt
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect

from loadtest.wer import compare
from tests.browser.conftest import microphone
from tests.browser.live_page import LivePage
from tests.browser.voice import write_wav
from tests.support.process import Server, steno
from tests.support.recordings import RATE, encoded, samples

pytestmark = [pytest.mark.browser, pytest.mark.model]

SPOKEN_SECONDS = 18.1
SPOKEN = """
Good morning everyone, thanks for joining. Let us start with the quarterly budget review.
Good morning. I have the numbers ready, shall I share my screen?
Yes please, go ahead.
So in the third quarter we spent $42,000 on cloud hosting, which is 11% above the plan.
"""
"""What the first `SPOKEN_SECONDS` of the packaged sample say, in four turns."""
GREETING_SECONDS = 6.1
GREETING = "Good morning everyone, thanks for joining. Let us start with the quarterly budget review."
MOST_ERRORS = 0.35


@pytest.fixture(scope="package")
def browser(
    playwright: Playwright, shell: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser whose microphone is silent for a moment, plays the meeting once, then is silent: WebRTC hears
    nothing of what is said before it is connected."""
    recording = record(tmp_path_factory.mktemp("meeting") / "meeting.wav", SPOKEN_SECONDS, before=2.0)
    browser = playwright.chromium.launch(executable_path=shell, args=microphone(f"{recording}%noloop"))
    yield browser
    browser.close()


@pytest.fixture
def live(page: Page, tiny_server: Server) -> Iterator[LivePage]:
    """The page of a healthy server: the browser has nothing to say about it, and no answer is an error."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
    yield LivePage(page, tiny_server.url)
    assert complaints == []


def record(path: Path, seconds: float, before: float = 0.0) -> Path:
    """The beginning of the packaged sample after some silence, as a recorder of 48 kHz would store it."""
    spoken = np.concatenate([np.zeros(int(before * RATE), np.float32), samples()[: int(seconds * RATE)]])
    return write_wav(path, soxr.resample(spoken, RATE, 48_000), 48_000)


def newest(server: Server) -> dict[str, Any]:
    """The meeting that was made last."""
    answer = httpx.get(f"{server.url}/v1/meetings?limit=1", trust_env=False)
    meeting: dict[str, Any] = answer.json()["data"][0]
    return meeting


def shown(live: LivePage) -> str:
    """The words of all finished lines, without their times."""
    return " ".join(live.finals.locator(".said").all_inner_texts())


def heard(live: LivePage) -> int:
    """The seconds that the page says it has listened for."""
    minutes, seconds = live.page.locator("#elapsed").inner_text().split(":")
    return 60 * int(minutes) + int(seconds)


def test_a_meeting_is_captioned_while_it_is_spoken_and_taken_along(live: LivePage) -> None:
    live.open().start()
    live.wait_until_live()
    expect(live.status).to_have_text("Listening")
    live.wait_for_sound()
    expect(live.finals.first).to_contain_text("Good morning")
    expect(live.growing).to_have_count(1)
    assert heard(live) < SPOKEN_SECONDS, "words are read while the meeting goes on"
    expect(live.delay).to_have_text(re.compile(r"behind by \d\.\d s"))
    expect(live.finals.last).to_contain_text("plan")
    expect(live.growing).to_have_count(0)
    expect(live.delay).to_have_text("caught up")
    live.stop()
    expect(live.page.get_by_role("heading", name="Transcript ready")).to_be_visible()
    expect(live.coverage).to_have_text(re.compile(r"^\d+ s heard: 0:1\d speech, 0:\d\d silence, 0 lost$"))
    expect(live.problem).to_be_hidden()
    words = shown(live)
    assert compare(SPOKEN, words).rate <= MOST_ERRORS, words
    leads_to_its_words_and_is_changed(live)
    for form, read in READERS.items():
        file = live.download(form)
        assert file.suggested_filename == f"transcript.{form}"
        taken = read(Path(file.path()).read_text("utf-8"))
        assert compare(words, taken).errors == 0, f"{form} says what was shown: {taken}"


def leads_to_its_words_and_is_changed(live: LivePage) -> None:
    """The report under the transcript, which the server has stored."""
    report = live.page.get_by_role("region", name="Report")
    expect(report).to_contain_text("Quoted from the transcript; no language model was used.")
    quote = report.locator(".points[data-kind=bullets] > li", has_text="42,000").first
    quote.get_by_role("button", name="go to these words").click()
    expect(live.finals.filter(has_text="42,000")).to_be_focused()
    live.button("Back to the report").click()
    quote.get_by_role("button", name="Edit:").click()
    report.get_by_label("Text").fill("Hosting cost 42,000.")
    report.get_by_role("button", name="Save", exact=True).click()
    changed = report.locator(".points > li", has_text="Hosting cost 42,000.")
    expect(changed).to_contain_text("Edited by hand")


def plain_words(text: str) -> str:
    """The words of plain text or Markdown without headings, times and escapes."""
    return re.sub(r"^(#.*|[\[`][\d:]+[\]`])$", "", text.replace("\\", ""), flags=re.MULTILINE)


def vtt_words(text: str) -> str:
    """The words of WebVTT."""
    return " ".join(cue.text for cue in webvtt.from_string(text).captions)


def srt_words(text: str) -> str:
    """The words of SubRip: numbered cues, each with its times."""
    cues = [cue.split("\n", 2) for cue in text.strip().split("\n\n")]
    assert [number for number, _, _ in cues] == [str(n) for n in range(1, len(cues) + 1)]
    assert all(re.fullmatch(r"00:00:\d\d,\d{3} --> 00:00:\d\d,\d{3}", times) for _, times, _ in cues)
    return " ".join(words for _, _, words in cues)


def json_words(text: str) -> str:
    """The words of all segments."""
    return " ".join(segment["text"] for segment in json.loads(text)["segments"])


READERS: dict[str, Callable[[str], str]] = {
    "txt": plain_words,
    "md": plain_words,
    "vtt": vtt_words,
    "srt": srt_words,
    "json": json_words,
}


def test_a_chosen_recording_is_transcribed_under_its_name(
    live: LivePage, tiny_server: Server, tmp_path: Path
) -> None:
    live.open().choose_file(str(record(tmp_path / "Budget review.wav", GREETING_SECONDS)))
    expect(live.status).to_have_text("Transcribing")
    expect(live.page.get_by_role("progressbar")).to_be_visible()
    live.wait_until_ended()
    assert compare(GREETING, shown(live)).rate <= MOST_ERRORS
    assert newest(tiny_server)["title"] == "Budget review.wav"
    assert live.download("txt").suggested_filename == "Budget review.wav.txt"


def test_a_dropped_recording_that_only_the_server_can_decode(
    live: LivePage, tiny_server: Server, tmp_path: Path
) -> None:
    recording = tmp_path / "note.aiff"
    recording.write_bytes(encoded(samples()[: int(GREETING_SECONDS * RATE)], "aiff", "pcm_s16be"))
    live.open().drop_file(recording)
    live.wait_until_ended()
    assert compare(GREETING, shown(live)).rate <= MOST_ERRORS
    assert newest(tiny_server)["title"] == "note.aiff"


def test_a_file_that_is_no_recording_is_explained(live: LivePage, tmp_path: Path) -> None:
    letter = tmp_path / "letter.mp3"
    letter.write_text("Dear Sir or Madam, " * 2_000)
    live.open().choose_file(str(letter))
    expect(live.problem).to_contain_text("cannot read this sound")
    expect(live.page.get_by_role("heading", name="Nothing was transcribed")).to_be_visible()
    expect(live.coverage).to_be_empty()


def test_the_language_that_was_chosen_is_the_one_that_is_heard(live: LivePage, tiny_server: Server) -> None:
    live.open().speak_language("English")
    live.start()
    expect(live.growing.or_(live.finals).first).to_contain_text("Good")
    live.stop()
    assert newest(tiny_server)["languages"] == ["en"]


def test_a_language_that_the_model_does_not_know_is_explained(page: Page, tiny_server: Server) -> None:
    live = LivePage(page, tiny_server.url)  # The browser itself reports what is refused.
    live.open().speak_language("Русский")
    live.start()
    expect(live.problem).to_have_text("This server does not know this language. Choose another, or Auto.")
    expect(live.button("Start captions")).to_be_focused()


def test_a_key_is_asked_for_and_opens_the_stream_and_the_transcript(page: Page, models: Path) -> None:
    with steno("tiny.en", models, api_key="secret") as server:
        live = LivePage(page, server.url)
        live.open().start()
        expect(live.problem).to_have_text("This server needs an API key. Enter it below.")
        live.enter_key("guess")
        expect(live.problem).to_contain_text("does not know this API key")
        live.enter_key("secret")
        # What was said while the key was entered is nobody's: the page did not listen yet.
        expect(live.finals.first).to_contain_text(re.compile(r"\w+ \w+"))
        live.stop()
        line = live.finals.first.locator(".said").inner_text()
        assert line in Path(live.download("txt").path()).read_text("utf-8")
        assert not httpx.get(f"{server.url}/v1/meetings", trust_env=False).is_success


def test_a_server_that_stops_and_comes_back_is_explained(page: Page, models: Path) -> None:
    live = LivePage(page, "")
    with ExitStack() as running:
        server = running.enter_context(steno("tiny.en", models))
        live.url = server.url
        live.open().start()
        expect(live.finals.first).to_contain_text("Good morning")
        running.close()
        expect(live.status).to_have_text("Reconnecting")
        expect(live.notice).to_have_text(
            "The connection is lost. Sound is kept here and sent when it is back."
        )
        running.enter_context(steno("tiny.en", models, port=str(urlsplit(server.url).port)))
        live.wait_until_ended()
        expect(live.problem).to_contain_text("The words so far are below; start new captions to go on.")
        expect(live.finals.first).to_contain_text("Good morning")


def test_the_contract_is_a_click_away_and_readable_by_all(live: LivePage) -> None:
    live.open().page.get_by_role("link", name="API docs").click()
    expect(live.page.get_by_role("heading", level=1)).to_contain_text("Steno")
    # All calls and models are written by the same few lines, so every eighth stands for the others.
    rest = "document.querySelectorAll('main > section:not(:nth-of-type(8n + 1))')"
    live.page.evaluate(f"() => {rest}.forEach((section) => section.remove())")
    assert live.page.locator("main > section").count() > 10
    violations = Axe().run(live.page).response["violations"]
    assert [found["id"] for found in violations if found["impact"] in {"serious", "critical"}] == []
