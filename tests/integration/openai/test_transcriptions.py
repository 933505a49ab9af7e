"""OpenAI's transcription call: every form of answer, every order of parts, and what is refused and how."""

import asyncio
from typing import Any

import openai
import pytest

from asr.types import DecodeRequest
from server.store.deletion_records import Deletion
from tests.fakes.recognizer import ScriptedRecognizer
from tests.fakes.store import MemoryStore
from tests.integration.openai.conftest import Site, wav
from tests.support.node import node
from tests.support.plain import plain_http

TEXTS = ("alpha bravo charlie", "delta echo")
WHOLE = " ".join(TEXTS)


async def test_the_client_gets_the_text_and_nothing_is_kept(site: Site) -> None:
    async with site.client() as client:
        found = await client.audio.transcriptions.create(model="whisper-1", file=("a.wav", wav(*TEXTS)))
    assert found.text == WHOLE
    assert found.usage is not None
    assert found.usage.type == "duration"
    assert found.usage.seconds == pytest.approx(3.35, abs=0.1)
    page = await site.store.meetings("default", limit=5)
    assert page.meetings == ()


async def test_verbose_json_has_segments_and_words_with_times(site: Site) -> None:
    async with site.client() as client:
        found = await client.audio.transcriptions.create(
            model="whisper-1",
            file=("a.wav", wav(*TEXTS)),
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
            language="en",
        )
    assert found.text == WHOLE
    assert found.language == "en"
    assert found.segments is not None
    assert found.words is not None
    assert [segment.text for segment in found.segments] == list(TEXTS)
    assert found.segments[0].end < found.segments[1].start
    assert [word.word for word in found.words] == WHOLE.split()
    assert all(word.start < word.end for word in found.words)


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [
        ("text", "text/plain", "alpha bravo"),
        ("srt", "application/x-subrip", "1\n00:00:0"),
        ("vtt", "text/vtt", "WEBVTT\n\n1\n00:00:0"),
    ],
)
async def test_texts_come_as_such(site: Site, form: Any, kind: str, begins: str) -> None:
    async with site.client() as client:
        raw = await client.audio.transcriptions.with_raw_response.create(
            model="whisper-1", file=("a.wav", wav(*TEXTS)), response_format=form
        )
    assert raw.headers["content-type"].startswith(kind)
    assert raw.text.startswith(begins)
    assert "charlie" in raw.text


async def test_a_stream_tells_each_utterance_and_the_whole(site: Site) -> None:
    async with site.client() as client:
        stream = await client.audio.transcriptions.create(
            model="whisper-1", file=("a.wav", wav(*TEXTS)), stream=True
        )
        events = [event async for event in stream]
    deltas = [event.delta for event in events if event.type == "transcript.text.delta"]
    assert deltas == [TEXTS[0], f" {TEXTS[1]}"]
    assert events[-1].type == "transcript.text.done"
    assert events[-1].text == WHOLE


async def test_parts_come_in_any_order_and_names_with_or_without_brackets(site: Site) -> None:
    file: Any = ("file", ("a.wav", wav(*TEXTS), "application/octet-stream"))
    fields: list[Any] = [
        ("model", (None, "x")),
        ("timestamp_granularities", (None, "word")),
        ("include[]", (None, "logprobs")),
        ("chunking_strategy[type]", (None, "server_vad")),
        ("response_format", (None, "verbose_json")),
    ]
    async with site.plain() as client:
        for parts in ([file, *fields], [*fields, file]):
            found = await client.post("/audio/transcriptions", files=parts)
            assert found.status_code == 200, found.text
            assert [word["word"] for word in found.json()["words"]] == WHOLE.split()
            assert "segments" not in found.json()


async def test_a_meeting_that_is_named_keeps_the_transcript(site: Site) -> None:
    async with site.plain() as client:
        meeting = (await client.post("/meetings", json={"title": "kept"})).json()["id"]
        form = {"model": "x", "meeting": meeting}
        found = await client.post("/audio/transcriptions", data=form, files={"file": wav(*TEXTS)})
        assert found.json()["text"] == WHOLE
        kept = (await client.get(f"/meetings/{meeting}/transcript")).json()
    assert [segment["text"] for segment in kept["segments"]] == list(TEXTS)


@pytest.mark.parametrize(
    ("fields", "file", "param"),
    [
        ({}, b"RIFF", "model"),
        ({"model": "x"}, b"", "file"),
        ({"model": "x"}, None, "file"),
        ({"model": "x", "response_format": "xml"}, b"RIFF", "response_format"),
        ({"model": "x", "response_format": "diarized_json"}, b"RIFF", "response_format"),
        ({"model": "x", "temperature": "hot"}, b"RIFF", "temperature"),
        ({"model": "x", "language": "english"}, b"RIFF", "language"),
        ({"model": "x", "timestamp_granularities[]": "page"}, b"RIFF", "timestamp_granularities"),
        ({"model": "x"}, b"this is no sound", None),
    ],
)
async def test_what_is_wrong_is_named_as_the_clients_read_it(
    site: Site, fields: dict[str, str], file: bytes | None, param: str | None
) -> None:
    files = {"file": ("a.wav", file)} if file is not None else {"other": ("b", b"x")}
    async with site.plain() as client:
        answer = await client.post("/audio/transcriptions", data=fields, files=files)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert {*error} == {"message", "type", "param", "code"}
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "application/json"),
        (b"--b\r\n", "multipart/form-data; boundary=b"),
        (b"nothing", "multipart/form-data; boundary=b"),
        (b"", "multipart/form-data"),
    ],
)
async def test_a_body_that_is_no_form_is_refused(site: Site, body: bytes, kind: str) -> None:
    async with site.plain() as client:
        answer = await client.post("/audio/transcriptions", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_form"


async def test_errors_are_the_clients_own(site: Site) -> None:
    file = ("a.wav", b"this is no sound")
    async with site.client("another key") as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            await client.audio.transcriptions.create(model="x", file=file)
        assert refused.value.code == "key_not_known"
    async with site.client() as client:
        with pytest.raises(openai.BadRequestError) as unread:
            await client.audio.transcriptions.create(model="x", file=file)
        assert unread.value.code == "container_unreadable"
        with pytest.raises(openai.BadRequestError) as unread:
            await client.audio.transcriptions.create(model="x", file=file, stream=True)
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("gpt-5")


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
async def test_translations_are_refused(site: Site) -> None:
    async with site.client() as client:
        with pytest.raises(openai.BadRequestError) as refused:
            await client.audio.translations.create(model="whisper-1", file=("a.wav", wav(*TEXTS)))
    assert refused.value.code == "translation_not_supported"


async def test_the_model_is_listed(site: Site) -> None:
    async with site.client() as client:
        assert [model.id async for model in client.models.list()] == ["scripted"]
        assert (await client.models.retrieve("scripted")).object == "model"


async def test_who_hangs_up_ends_the_hearing_and_leaves_nothing() -> None:
    store, recognizer = Telling(), Gated()
    async with node(store, recognizer) as serving:
        url = serving.url.replace("ws", "http", 1).removesuffix("/stream")
        async with plain_http(url) as client:
            call = asyncio.create_task(
                client.post("/audio/transcriptions", data={"model": "x"}, files={"file": wav(*TEXTS)})
            )
            await recognizer.asked.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        await store.deleted.wait()
        recognizer.open.set()


class Telling(MemoryStore):
    """Tells when a meeting was deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.deleted = asyncio.Event()

    async def delete_meeting(self, meeting_id: str) -> Deletion:
        receipt = await super().delete_meeting(meeting_id)
        self.deleted.set()
        return receipt


class Gated(ScriptedRecognizer):
    """Answers nothing until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.open = asyncio.Event(), asyncio.Event()

    async def _served(self, request: DecodeRequest) -> None:
        self.asked.set()
        await self.open.wait()
