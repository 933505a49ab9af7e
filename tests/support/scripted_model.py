"""A server of the chat completions API that answers by a script: on a real socket, with every fault there is.

In: a function from a request to an `Answer`. Out: a Starlette app, and the requests it was sent. It writes a
stream as servers do: a chunk for each piece, then the reason for the end, then the usage.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back: a stream of `text`, or `body` with this status where one is given."""

    text: str = '{"items": []}'
    finish_reason: str | None = "stop"
    usage: dict[str, Any] | None = None
    status: int = 200
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    pieces: int = 4
    choices: bool = True
    done: bool = True
    endless: bool = False
    hang_at: int | None = None
    """The piece before which nothing more is sent until the client leaves."""
    cut_at: int | None = None
    """The piece before which the connection is broken."""
    raw: str | None = None
    """An event that stands in place of the stream."""


class CutOnPurpose(Exception):
    """Makes the server break the connection in the middle of a response."""


Script = Callable[[dict[str, Any]], Answer]


def refusal(message: str, status: int = 400, **headers: str) -> Answer:
    """An error in the form that servers give it."""
    body = json.dumps({"error": {"message": message, "code": headers.pop("code", status)}})
    return Answer(status=status, body=body, headers=headers)


class ScriptedModel:
    """`requests` are the bodies in their order; `left` is set when a client has closed a stream early."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.hanging = asyncio.Event()
        self.left = asyncio.Event()
        self.app = Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        self.keys.append(request.headers.get("authorization", ""))
        answer = self.script(body)
        if answer.body is not None:
            return Response(answer.body, answer.status, answer.headers, answer.media_type)
        return StreamingResponse(self._events(answer, request), media_type="text/event-stream")

    async def _events(self, answer: Answer, request: Request) -> AsyncIterator[str]:
        if answer.raw is not None:
            yield answer.raw
            return
        size = max(1, -(-len(answer.text) // answer.pieces))
        for number in range(answer.pieces):
            if answer.hang_at == number:
                self.hanging.set()
                await self._until_left(request)
                return
            if answer.cut_at == number:
                raise CutOnPurpose
            yield _event(_choice(answer, answer.text[number * size : (number + 1) * size]))
        while answer.endless:
            yield _event(_choice(answer, "on and on " * 100))
            if await request.is_disconnected():
                self.left.set()
                return
        if answer.finish_reason:
            yield _event(_choice(answer, None, answer.finish_reason))
        if answer.usage is not None:
            yield _event({"choices": [], "usage": answer.usage})
        if answer.done:
            yield "data: [DONE]\n\n"

    async def _until_left(self, request: Request) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        self.left.set()


def _choice(answer: Answer, content: str | None, finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
    return {"id": "x", "object": "chat.completion.chunk", "choices": [choice] if answer.choices else []}


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


def asked_of(body: dict[str, Any]) -> str:
    """The last words of a request, in which it says what it wants."""
    return str(body["messages"][-1]["content"]).rpartition("</transcript>")[2]


def transcript_of(body: dict[str, Any]) -> str:
    """The numbered lines that a request holds; "" where it holds none."""
    return "".join(str(turn["content"]).partition("</transcript>")[0] for turn in body["messages"][1:2])


def usage(sent: int, written: int, cached: int = 0) -> dict[str, Any]:
    """Counts as servers give them."""
    return {
        "prompt_tokens": sent,
        "completion_tokens": written,
        "total_tokens": sent + written,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
