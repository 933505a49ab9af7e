"""Small clients of uploads, each of which is refused, and says what it was told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from server.files import tus
from server.files.folder import Folder
from server.files.uploads import Uploads
from server.store.postgres import PostgresStore
from tests.support.node import node
from tests.support.refusals import Scenario, Told, told

UPLOADS = "/v1/uploads"
TUS = {"Tus-Resumable": tus.VERSION}


@asynccontextmanager
async def _client(store: PostgresStore, **bounds: int) -> AsyncIterator[httpx.AsyncClient]:
    with TemporaryDirectory() as folder:
        uploads = Uploads(store.uploads, Folder(Path(folder), **bounds))
        async with (
            node(store, uploads=uploads) as one,
            one.client() as client,
        ):
            yield client


def calls(method: str, path: str = UPLOADS, *, bounds: dict[str, int] | None = None, **sent: Any) -> Scenario:
    """One call."""

    async def act(store: PostgresStore) -> Told:
        async with _client(store, **(bounds or {})) as client:
            answer = await client.request(method, path, **sent)
        return told(answer.status_code, answer.content)

    return act


def piece(offset: int, data: bytes = b"x" * 6, *, kind: str = tus.CHUNK, cancelled: bool = False) -> Scenario:
    """A piece of an upload of five bytes."""

    async def act(store: PostgresStore) -> Told:
        async with _client(store) as client:
            address = await _begun(client)
            if cancelled:
                await client.delete(address)
            headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": kind}
            answer = await client.patch(address, content=data, headers=headers)
        return told(answer.status_code, answer.content)

    return act


async def elsewhere(store: PostgresStore) -> Told:
    """A piece for a server that has another folder."""
    async with _client(store) as client:
        address = await _begun(client)
    headers = {**TUS, "Upload-Offset": "0", "Content-Type": tus.CHUNK}
    return await calls("PATCH", address, content=b"x", headers=headers)(store)


async def asked_for_when_over(store: PostgresStore) -> Told:
    """Where to go on with one that was cancelled."""
    async with _client(store) as client:
        address = await _begun(client)
        await client.delete(address)
        answer = await client.get(address, headers=TUS)
    return told(answer.status_code, answer.content)


async def _begun(client: httpx.AsyncClient) -> str:
    return (await client.post(UPLOADS, headers={**TUS, "Upload-Length": "5"})).headers["location"]


SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("bad_form", 400): (
        calls("POST", content=b"x"),
        "The body is not a form with a file: its type must be multipart/form-data with a boundary.",
    ),
    ("no_room", 507): (
        calls("POST", bounds={"most": 5}, files={"file": ("a.wav", b"x")}),
        "The server has no room for the file now; send it when others are done.",
    ),
    ("not_acceptable", 415): (
        piece(0, kind="audio/wav"),
        "A piece comes as application/offset+octet-stream.",
    ),
    ("tus_version", 412): (
        calls("POST", headers={"Tus-Resumable": "2.0.0"}),
        "This server speaks tus 1.0.0.",
    ),
    ("upload_elsewhere", 409): (
        elsewhere,
        "Another server has begun to receive this file.",
    ),
    ("upload_not_found", 404): (
        calls("GET", "/v1/uploads/up_none"),
        "There is no upload with this id.",
    ),
    ("upload_offset", 409): (piece(1), "0 bytes were received; send what follows."),
    ("upload_over", 409): (
        piece(0, cancelled=True),
        "Nothing more of this file is awaited.",
    ),
    ("upload_over", 410): (
        asked_for_when_over,
        "Nothing more of this file is awaited.",
    ),
    ("upload_too_big", 413): (piece(0), "More than 5 bytes came."),
}
