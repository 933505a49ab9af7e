"""WHIP as calls (RFC 9725): what they take, and who serves them. The peers themselves are in `server/rtc`."""

from typing import Annotated, Protocol

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema
from starlette.requests import Request
from starlette.responses import Response

from server.access.access import Access
from server.http.models import Language, Name, Title


def _listed(given: object) -> object:
    return [part for part in given.split(",") if part] if isinstance(given, str) else given


class WhipQuery(BaseModel):
    """What a client may say of its stream, in the address."""

    languages: Annotated[
        tuple[Language, ...],
        BeforeValidator(_listed),
        Field(max_length=20),
        WithJsonSchema({"type": "string"}),
    ] = Field((), description="Languages that are spoken, apart by commas; none: detected.")
    speaker: Name | None = Field(None, description="Who speaks.")
    track: Name | None = Field(None, description="A name of the track.")
    title: Title | None = Field(None, description="Title of the meeting, when it is new.")
    record: bool = Field(False, description="Keep the sound, to be played again.")
    interim: bool = Field(True, description="Whether drafts are told too.")
    endpointing_ms: Annotated[int, Field(ge=200, le=3000)] = Field(
        500, description="The pause that ends an utterance."
    )


class PeerEnded(BaseModel):
    """How much arrived of a stream that has ended."""

    received: float = Field(
        description="Seconds on the stream's media clock, lost packets among them: from here on the audio "
        "is to be sent again, by another stream, if the connection broke."
    )


class Peers(Protocol):
    """The peers of this process."""

    async def begin(self, request: Request, access: Access, query: WhipQuery) -> Response:
        """Answer an offer."""
        ...

    async def trickle(self, request: Request) -> Response:
        """Take more candidates of a peer."""
        ...

    async def end(self, request: Request) -> PeerEnded:
        """End a peer's stream."""
        ...
