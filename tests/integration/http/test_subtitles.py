"""Captions for players of video, over HTTP."""

import asyncio
from datetime import timedelta

import pytest

from server.access.access import DEFAULT
from server.access.door import OPEN
from server.access.tokens import Claims, issue
from server.http.guard import now
from server.http.table import OPERATIONS
from server.store.records import StoredSegment
from streaming.segments import Coverage, Segment
from tests.fakes.access import SECRET
from tests.integration.http.conftest import Site

CLOCK_RATE = 16_000
PLAY_SECONDS = 30


async def speak(site: Site, meeting: str, until: float, *said: tuple[float, str]) -> None:
    """Store what was said in a live session, and how far it is settled."""
    session = f"s-{meeting}"
    stored = [
        StoredSegment(Segment(f"{meeting}-{start}", start, start + 2, text, "en"), session, at)
        for at, (start, text) in enumerate(said, 1)
    ]
    await site.store.save(session, stored, position=round(until * CLOCK_RATE), coverage=Coverage())


async def test_a_live_playlist_lists_what_is_settled_and_each_segment_is_there(site: Site) -> None:
    name = await site.live_meeting()
    await speak(site, name, 13.0, (1, "First."), (7, "Second."), (12.5, "Third, not settled."))
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/captions.m3u8")
        listed = [line for line in answer.text.splitlines() if not line.startswith("#")]
        texts = [(await client.get(f"/v1/meetings/{name}/{address}")).text for address in listed]
        early = await client.get(f"/v1/meetings/{name}/captions/2.vtt")
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert answer.headers["cache-control"] == "no-store"
    assert listed == ["captions/0.vtt", "captions/1.vtt"]
    assert "First." in texts[0]
    assert "Second." in texts[1]
    assert "#EXT-X-ENDLIST" not in answer.text
    assert (early.status_code, early.json()["error"]["code"]) == (404, "captions_not_found")


async def test_a_player_reads_all_of_an_ended_meeting(site: Site) -> None:
    name = await site.live_meeting()
    await speak(site, name, 14.0, (1, "First."), (5, "Across the border."), (13, "Last."))
    await site.store.close_session(f"s-{name}", [], position=0, duration=15.0, coverage=Coverage())
    address = f"{site.url}/v1/meetings/{name}/captions"
    command = ["-v", "error", "-allowed_extensions", "ALL", "-i", f"{address}.m3u8", "-f", "srt", "-"]
    player = await asyncio.create_subprocess_exec("ffmpeg", *command, stdout=asyncio.subprocess.PIPE)
    played = (await asyncio.wait_for(player.communicate(), PLAY_SECONDS))[0].decode()
    assert player.returncode == 0
    async with site.client() as client:
        whole = await client.get(f"{address}.vtt")
    for words in ("First.", "Across the border.", "Last."):
        assert words in played
        assert words in whole.text
    assert whole.headers["content-type"] == "text/vtt; charset=utf-8"


async def test_the_playlist_asks_of_its_segments_what_was_asked_of_it(site: Site) -> None:
    name = await site.live_meeting()
    await speak(site, name, 7.0, (1, "First."))
    made = now()
    claims = Claims(DEFAULT, name, "view", OPEN, made, made + timedelta(seconds=60))
    asked = {"mpegts": "900000", "token": issue(claims, SECRET)}
    async with site.client(Origin="https://player.example") as client:
        refused = await client.get(f"/v1/meetings/{name}/captions.m3u8")
        listed = await client.get(f"/v1/meetings/{name}/captions.m3u8", params=asked)
        (part,) = [line for line in listed.text.splitlines() if not line.startswith("#")]
        told = await client.get(f"/v1/meetings/{name}/{part}")
    assert refused.json()["error"]["code"] == "origin_not_allowed"
    assert told.text.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,")
    assert "First." in told.text


@pytest.mark.parametrize(
    "part", ["captions/x.vtt", "captions/-1.vtt", "captions/99999999.vtt", "captions/²2.vtt"]
)
async def test_a_part_that_cannot_be_is_not_found(site: Site, part: str) -> None:
    name = await site.live_meeting()
    async with site.client() as client:
        answer = await client.get(f"/v1/meetings/{name}/{part}")
        wrong = await client.get(f"/v1/meetings/{name}/captions.m3u8?mpegts=-1")
        nobody = await client.get("/v1/meetings/nobody/captions.m3u8")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "captions_not_found")
    assert wrong.status_code == 422
    assert nobody.json()["error"]["code"] == "meeting_not_found"


def test_only_captions_and_webrtc_are_for_pages_of_other_origins() -> None:
    shared = {operation.path for operation in OPERATIONS if operation.cross_origin}
    captions = "/v1/meetings/{meeting_id}/captions"
    whip = {path for path in shared if path.startswith("/v1/whip")}
    read = shared - whip
    assert read == {captions, f"{captions}.vtt", f"{captions}.m3u8", f"{captions}/{{number}}.vtt"}
    assert {one.method for one in OPERATIONS if one.cross_origin and one.path in read} == {"GET"}
