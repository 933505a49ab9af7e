"""One request to a language model over the chat completions API, streamed, with every fault told apart.

In: messages and the form of the answer. Out: what came back with its cost, or `WriterFailed`. It retries
nothing and waits no longer than its endpoint says: whoever runs the work knows when to try again. Leaving it,
by cancellation too, closes the stream, at which a server stops generating. Nothing of what is sent or read is
logged.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import openai

from summarizer.drafts import Usage
from summarizer.endpoint import Endpoint
from summarizer.failures import WriterFailed
from summarizer.forms import LONGEST_ANSWER
from summarizer.ladder import Answered
from summarizer.plan import Messages
from summarizer.tokens import estimate

LONGEST_BODY = 16_000_000
"""Bytes of one response that are read: a stream wraps each token in some hundred bytes."""

_LONGEST_WAIT = 3600.0
_REFUSED = ("support", "recogni", "unknown", "unexpected", "not permitted", "not allowed", "extra")
"""What a server says of a parameter that it does not take."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, and what it cost."""

    answered: Answered
    usage: Usage


@dataclass(slots=True)
class _Heard:
    """What a stream has said so far."""

    text: list[str] = field(default_factory=list)  # bounded: by LONGEST_ANSWER characters
    characters: int = 0
    choices: int = 0
    finish_reason: str | None = None
    usage: Any = None


class Llm:
    """One endpoint. `clock` gives seconds that only grow."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], float]) -> None:
        # At DEBUG the client writes whole requests to its log.
        logging.getLogger("openai").setLevel(logging.WARNING)
        self._endpoint = endpoint
        self._clock = clock
        self._refused: frozenset[str] = frozenset()
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.url,
            # Servers without keys take any, and the client demands one.
            api_key=endpoint.key or "none",
            max_retries=0,
            timeout=httpx2.Timeout(endpoint.first_s, connect=10.0),
            http_client=openai.DefaultAsyncHttpxClient(event_hooks={"response": [_bounded]}),
        )
        # Read from the environment otherwise, and sent to whatever server this is.
        self._client.organization = self._client.project = None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def ask(
        self, messages: Messages, response_format: dict[str, Any] | None, answer_tokens: int
    ) -> Reply:
        """The answer to these messages, or a refusal of them. Raises WriterFailed."""
        began = self._clock()
        while True:
            sent = self._parameters(messages, response_format, answer_tokens)
            try:
                heard = await self._streamed(sent)
            except openai.APIStatusError as error:
                if name := self._newly_refused(error, sent):
                    self._refused |= {name}
                    continue
                answered = Answered("", None, error.status_code, _refusal(error))
                return Reply(answered, Usage(seconds=self._clock() - began))
            usage = _usage(heard, messages, self._clock() - began)
            return Reply(Answered("".join(heard.text), heard.finish_reason), usage)

    def _parameters(
        self, messages: Messages, response_format: dict[str, Any] | None, answer_tokens: int
    ) -> dict[str, Any]:
        """The request, without what this server is known not to take."""
        limit = "max_completion_tokens" if "max_tokens" in self._refused else "max_tokens"
        wanted: dict[str, Any] = {
            "temperature": 0,
            "stream_options": {"include_usage": True},
            limit: answer_tokens,
        }
        if response_format is not None:
            wanted["response_format"] = response_format
        kept = {name: value for name, value in wanted.items() if name not in self._refused}
        return {"model": self._endpoint.model, "messages": messages, "stream": True} | kept

    def _newly_refused(self, error: openai.APIStatusError, sent: dict[str, Any]) -> str | None:
        """The optional parameter that a server says it does not take."""
        said = _refusal(error).lower()
        if error.status_code not in {400, 422} or "context" in said or not any(map(said.count, _REFUSED)):
            return None
        optional = ("stream_options", "temperature", "max_tokens", "max_completion_tokens")
        return next((name for name in optional if name in sent and name in said), None)

    async def _streamed(self, sent: dict[str, Any]) -> _Heard:
        """The whole stream. Raises WriterFailed, and APIStatusError for a refusal of the request itself."""
        heard = _Heard()
        try:
            async with asyncio.timeout(self._endpoint.total_s):
                await self._listen(sent, heard)
        # No chain: what the client raises quotes the server, which may quote the transcript or the key.
        except openai.APIStatusError as error:
            if failure := _failure(error):
                raise failure from None
            raise
        except (TimeoutError, openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
            # All that was asked for had come before the connection failed.
            if heard.finish_reason is None:
                raise _fault(error, heard) from None
        if not heard.choices:
            raise _no_answer()
        if heard.finish_reason is None:
            raise _cut_off()
        return heard

    async def _listen(self, sent: dict[str, Any], heard: _Heard) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._endpoint.first_s) as patience:
            stream: Any = await self._client.chat.completions.create(**sent)
            async with stream:
                async for chunk in stream:
                    patience.reschedule(loop.time() + self._endpoint.chunk_s)
                    _hear(chunk, heard)
                    if heard.characters > LONGEST_ANSWER:
                        heard.finish_reason = "length"
                        return


async def _bounded(response: httpx2.Response) -> None:
    """Makes a response end with an error where it is longer than any answer."""
    stream = response.stream
    if isinstance(stream, httpx2.AsyncByteStream):
        response.stream = _BoundedStream(stream)


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = LONGEST_BODY
        async for part in self._stream:
            left -= len(part)
            if left < 0:
                raise httpx2.ReadError("the response is longer than any answer")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


def _hear(chunk: Any, heard: _Heard) -> None:
    """Adds a chunk; nothing of its shape is certain."""
    heard.usage = getattr(chunk, "usage", None) or heard.usage
    choices = getattr(chunk, "choices", None)
    for choice in choices[:1] if isinstance(choices, list) else []:
        heard.choices += 1
        content = getattr(getattr(choice, "delta", None), "content", None)
        if isinstance(content, str):
            heard.text.append(content)
            heard.characters += len(content)
        reason = getattr(choice, "finish_reason", None)
        heard.finish_reason = str(reason) if reason else heard.finish_reason


def _usage(heard: _Heard, messages: Messages, seconds: float) -> Usage:
    """As the server counted, else as estimated."""

    def count(holder: Any, name: str) -> int | None:
        value = getattr(holder, name, None)
        return value if isinstance(value, int) and value >= 0 else None

    sent, written = count(heard.usage, "prompt_tokens"), count(heard.usage, "completion_tokens")
    cached = count(getattr(heard.usage, "prompt_tokens_details", None), "cached_tokens")
    return Usage(
        cost_of(messages) if sent is None else sent,
        estimate("".join(heard.text)) if written is None else written,
        cached or 0,
        round(seconds, 3),
    )


def cost_of(messages: Messages) -> int:
    """Tokens that the messages take at most."""
    return sum(estimate(message["content"]) + 8 for message in messages)


def _refusal(error: openai.APIStatusError) -> str:
    """The server's own words, for the ladder alone."""
    return str(error.message)[:4000]


def _failure(error: openai.APIStatusError) -> WriterFailed | None:
    """What is no refusal of this one request, but of any now."""
    status = error.status_code
    wait = retry_after(error.response.headers, time.time())
    if status == 429:
        if error.code == "insufficient_quota":
            return WriterFailed(
                "llm_no_quota", "The account at the language model's provider is used up.", permanent=True
            )
        return WriterFailed("llm_busy", "The language model is busy.", wait)
    if status in {408, 409, 425} or status >= 500:
        return WriterFailed(
            "llm_unavailable", f"The language model's server answered with an error ({status}).", wait
        )
    if status in {401, 403}:
        return WriterFailed(
            "llm_refused", f"The language model's server refuses the key ({status}).", permanent=True
        )
    return None


def retry_after(headers: Any, now: float) -> float | None:
    """Seconds that a server asks to wait, at most an hour; None where it does not say."""
    milliseconds, said = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if milliseconds:
            wait = float(milliseconds) / 1000
        elif said:
            wait = (
                float(said) if said.strip()[:1].isdigit() else parsedate_to_datetime(said).timestamp() - now
            )
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, wait), _LONGEST_WAIT) if wait == wait else None  # noqa: PLR0124 -- not a number


def _fault(error: Exception, heard: _Heard) -> WriterFailed:
    """What went wrong in a stream, by what was heard before."""
    if isinstance(error, TimeoutError | openai.APITimeoutError | httpx2.TimeoutException):
        return WriterFailed("llm_slow", "The language model took too long to answer.")
    if heard.choices:
        return _cut_off()
    if isinstance(error, openai.APIConnectionError | httpx2.HTTPError):
        return WriterFailed("llm_unavailable", "The language model cannot be reached.")
    return _no_answer()


def _cut_off() -> WriterFailed:
    return WriterFailed("llm_cut_off", "The language model's answer broke off.")


def _no_answer() -> WriterFailed:
    return WriterFailed("llm_no_answer", "The language model's server sent no answer.")
