"""How many may watch: who is refused reads why and when to come back, and who watches already goes on."""

import asyncio
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.http import reading
from server.live.hub import Hub
from tests.integration.http.conftest import Site, serve
from tests.support.wire import wire

REFUSALS = {
    "max_per_meeting": (
        "too_many_viewers",
        "The meeting has no room for another viewer: it takes 1 at once.",
    ),
    "max_viewers": ("overloaded", "There are too many viewers at the moment."),
}


@pytest.mark.parametrize("bound", REFUSALS)
async def test_one_viewer_too_many_is_refused_with_its_reason(bound: str) -> None:
    made = Site()
    made.hub = Hub(made.store, **{bound: 1})
    async with serve(made) as site:
        name = await site.live_meeting()
        path = f"/v1/meetings/{name}/captions"
        async with wire(f"{site.socket_url}{path}") as viewer:
            with pytest.raises(InvalidStatus) as refused:
                async with connect(f"{site.socket_url}{path}", proxy=None):
                    pass
            async with site.client() as client:
                answer = await client.get(path)
            bodies = [json.loads(refused.value.response.body or b""), answer.json()]
            assert [refused.value.response.status_code, answer.status_code] == [503, 503]
            assert answer.headers["retry-after"] == "10"
            for body in bodies:
                assert (body["error"]["code"], body["error"]["message"]) == REFUSALS[bound]
            await site.say(name, "seg1", "still here")
            assert (await viewer.until("caption"))["text"] == "still here"


async def test_a_full_meeting_does_not_keep_viewers_from_another() -> None:
    made = Site()
    made.hub = Hub(made.store, max_per_meeting=1)
    async with serve(made) as site:
        one, other = await site.live_meeting(), await site.live_meeting()
        async with (
            wire(f"{site.socket_url}/v1/meetings/{one}/captions"),
            wire(f"{site.socket_url}/v1/meetings/{other}/captions") as viewer,
        ):
            await site.say(other, "seg1", "welcome")
            assert (await viewer.until("caption"))["text"] == "welcome"


async def test_a_body_that_does_not_come_is_not_waited_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BODY_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection(*site.url.removeprefix("http://").split(":"))
    writer.write(b"POST /v1/meetings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
    async with asyncio.timeout(60):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    error = json.loads(body)["error"]
    assert (error["code"], error["message"]) == (
        "body_too_slow",
        "The body did not come within 0.05 seconds.",
    )
