"""The part of the table of HTTP operations that clients of AssemblyAI and Speechmatics call."""

from typing import Final

from server.http.operations import Answer, Operation
from server.vendors.assemblyai import credential
from server.vendors.tokens import (
    StreamingTokenOut,
    StreamingTokenQuery,
    TemporaryKeyBody,
    TemporaryKeyOut,
    TemporaryKeyQuery,
    streaming_token,
    temporary_key,
)

_FOR_PAGES: Final = (
    "For a page that is not to have a key: it opens streams in a meeting that is made for it. A stream that "
    "was opened in time goes on when the token has expired."
)

VENDORS: Final[tuple[Operation, ...]] = (
    Operation(
        "GET",
        "/v3/token",
        streaming_token,
        "manage",
        "Make a token (AssemblyAI)",
        _FOR_PAGES,
        tag="assemblyai",
        query=StreamingTokenQuery,
        answers={200: Answer("The token.", StreamingTokenOut)},
        credential=credential,
    ),
    Operation(
        "POST",
        "/v1/api_keys",
        temporary_key,
        "manage",
        "Make a temporary key (Speechmatics)",
        _FOR_PAGES,
        tag="speechmatics",
        query=TemporaryKeyQuery,
        body=TemporaryKeyBody,
        answers={201: Answer("The key.", TemporaryKeyOut)},
    ),
)
