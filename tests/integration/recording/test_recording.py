"""A recorded stream: what it leaves, how it is heard again, and how it goes."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from server.media import read_file
from server.recording.piece import Piece
from tests.integration.recording.sound import (
    LIKE,
    NEAR,
    complete,
    displacement,
    heard,
    likeness,
    listed,
    speech,
    spoken,
)
from tests.support.application import Application, application
from tests.support.looking import eventually
from tests.support.node import wire_audio
from tests.support.recordings import RATE, encoded
from tests.support.wire import PCM, pieces, wire

SECONDS = 6.5


@pytest.fixture
async def one(database_url: str, tmp_path: Path) -> AsyncIterator[Application]:
    """An application that keeps sound in its data folder."""
    async with application(database_url, data=tmp_path) as made:
        yield made


@pytest.fixture
async def client(one: Application) -> AsyncIterator[httpx.AsyncClient]:
    """Its calls."""
    async with one.client() as made:
        yield made


async def test_each_track_is_kept_as_it_was_heard_and_as_long(
    one: Application, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    anna, boris = speech(SECONDS), speech(SECONDS, begin=20)
    meeting, _ = await spoken(one.socket("/v1/stream"), anna, boris, speaker="Anna")
    found = await complete(client, meeting)
    assert [(piece["channel"], piece["start"], piece["duration"]) for piece in found] == [
        (0, 0.0, SECONDS),
        (1, 0.0, SECONDS),
    ]
    for piece, said in zip(found, (anna, boris), strict=True):
        again = await heard(client, str(piece["url"]), tmp_path)
        assert len(again) == len(said)
        assert likeness(again, said) > LIKE
        assert abs(displacement(again, said)) <= NEAR
    assert (await listed(client, meeting))["missing"] == []
    assert (await client.get(f"/v1/meetings/{meeting}")).json()["record"] is True


async def test_what_is_missing_on_the_way_is_silence_and_times_stay(
    one: Application, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    said = speech(2)
    sound = np.concatenate([said, np.zeros(3 * RATE, np.float32), said])
    made = (await client.post("/v1/meetings", json={"record": True})).json()
    async with wire(one.socket("/v1/stream")) as client_of_wire:
        await client_of_wire.start({"encoding": "auto"}, meeting=made["id"])
        packed = encoded(sound, "webm", "libopus", 48_000)
        await client_of_wire.send(pieces(packed, 4096))
        await client_of_wire.say({"type": "stop"})
        assert await client_of_wire.rest() == 1000
    (piece,) = await complete(client, made["id"])
    again = await heard(client, str(piece["url"]), tmp_path)
    assert abs(len(again) - len(sound)) < RATE // 10
    assert np.abs(again[round(2.3 * RATE) : round(4.7 * RATE)]).max() < 0.01
    assert likeness(again[5 * RATE :], said) > LIKE / 2


async def test_it_is_heard_while_it_is_spoken_and_what_was_there_does_not_change(
    one: Application, client: httpx.AsyncClient
) -> None:
    said = wire_audio(speech(12))
    async with wire(one.socket("/v1/stream")) as speaker:
        meeting = (await speaker.start(PCM, record=True))["meeting"]
        await speaker.send(pieces(said[: len(said) // 2], 3_200))

        async def five_seconds() -> bool:
            return any(one["duration"] >= 5 for one in (await listed(client, meeting))["data"])

        await eventually(five_seconds)
        (live,) = (await listed(client, meeting))["data"]
        assert live["live"] is True
        first = await client.get(live["url"])
        assert len(first.content) == live["size"]
        await speaker.send(pieces(said[len(said) // 2 :], 3_200))
        await speaker.say({"type": "stop"})
        assert await speaker.rest() == 1000
    (whole,) = await complete(client, meeting)
    assert whole["duration"] == 12
    again = await client.get(live["url"])
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert (await client.get(str(whole["url"]))).content.startswith(first.content)


async def test_ranges_are_given_as_the_rfc_says(one: Application, client: httpx.AsyncClient) -> None:
    meeting, _ = await spoken(one.socket("/v1/stream"), speech(3))
    (piece,) = await complete(client, meeting)
    url = str(piece["url"])
    whole = await client.get(url)
    size = len(whole.content)
    assert whole.headers["content-type"] == "audio/ogg"
    assert (whole.headers["accept-ranges"], int(whole.headers["content-length"])) == ("bytes", size)
    head = await client.head(url)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(size), b"")
    for asked, begin, end in (
        ("0-99", 0, 100),
        ("100-", 100, size),
        ("-50", size - 50, size),
        ("0-99999999", 0, size),
    ):
        part = await client.get(url, headers={"Range": f"bytes={asked}"})
        assert part.status_code == 206, asked
        assert part.content == whole.content[begin:end], asked
        assert part.headers["content-range"] == f"bytes {begin}-{end - 1}/{size}"
    behind = await client.get(url, headers={"Range": f"bytes={size}-"})
    assert (behind.status_code, behind.headers["content-range"]) == (416, f"bytes */{size}")
    tag = whole.headers["etag"]
    same = await client.get(url, headers={"Range": "bytes=0-9", "If-Range": tag})
    other = await client.get(url, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, other.status_code, len(other.content)) == (206, 200, size)


async def test_the_waveform_is_loud_where_somebody_speaks(
    one: Application, client: httpx.AsyncClient
) -> None:
    said = speech(2)
    sound = np.concatenate([said, np.zeros(2 * RATE, np.float32)])
    meeting, _ = await spoken(one.socket("/v1/stream"), sound)
    await complete(client, meeting)
    told = (await client.get(f"/v1/meetings/{meeting}/waveform", params={"bars": 8})).json()
    assert told["duration"] == 4
    assert max(told["bars"][:4]) > 100
    assert max(told["bars"][5:]) < 5


async def test_a_deletion_takes_the_files_and_counts_them(
    one: Application, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    meeting, _ = await spoken(one.socket("/v1/stream"), speech(2), speech(2, begin=5))
    await complete(client, meeting)
    folder = tmp_path / "recordings" / meeting
    assert len(list(folder.glob("*.ogg"))) == 2
    receipt = (await client.delete(f"/v1/meetings/{meeting}")).json()
    assert receipt["removed"]["audio"] == 2
    assert not folder.exists()
    assert (await client.get(f"/v1/meetings/{meeting}/recordings")).status_code == 404


async def test_a_meeting_deleted_while_it_is_recorded_leaves_no_file(
    one: Application, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with wire(one.socket("/v1/stream")) as speaker:
        meeting = (await speaker.start(PCM, record=True))["meeting"]
        await speaker.send(pieces(wire_audio(speech(3)), 3_200))

        async def begun() -> bool:
            return bool((await listed(client, meeting))["data"])

        await eventually(begun)
        await client.delete(f"/v1/meetings/{meeting}")
        await speaker.rest()
    folder = tmp_path / "recordings" / meeting

    async def gone() -> bool:
        return not folder.exists()

    await eventually(gone)


async def test_what_asks_for_no_recording_leaves_none(
    one: Application, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with wire(one.socket("/v1/stream")) as speaker:
        meeting = (await speaker.start(PCM))["meeting"]
        await speaker.send(pieces(wire_audio(speech(2)), 3_200))
        await speaker.say({"type": "stop"})
        assert await speaker.rest() == 1000
    assert await listed(client, meeting) == {"data": [], "missing": []}
    assert (await client.get(f"/v1/meetings/{meeting}/waveform")).json()["bars"] == []
    assert not (tmp_path / "recordings" / meeting).exists()


async def test_a_file_that_is_sent_is_recorded_too(client: httpx.AsyncClient, tmp_path: Path) -> None:
    said = speech(8)
    form = {"record": "true", "title": "x"}
    file = {"file": ("talk.wav", encoded(said, "wav", "pcm_s16le"))}
    answer = await client.post("/v1/uploads", data=form, files=file)
    assert answer.status_code == 202, answer.text
    (piece,) = await complete(client, answer.json()["meeting"])
    again = await heard(client, str(piece["url"]), tmp_path)
    assert len(again) == len(said)
    assert likeness(again, said) > LIKE


def test_a_piece_can_be_read_by_anybody(tmp_path: Path) -> None:
    piece = Piece(tmp_path / "m" / "a.ogg", 0)
    piece.write((speech(1) * 32_767).astype(np.int16))
    piece.close()
    assert len(np.concatenate(list(read_file(piece.path)))) == RATE
