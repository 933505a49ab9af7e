"""From a stream to mail and webhook: a whole server as it is started, with scripted speech and model."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from tests.support.mailbox import Mailbox
from tests.support.node import Caller, wire_audio
from tests.support.plain import plain_http
from tests.support.process import SCRIPTED, short_folder, started
from tests.support.receiver import Receiver
from tests.support.speech import join, say, silence

AUDIO = wire_audio(join(silence(0.9), say("alpha bravo charlie delta echo foxtrot golf hotel"), silence(0.9)))


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder with a short name, for the sake of its sockets."""
    with short_folder() as folder:
        yield folder


async def test_soon_after_a_stream_is_stopped_people_and_programs_are_told(data: Path) -> None:
    box, receiver = Mailbox(), Receiver()
    async with box.served() as mail, receiver.served() as hook:
        settings = {
            "smtp_url": f"smtp://{mail}",
            "mail_from": "Steno <steno@example.org>",
            "public_url": "https://steno.example",
            "allow_private_webhooks": "true",
        }
        with started(data, SCRIPTED, **settings) as server:
            targets = [{"kind": "webhook", "url": hook}, {"kind": "email", "to": ["ann@example.org"]}]
            async with plain_http(server.url) as http:
                told = (await http.put("/v1/notifications", json={"targets": targets})).json()
            caller = Caller(AUDIO)
            async with caller.started(server.stream) as client:
                assert await caller.finish(client) == 1000
            await receiver.until(1)
            await box.until(1)
    ((headers, body),) = receiver.got
    event = Verifier(told["targets"][0]["secret"]).verify(body, headers)
    assert event["data"]["meeting_id"] == caller.meeting
    (letter,) = box.letters()
    plain, page = (part.get_content() for part in letter.iter_parts())
    assert "No language model was used" in plain
    assert f"https://steno.example/meetings/{caller.meeting}" in page
    stop = letter["List-Unsubscribe"].strip("<>")
    assert stop.startswith("https://steno.example/unsubscribe/")
