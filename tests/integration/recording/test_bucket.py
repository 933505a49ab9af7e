"""Recordings in a bucket: a real server of S3's calls keeps them, and they are heard from there."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from server.recording import reel
from server.recording.address import BucketAddress
from server.recording.bucket import Bucket
from server.recording.keeping import Keeping
from server.recording.vault import Vault
from server.store.postgres import PostgresStore, open_store
from tests.integration.recording.sound import (
    LIKE,
    complete,
    heard,
    likeness,
    listed,
    speech,
    spoken,
)
from tests.support.application import application
from tests.support.looking import eventually
from tests.support.recording import a_recording

BUCKET = "meetings"
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server of S3's calls with a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(endpoint: str) -> Iterator[Any]:
    """Amazon's own client of it; the bucket is empty again afterwards."""
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    client.create_bucket(Bucket=BUCKET)
    yield client
    for name in keys(client):
        client.delete_object(Bucket=BUCKET, Key=name)
    client.close()


@pytest.fixture
def vault(endpoint: str, s3: Any, tmp_path: Path) -> Vault:
    """A folder before the bucket."""
    address = BucketAddress(
        BUCKET, "steno", endpoint, "us-east-1", {"access_key_id": "key", "secret_access_key": "secret"}
    )
    return Vault(tmp_path / "spool", Bucket(address), free=0)


def keys(s3: Any) -> list[str]:
    """What stands in the bucket."""
    return [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


async def test_a_stream_ends_in_the_bucket_and_is_heard_from_there(
    database_url: str, endpoint: str, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setitem(os.environ, name, value)
    place = f"s3://{BUCKET}/steno?endpoint={endpoint}"
    said = speech(4)
    async with application(database_url, data=tmp_path, recordings=place) as one, one.client() as client:
        meeting, _ = await spoken(one.socket("/v1/stream"), said)

        async def carried() -> bool:
            return not (tmp_path / "recordings" / meeting).exists() and bool(
                await asyncio.to_thread(keys, s3)
            )

        await complete(client, meeting)
        await eventually(carried)
        (piece,) = (await listed(client, meeting))["data"]
        assert (await asyncio.to_thread(keys, s3)) == [f"steno/{meeting}/{piece['id']}.ogg"]
        assert (piece["live"], piece["duration"]) == (False, 4.0)
        again = await heard(client, piece["url"], tmp_path)
        assert len(again) == len(said)
        assert likeness(again, said) > LIKE
        whole = (await client.get(piece["url"])).content
        part = await client.get(piece["url"], headers={"Range": "bytes=100-299"})
        assert (part.status_code, part.content) == (206, whole[100:300])
        receipt = (await client.delete(f"/v1/meetings/{meeting}")).json()
    assert receipt["removed"]["audio"] == 1
    assert await asyncio.to_thread(keys, s3) == []


async def test_what_a_crash_left_in_the_folder_is_carried_away(
    store: PostgresStore, vault: Vault, s3: Any
) -> None:
    meeting, recording = await a_recording(store, vault)
    await Keeping(vault, store.recordings).look()
    assert await asyncio.to_thread(keys, s3) == [f"steno/{meeting}/{recording}.ogg"]
    found = await store.recordings.get(meeting, recording)
    assert found is not None
    assert found.folder is None
    assert not vault.file(meeting, recording).exists()


async def test_a_copy_that_a_crash_left_behind_is_removed(store: PostgresStore, vault: Vault) -> None:
    meeting, recording = await a_recording(store, vault)
    await store.recordings.carried(recording)
    assert vault.file(meeting, recording).exists()
    await Keeping(vault, store.recordings).sweep()
    assert not vault.file(meeting, recording).exists()


async def test_what_is_left_of_a_deleted_meeting_is_swept_and_of_an_unknown_one_nothing(
    database_url: str, vault: Vault, s3: Any
) -> None:
    async with open_store(database_url) as store:
        meeting, recording = await a_recording(store, vault)
        await store.delete_meeting(meeting)  # Its files stay, as after a crash in the midst of it.
        s3.put_object(Bucket=BUCKET, Key=f"steno/{meeting}/{recording}.ogg", Body=b"x")
        s3.put_object(Bucket=BUCKET, Key="steno/mtg_of_another_server/a.ogg", Body=b"x")
        assert await Keeping(vault, store.recordings).sweep() == 1
    assert await asyncio.to_thread(keys, s3) == ["steno/mtg_of_another_server/a.ogg"]
    assert not vault.file(meeting, recording).exists()


async def test_what_is_left_of_a_torn_piece_is_completed(store: PostgresStore, vault: Vault) -> None:
    meeting, recording = await a_recording(store, vault, 3.0)
    file = vault.file(meeting, recording)
    file.write_bytes(file.read_bytes()[:-100])  # In the midst of the last page.
    await reel.complete(recording, meeting, file, 0, store.recordings)
    found = await store.recordings.get(meeting, recording)
    assert found is not None
    assert found.end is not None
    assert 2.5 * 16_000 < found.end < 3 * 16_000
    assert found.size == file.stat().st_size
