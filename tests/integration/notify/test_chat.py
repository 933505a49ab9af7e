"""Chats through Apprise, in its own process, to a receiver on this machine."""

import json

import pytest

from server.notify.chat import Chat
from server.notify.outcome import Later, Refused, Sent, Unknown
from tests.support.receiver import Receiver


async def test_a_message_arrives_and_calls_nobody() -> None:
    receiver = Receiver()
    async with receiver.served() as url:
        outcome = await Chat(allow_private=True).send(
            url.replace("http", "json") + "/hook",
            "Отчёт: <!channel>",
            "• @everyone hears it\nhttps://steno.example/m",
        )
    assert outcome == Sent()
    ((_, body),) = receiver.got
    told = json.loads(body)
    assert told["title"].replace("\u200b", "") == "Отчёт: <!channel>"
    assert told["message"].replace("\u200b", "") == "• @everyone hears it\nhttps://steno.example/m"
    assert "@everyone" not in told["message"]
    assert "<!channel>" not in told["title"]


async def test_no_private_address_is_reached_unless_that_is_allowed() -> None:
    receiver = Receiver()
    async with receiver.served() as url:
        outcome = await Chat().send(url.replace("http", "json"), "title", "body")
    assert isinstance(outcome, Refused)
    assert "private" in outcome.why
    assert receiver.got == []


@pytest.mark.parametrize(("status", "kind"), [(404, Refused), (307, Refused), (503, Later), (429, Later)])
async def test_the_answer_of_the_service_is_understood(status: int, kind: type) -> None:
    receiver = Receiver([(status, {"Location": "http://127.0.0.1:9/"})])
    async with receiver.served() as url:
        outcome = await Chat(allow_private=True).send(url.replace("http", "json"), "title", "body")
    assert isinstance(outcome, kind)
    assert len(receiver.got) == 1


@pytest.mark.parametrize("url", ["json://127.0.0.1:9/x"])
async def test_a_service_that_is_away_is_tried_again(url: str) -> None:
    assert isinstance(await Chat(allow_private=True).send(url, "title", "body"), Later)


@pytest.mark.parametrize("url", ["nothing://x", "syslog://", "http://127.0.0.1/"])
async def test_what_is_no_chat_service_is_refused(url: str) -> None:
    assert isinstance(await Chat(allow_private=True).send(url, "title", "body"), Refused)


async def test_a_process_that_takes_too_long_is_ended_and_what_it_did_is_not_known() -> None:
    assert isinstance(await Chat(seconds=0.01).send("json://127.0.0.1", "title", "body"), Unknown)
