"""The whole server, as the composition root builds it: somebody speaks, and a webhook tells of it."""

import json

from standardwebhooks.webhooks import Webhook as Verifier

from server.http.event_models import MESSAGES
from server.store.event_records import EVENT_TYPES
from tests.support.application import application
from tests.support.node import FRAME, wire_audio
from tests.support.receiver import Receiver
from tests.support.speech import join, say, silence
from tests.support.wire import PCM, pieces, wire

PUBLIC = "https://steno.example"


async def test_who_asks_is_told_of_a_meeting_from_its_start_to_its_deletion(database_url: str) -> None:
    receiver = Receiver()
    served = application(database_url, allow_private_webhooks=True, public_url=PUBLIC)
    async with receiver.served() as hook, served as one, one.client() as http:
        asked = {"url": hook, "events": list(EVENT_TYPES)}
        webhook = (await http.post("/v1/webhooks", json=asked)).json()
        async with wire(one.socket("/v1/stream")) as client:
            meeting = (await client.start(PCM, title="Launch"))["meeting"]
            await client.send(pieces(wire_audio(join(say("one two three four"), silence(1.0))), FRAME))
            await client.say({"type": "stop"})
            await client.until("ended")
        await receiver.until(5)
        assert (await http.delete(f"/v1/meetings/{meeting}")).status_code == 200
        await receiver.until(6)
    told = [Verifier(webhook["secret"]).verify(body, headers) for headers, body in receiver.got]
    assert [one["type"] for one in told] == [name for name in EVENT_TYPES if name != "bot.status"]
    for message, (_, body) in zip(told, receiver.got, strict=True):
        MESSAGES[message["type"]].model_validate_json(body)
        assert message["data"]["meeting_id"] == meeting
    (final,) = (one["data"] for one in told if one["type"] == "segment.final")
    assert final["text"] == "one two three four"
    assert [word["word"] for word in final["words"]] == ["one", "two", "three", "four"]
    report = next(one["data"] for one in told if one["type"] == "report.ready")
    assert report["report_url"] == f"{PUBLIC}/v1/meetings/{meeting}/report?version=1"
    assert json.loads(receiver.got[0][1])["data"]["title"] == "Launch"
