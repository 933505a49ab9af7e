"""Uploads over HTTP: one form, or piece by piece by a client of tus; what is refused; how one is watched and
cancelled. The database is a real PostgreSQL; jobs are begun by the test."""

import asyncio
import io
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tusclient.client import TusClient

from asr.types import SAMPLE_RATE
from server.access.access import DEFAULT
from server.files import receiving
from server.files.folder import UNKNOWN_SECONDS, Folder
from server.files.hearing import Files
from server.files.job import UploadJob
from server.files.uploads import Uploads
from server.jobs.follow_up import Ending
from server.store.engine import create_engine, transaction
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from tests.fakes.recognizer import GatedRecognizer, ScriptedRecognizer
from tests.support import bad_media
from tests.support.files import spoken, wav
from tests.support.node import Node, node

TEXTS = ("alpha bravo charlie", "delta echo", "foxtrot golf")
RECORDING = wav(spoken(*TEXTS))
CHUNK = "application/offset+octet-stream"


@dataclass
class Site:
    """A node that takes uploads, and a client of it."""

    one: Node
    store: PostgresStore
    uploads: Uploads
    job: UploadJob
    client: httpx.AsyncClient

    async def send(self, data: bytes = RECORDING, /, **fields: str) -> httpx.Response:
        """One form."""
        return await self.client.post("/v1/uploads", data=fields, files={"file": ("monday.wav", data)})

    async def begin(self, size: int = len(RECORDING), metadata: str = "") -> str:
        """An upload of tus; its address."""
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": metadata}
        answer = await self.client.post("/v1/uploads", headers=headers)
        assert answer.status_code == 201
        return answer.headers["location"]

    async def piece(self, address: str, data: bytes, offset: int) -> httpx.Response:
        """A piece of it."""
        headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Content-Type": CHUNK}
        return await self.client.patch(address, content=data, headers=headers)

    async def hear(self, upload: str) -> None:
        """Do its job."""
        record = await self.uploads.get(upload)
        await self.job.hear(Ending(record.meeting_id, record.number))

    async def texts(self, meeting: str) -> list[str]:
        """What is stored of a meeting."""
        return [stored.segment.text for stored in await self.store.segments(meeting)]

    @property
    def files(self) -> list[str]:
        """What lies in the folder."""
        return sorted(path.name for path in self.uploads.folder.file("x").parent.glob("up_*"))


@asynccontextmanager
async def taking(
    store: PostgresStore, folder: Folder, recognizer: ScriptedRecognizer | None = None
) -> AsyncIterator[Site]:
    """A node over a folder."""
    uploads = Uploads(store.uploads, folder)
    async with asyncio.timeout(60), node(store, recognizer, uploads=uploads, languages=("en", "ru")) as one:
        job = UploadJob(store.uploads, folder, Files(one.sessions))
        async with one.client() as client:
            yield Site(one, store, uploads, job, client)


@pytest.fixture
async def site(store: PostgresStore, tmp_path: Path) -> AsyncIterator[Site]:
    async with taking(store, Folder(tmp_path / "uploads")) as serving:
        yield serving


async def test_a_form_is_received_checked_heard_and_forgotten(site: Site) -> None:
    answer = await site.send(languages="en, ru", hotwords="Bravo", speaker="Anna", metadata='{"a": 1}')
    assert answer.status_code == 202
    told = answer.json()
    assert (told["status"], told["size"], told["received"]) == ("waiting", len(RECORDING), len(RECORDING))
    assert told["seconds"] == pytest.approx(len(RECORDING) / 2 / SAMPLE_RATE, abs=0.1)
    await site.hear(told["id"])
    after = (await site.client.get(answer.headers["location"])).json()
    assert after["status"] == "done"
    assert after["heard"] == pytest.approx(told["seconds"], abs=0.1)
    assert await site.texts(told["meeting"]) == list(TEXTS)
    meeting = await site.store.meeting(told["meeting"])
    assert meeting is not None
    assert (meeting.title, meeting.languages, meeting.hotwords) == ("monday.wav", ("en", "ru"), ("Bravo",))
    assert (meeting.status, dict(meeting.metadata)) == ("ended", {"a": 1})
    assert {one.segment.speaker for one in await site.store.segments(meeting.id)} == {"Anna"}
    assert site.files == []


async def test_it_goes_into_a_meeting_that_is_there(site: Site) -> None:
    meeting = await site.store.create_meeting(NewMeeting(title="Monday"), DEFAULT)
    told = (await site.send(meeting=meeting.id)).json()
    await site.hear(told["id"])
    assert told["meeting"] == meeting.id
    assert await site.texts(meeting.id) == list(TEXTS)


async def test_a_client_of_tus_sends_it_in_pieces(site: Site) -> None:
    file = io.BytesIO(RECORDING)

    def send() -> str:
        client = TusClient(f"{site.client.base_url}/v1/uploads")
        metadata = {"title": "Понедельник", "languages": "en"}
        uploader = client.uploader(file_stream=file, chunk_size=len(RECORDING) // 3, metadata=metadata)
        uploader.upload(stop_at=len(RECORDING) // 3)
        # Another one goes on with it.
        again = client.uploader(file_stream=file, chunk_size=len(RECORDING) // 3, url=uploader.url)
        assert again.offset == len(RECORDING) // 3
        again.upload()
        return str(uploader.url)

    address = await asyncio.to_thread(send)
    told = (await site.client.get(address)).json()
    assert told["status"] == "waiting"
    await site.hear(told["id"])
    assert await site.texts(told["meeting"]) == list(TEXTS)
    meeting = await site.store.meeting(told["meeting"])
    assert meeting is not None
    assert meeting.title == "Понедельник"


async def test_a_connection_that_breaks_loses_nothing_that_came(site: Site) -> None:
    address = await site.begin()
    half = len(RECORDING) // 2

    async def broken() -> AsyncIterator[bytes]:
        yield RECORDING[:half]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await site.client.patch(
            address, content=broken(), headers={"Upload-Offset": "0", "Content-Type": CHUNK}
        )
    # The former request may still be open at the server: it is given up for the new one.
    missed = await site.piece(address, b"", 1)
    assert (missed.status_code, missed.json()["error"]["code"]) == (409, "upload_offset")
    head = await site.client.head(address, headers={"Tus-Resumable": "1.0.0"})
    assert head.headers["upload-length"] == str(len(RECORDING))
    offset = int(head.headers["upload-offset"])
    assert offset <= half
    assert (await site.piece(address, RECORDING[offset:], offset)).status_code == 204
    assert (await site.client.get(address)).json()["status"] == "waiting"


async def test_a_request_that_brings_nothing_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "PIECE_SECONDS", 0.2)
    address = await site.begin()
    host, port = str(site.client.base_url).removeprefix("http://").rstrip("/").split(":")
    reader, writer = await asyncio.open_connection(host, port)
    head = f"PATCH {address} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {CHUNK}\r\nUpload-Offset: 0\r\n"
    writer.write(head.encode() + b"Content-Length: 5000\r\n\r\n" + RECORDING[:1000])
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"body_too_slow" in answer
    assert (await site.client.get(address)).json()["received"] == 1000


async def test_the_first_piece_may_come_with_the_creation(site: Site) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(RECORDING)), "Content-Type": CHUNK}
    answer = await site.client.post("/v1/uploads", content=RECORDING, headers=headers)
    assert answer.status_code == 201
    assert answer.headers["upload-offset"] == str(len(RECORDING))
    assert answer.json()["status"] == "waiting"


async def test_what_is_spoken_of_tus_is_said(site: Site) -> None:
    answer = await site.client.options("/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert "termination" in answer.headers["tus-extension"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no audio at all", "container_unreadable"),
        (b"", "container_unreadable"),
        (bad_media.inflated(), "container_bomb"),
    ],
)
async def test_what_cannot_be_heard_is_not_kept(site: Site, data: bytes, code: str) -> None:
    answer = await site.send(data)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert site.files == []
    assert (await site.store.meetings(DEFAULT)).meetings == ()


async def test_in_pieces_it_fails_with_its_last_one(site: Site) -> None:
    address = await site.begin(15)
    answer = await site.piece(address, b"no audio at all", 0)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "container_unreadable")
    told = (await site.client.get(address)).json()
    assert told["status"] == "failed"
    assert told["error"]["code"] == "container_unreadable"
    assert (await site.client.head(address, headers={"Tus-Resumable": "1.0.0"})).status_code == 410
    assert site.files == []


async def test_more_than_was_said_is_refused(site: Site) -> None:
    address = await site.begin(1000)
    answer = await site.piece(address, RECORDING[:1001], 0)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "upload_too_big")


async def test_a_full_folder_says_so_before_anything_is_sent(store: PostgresStore, tmp_path: Path) -> None:
    async with taking(store, Folder(tmp_path, most=3 * len(RECORDING) // 2, each=len(RECORDING))) as site:
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(RECORDING) + 1)}
        answer = await site.client.post("/v1/uploads", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "upload_too_big")
        await site.begin()
        headers["Upload-Length"] = str(len(RECORDING))
        answer = await site.client.post("/v1/uploads", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (507, "no_room")


async def test_fields_are_checked(site: Site) -> None:
    for fields in ({"languages": "klingon"}, {"metadata": "{"}, {"multichannel": "perhaps"}):
        answer = await site.send(**fields)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_field")
    answer = await site.send(meeting="mtg_none")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "meeting_not_found")
    assert site.files == []


async def test_one_that_waits_is_cancelled_without_being_heard(site: Site) -> None:
    told = (await site.send()).json()
    assert (await site.client.delete(f"/v1/uploads/{told['id']}")).status_code == 204
    await site.hear(told["id"])
    assert (await site.client.get(f"/v1/uploads/{told['id']}")).json()["status"] == "cancelled"
    assert await site.texts(told["meeting"]) == []
    assert site.files == []


async def test_one_that_is_received_is_cancelled_at_once(site: Site) -> None:
    address = await site.begin()
    await site.piece(address, RECORDING[:1000], 0)
    assert (await site.client.delete(address)).status_code == 204
    assert site.files == []
    answer = await site.piece(address, RECORDING[1000:], 1000)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "upload_over")


async def test_one_that_is_heard_ends_with_what_was_heard(store: PostgresStore, tmp_path: Path) -> None:
    model = GatedRecognizer(answers=1)
    async with taking(store, Folder(tmp_path), model) as site, asyncio.TaskGroup() as tasks:
        told = (await site.send()).json()
        hearing = tasks.create_task(site.hear(told["id"]))
        await model.asked.wait()
        await site.client.delete(f"/v1/uploads/{told['id']}")
        (live,) = site.one.sessions.kept()
        while live.ending is None:
            await live.over.wait() if live.over.is_set() else await asyncio.sleep(0.05)
        model.open.set()
        await hearing
        assert (await site.client.get(f"/v1/uploads/{told['id']}")).json()["status"] == "cancelled"
        meeting = await store.meeting(told["meeting"])
        assert meeting is not None
        assert meeting.status == "ended"
        assert live.session.complete
        assert site.files == []


async def test_it_can_be_watched_to_its_end(site: Site) -> None:
    told = (await site.send()).json()
    seen: list[dict[str, Any]] = []
    async with site.client.stream("GET", f"/v1/uploads/{told['id']}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                seen.append(json.loads(line.removeprefix("data: ")))
                if len(seen) == 1:
                    await site.hear(told["id"])
    assert [one["status"] for one in seen] == ["waiting", "done"]
    assert seen[-1]["heard"] == pytest.approx(told["seconds"], abs=0.1)


async def test_an_upload_of_another_folder_is_not_touched(
    site: Site, store: PostgresStore, tmp_path: Path
) -> None:
    address = await site.begin()
    async with taking(store, Folder(tmp_path / "another")) as other:
        assert (await other.client.get(address)).json()["received"] is None
        answer = await other.piece(address, RECORDING, 0)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "upload_elsewhere")


async def test_what_came_whole_before_a_crash_is_taken_up(site: Site) -> None:
    address = await site.begin()
    upload = address.rpartition("/")[2]
    site.uploads.folder.append(upload, RECORDING)
    await site.uploads.tidy()
    assert (await site.client.get(address)).json()["status"] == "waiting"


async def test_what_is_not_sent_within_a_day_is_given_up(site: Site, database_url: str) -> None:
    address = await site.begin()
    await site.piece(address, RECORDING[:1000], 0)
    engine = create_engine(database_url)
    async with transaction(engine) as connection:
        await connection.exec_driver_sql("UPDATE uploads SET created_at = created_at - interval '25 hours'")
    await engine.dispose()
    (name,) = site.files
    old = site.uploads.folder.file(name).stat().st_mtime - UNKNOWN_SECONDS - 1
    os.utime(site.uploads.folder.file(name), (old, old))
    await site.uploads.tidy()
    told = (await site.client.get(address)).json()
    assert (told["status"], told["error"]["code"]) == ("failed", "upload_over")
    assert site.files == []


async def test_one_that_is_not_there_is_not_found(site: Site) -> None:
    for call in (site.client.get, site.client.delete):
        answer = await call("/v1/uploads/up_none")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "upload_not_found")


async def test_it_goes_with_its_meeting(site: Site) -> None:
    told = (await site.send()).json()
    await site.store.delete_meeting(told["meeting"])
    assert (await site.client.get(f"/v1/uploads/{told['id']}")).status_code == 404
