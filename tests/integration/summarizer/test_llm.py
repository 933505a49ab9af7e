"""Every fault of a model's server is told apart, on a real socket, within the limits that were set."""

import asyncio
import logging
import socket
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from summarizer.drafts import Usage
from summarizer.endpoint import Endpoint
from summarizer.failures import WriterFailed
from summarizer.forms import LONGEST_ANSWER
from summarizer.ladder import Answered
from summarizer.llm import Llm, Reply, retry_after
from tests.support.scripted_model import Answer, Script, ScriptedModel, refusal, usage
from tests.support.server import running

MESSAGES = [{"role": "user", "content": "the secret budget"}]
FORMAT = {"type": "json_object"}
GOOD = Answer('{"items": []}', usage=usage(12, 5, 8))


@asynccontextmanager
async def model(script: Script, **limits: Any) -> AsyncIterator[tuple[ScriptedModel, Llm]]:
    """A server with this script, and a client of it."""
    server = ScriptedModel(script)
    async with running(server.app) as url:
        llm = Llm(replace(Endpoint(f"{url}/v1", "m", "key-1"), **limits), time.monotonic)
        try:
            yield server, llm
        finally:
            await llm.aclose()


async def reply(answer: Answer, **limits: Any) -> Reply:
    """What the client makes of one answer."""
    async with model(lambda _: answer, **limits) as (_, llm):
        return await llm.ask(MESSAGES, FORMAT, 100)


async def failure(answer: Answer, **limits: Any) -> WriterFailed:
    """How the client fails at one answer."""
    async with model(lambda _: answer, **limits) as (_, llm):
        with pytest.raises(WriterFailed) as raised:
            await llm.ask(MESSAGES, FORMAT, 100)
    return raised.value


async def test_an_answer_comes_with_what_it_cost() -> None:
    async with model(lambda _: GOOD) as (server, llm):
        found = await llm.ask(MESSAGES, FORMAT, 100)
    assert found.answered == Answered('{"items": []}', "stop")
    assert replace(found.usage, seconds=0) == Usage(12, 5, 8)
    (body,) = server.requests
    assert body["stream_options"] == {"include_usage": True}
    assert (body["max_tokens"], body["response_format"], body["stream"]) == (100, FORMAT, True)
    assert server.keys == ["Bearer key-1"]


async def test_without_counts_of_the_server_the_cost_is_estimated() -> None:
    found = await reply(replace(GOOD, usage=None))
    assert found.usage.input_tokens > 3
    assert found.usage.output_tokens > 3


FAULTS: list[tuple[Answer, str, float | None, bool]] = [
    (refusal("slow down", 429, **{"retry-after": "7"}), "llm_busy", 7.0, False),
    (refusal("slow down", 429, **{"retry-after-ms": "1500"}), "llm_busy", 1.5, False),
    (refusal("slow down", 429), "llm_busy", None, False),
    (refusal("pay", 429, code="insufficient_quota"), "llm_no_quota", None, True),
    (refusal("loading", 503, **{"retry-after": "3"}), "llm_unavailable", 3.0, False),
    (refusal("oops", 500), "llm_unavailable", None, False),
    (
        Answer(status=502, body="<html>Bad gateway", media_type="text/html"),
        "llm_unavailable",
        None,
        False,
    ),
    (refusal("key sk-123 is wrong", 401), "llm_refused", None, True),
    (Answer(body="<html>Log in", media_type="text/html"), "llm_no_answer", None, False),
    (Answer(body='{"choices": []}'), "llm_no_answer", None, False),
    (Answer(choices=False), "llm_no_answer", None, False),
    (Answer(raw="data: <html>\n\n"), "llm_no_answer", None, False),
    (Answer(raw='data: {"error": {"message": "out of memory"}}\n\n'), "llm_no_answer", None, False),
    (Answer(raw='data: {"choices": 7}\n\ndata: []\n\ndata: 1\n\n'), "llm_no_answer", None, False),
    (Answer(raw=""), "llm_no_answer", None, False),
    (Answer(finish_reason=None), "llm_cut_off", None, False),
    (Answer(finish_reason=None, done=False), "llm_cut_off", None, False),
    (Answer(cut_at=2), "llm_cut_off", None, False),
    (Answer(cut_at=0), "llm_unavailable", None, False),
]
"""What a server may do, the code that it leads to, the seconds to wait, and whether it is for good."""


async def test_every_fault_has_its_code() -> None:
    waiting = [row[0] for row in FAULTS]
    async with model(lambda _: waiting.pop(0)) as (_, llm):
        for answer, code, wait, permanent in FAULTS:
            with pytest.raises(WriterFailed) as raised:
                await llm.ask(MESSAGES, FORMAT, 100)
            found = raised.value
            assert (found.code, found.retry_after, found.permanent) == (code, wait, permanent), answer
            assert found.sentence.endswith(".")
            assert "sk-123" not in "".join(traceback.format_exception(found))


@pytest.mark.parametrize("hang_at", [0, 2])
async def test_silence_is_waited_out_no_longer_than_allowed(hang_at: int) -> None:
    began = time.monotonic()
    found = await failure(Answer(hang_at=hang_at), first_s=0.2, chunk_s=0.2)
    assert found.code == "llm_slow"
    assert time.monotonic() - began < 10


async def test_a_stream_without_end_is_left_at_the_longest_answer() -> None:
    async with model(lambda _: Answer(endless=True)) as (server, llm):
        found = await llm.ask(MESSAGES, None, 100)
        assert found.answered.finish_reason == "length"
        assert len(found.answered.text) < LONGEST_ANSWER + 2000
        await asyncio.wait_for(server.left.wait(), 10)


async def test_a_stream_that_trickles_is_left_after_the_time_for_all() -> None:
    found = await failure(Answer(text="x" * 50, endless=True), total_s=0.0)
    assert found.code == "llm_slow"


async def test_a_response_larger_than_any_answer_is_not_kept() -> None:
    found = await failure(Answer(raw="x" * 17_000_000))
    assert found.code == "llm_unavailable"


async def test_the_connection_may_fail_once_all_was_said() -> None:
    found = await reply(Answer(done=False))
    assert found.answered == Answered('{"items": []}', "stop")


async def test_content_may_be_missing_and_the_reason_is_kept() -> None:
    found = await reply(Answer("", "content_filter"))
    assert found.answered == Answered("", "content_filter")


async def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        llm = Llm(Endpoint(f"http://127.0.0.1:{free.getsockname()[1]}/v1", "m"), time.monotonic)
        with pytest.raises(WriterFailed, match="llm_unavailable"):
            await llm.ask(MESSAGES, None, 100)
        await llm.aclose()


async def test_leaving_closes_the_stream() -> None:
    async with model(lambda _: Answer(hang_at=1)) as (server, llm), asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(llm.ask(MESSAGES, None, 100))
        await asyncio.wait_for(server.hanging.wait(), 10)
        asking.cancel()
        await asyncio.wait_for(server.left.wait(), 10)


async def test_a_refusal_of_the_request_is_for_the_ladder_to_read() -> None:
    found = await reply(refusal("'response_format' is not supported"))
    assert (found.answered.status, found.answered.text) == (400, "")
    assert "response_format" in found.answered.message


async def test_parameters_that_a_server_does_not_take_are_left_out_from_then_on() -> None:
    def script(body: dict[str, Any]) -> Answer:
        for name in ("max_tokens", "temperature", "stream_options"):
            if name in body:
                return refusal(f"Unsupported parameter: '{name}'.")
        return GOOD

    async with model(script) as (server, llm):
        for _ in range(2):
            assert (await llm.ask(MESSAGES, None, 100)).answered.text == '{"items": []}'
    assert len(server.requests) == 5
    assert server.requests[-1]["max_completion_tokens"] == 100


async def test_nothing_that_is_sent_or_read_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await reply(Answer("the answer is secret", usage=usage(1, 1)))
        await failure(refusal("secret", 500))
    assert not any(word in caplog.text for word in ("secret", "key-1"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 90.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "1e999"}, 3600.0),
        ({"retry-after-ms": "nan"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_from_either_header(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, 10.0) == seconds
