"""The Realtime wire on a real socket: who is let in and how, and what stays of a session."""

import base64
import json
import time
from typing import Any

import openai
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.integration.openai.conftest import KEY, Site, spoken
from tests.support.recordings import s16

COMPLETED = "conversation.item.input_audio_transcription.completed"
SETTINGS: Any = {
    "type": "transcription",
    "audio": {
        "input": {"format": {"type": "audio/pcm", "rate": 16_000}, "transcription": {"language": "en"}}
    },
}
PREFIX = "openai-insecure-api-key."
TEXTS = ("alpha bravo charlie", "delta echo")


def appended(*texts: str) -> str:
    """An event with audio in which the texts are said."""
    data = base64.b64encode(s16(spoken(*texts))).decode()
    return json.dumps({"type": "input_audio_buffer.append", "audio": data})


async def test_a_page_shows_its_key_among_the_subprotocols(site: Site) -> None:
    names = [Subprotocol("realtime"), Subprotocol(f"{PREFIX}{KEY}")]
    async with connect(f"{site.socket}/realtime", subprotocols=names) as socket:
        assert socket.subprotocol == "realtime"
        assert json.loads(await socket.recv())["type"] == "session.created"


@pytest.mark.parametrize("key", ["another", None])
async def test_a_stranger_is_refused_as_the_api_does(site: Site, key: str | None) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"{site.socket}/realtime", additional_headers=headers):
            pass
    assert refused.value.response.status_code == 401
    error = json.loads(refused.value.response.body)["error"]
    assert error["type"] == "authentication_error"
    assert error["code"] == ("key_not_known" if key else "key_missing")


async def test_the_header_of_the_older_dialect_decides(site: Site) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "realtime=v1"}
    async with connect(f"{site.socket}/realtime", additional_headers=headers) as socket:
        session = json.loads(await socket.recv())["session"]
    assert session["input_audio_format"] == "pcm16"


async def test_what_was_said_is_kept_in_the_meeting_of_the_address(site: Site) -> None:
    async with site.plain() as plain:
        meeting = (await plain.post("/meetings", json={"title": "Talk"})).json()["id"]
    async with (
        site.client() as client,
        client.realtime.connect(extra_query={"intent": "transcription", "meeting": meeting}) as connection,
    ):
        await connection.session.update(session=SETTINGS)
        await connection.send(json.loads(appended(*TEXTS)))
        await connection.input_audio_buffer.commit()
        done: list[str] = []
        while len(done) < len(TEXTS):
            event: Any = await connection.recv()
            if event.type == COMPLETED and event.transcript:
                done.append(event.transcript)
    assert done == list(TEXTS)
    kept = await site.store.segments(meeting)
    assert [one.segment.text for one in kept] == list(TEXTS)


async def test_a_session_that_cannot_begin_says_why_and_closes(site: Site) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with connect(f"{site.socket}/realtime?meeting=none", additional_headers=headers) as socket:
        await socket.recv()
        await socket.send(appended("alpha"))
        error = json.loads(await socket.recv())
        assert (error["type"], error["error"]["code"]) == ("error", "meeting_not_found")
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


async def test_audio_in_text_is_not_counted_as_messages(site: Site) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    piece = json.dumps({"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(960)).decode()})
    async with connect(f"{site.socket}/realtime", additional_headers=headers) as socket:
        await socket.recv()
        for _ in range(800):
            await socket.send(piece)
        await socket.send(json.dumps({"type": "input_audio_buffer.clear"}))
        assert json.loads(await socket.recv())["type"] == "input_audio_buffer.cleared"


class TestSecrets:
    """What a page may have in place of a key."""

    async def test_a_secret_opens_a_session_with_its_settings(self, database_site: Site) -> None:
        async with database_site.client() as client:
            made = await client.realtime.client_secrets.create(
                expires_after={"anchor": "created_at", "seconds": 60}, session=SETTINGS
            )
        assert made.value.startswith("ek_")
        assert 0 < made.expires_at - time.time() <= 60
        assert made.session.type == "transcription"
        assert made.session.audio is not None
        async with (
            database_site.client(made.value) as page,
            page.realtime.connect(extra_query={"intent": "transcription"}) as connection,
        ):
            created: Any = await connection.recv()
            shown = created.session.audio.input
            assert shown.format.rate == 16_000
            assert shown.transcription.language == "en"
            await connection.send(json.loads(appended("alpha bravo")))
            await connection.input_audio_buffer.commit()
            while True:
                event: Any = await connection.recv()
                if event.type == COMPLETED:
                    break
        assert event.transcript == "alpha bravo"

    async def test_a_secret_is_no_key(self, database_site: Site) -> None:
        async with database_site.client() as client:
            made = await client.realtime.client_secrets.create()
        async with database_site.client(made.value) as page:
            with pytest.raises(openai.AuthenticationError):
                await page.models.list()
        wrong = made.value[:-2]
        with pytest.raises(InvalidStatus) as refused:
            async with connect(
                f"{database_site.socket}/realtime", additional_headers={"Authorization": f"Bearer {wrong}"}
            ):
                pass
        assert refused.value.response.status_code == 401

    async def test_the_older_form_is_a_session_with_a_secret(self, database_site: Site) -> None:
        async with database_site.client() as client:
            made = await client.beta.realtime.transcription_sessions.create(
                input_audio_format="g711_ulaw", turn_detection={"type": "server_vad"}
            )
        assert made.input_audio_format == "g711_ulaw"
        names = [Subprotocol("realtime"), Subprotocol(f"{PREFIX}{made.client_secret.value}")]
        async with connect(f"{database_site.socket}/realtime", subprotocols=names) as socket:
            session = json.loads(await socket.recv())["session"]
        assert session["audio"]["input"]["format"] == {"type": "audio/pcmu"}

    async def test_settings_that_cannot_be_are_named(self, database_site: Site) -> None:
        async with database_site.plain() as client:
            answer = await client.post("/realtime/client_secrets", json={"session": {"type": "realtime"}})
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == "session.type"

    @pytest.mark.parametrize("secret", ["ek_", "ek_.", "ek_e30.a.b.c", "ek_W10.a.b", "ek_!.a.b.c"])
    async def test_what_is_no_secret_opens_nothing(self, site: Site, secret: str) -> None:
        headers = {"Authorization": f"Bearer {secret}"}
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"{site.socket}/realtime", additional_headers=headers):
                pass
        assert refused.value.response.status_code == 401
