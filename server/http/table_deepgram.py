"""The part of the table of HTTP operations that Deepgram's clients call; they read its errors."""

from typing import Any, Final

from pydantic import BaseModel

from server.deepgram.edge import credential, refused
from server.deepgram.grant import GrantBody, GrantOut, grant_token
from server.deepgram.prerecorded import transcribe_recording
from server.http.operations import NO_MEETING, Answer, Operation


class DeepgramErrorOut(BaseModel):
    """The body of an error, as Deepgram's clients read it."""

    err_code: str
    err_msg: str
    request_id: str


def _parameter(name: str, kind: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": kind}}


_PARAMETERS: Final = [
    _parameter("model", "string", "Any name; the server's model answers."),
    _parameter("language", "string", "A tag such as en-US, or multi; en without."),
    _parameter("detect_language", "boolean", "Find the language out."),
    _parameter("smart_format", "boolean", "With punctuation, capitals and paragraphs."),
    _parameter("punctuate", "boolean", "With punctuation and capitals."),
    _parameter("utterances", "boolean", "Also the utterances, one by one."),
    _parameter("multichannel", "boolean", "Each channel by itself."),
    _parameter("encoding", "string", "Of raw audio: linear16, linear32, mulaw or alaw."),
    _parameter("sample_rate", "integer", "Of raw audio, in Hz."),
    _parameter("extra", "string", "`meeting:<id>`: keep the transcript in this meeting."),
]
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["url"],
                "properties": {"url": {"type": "string", "description": "Where to fetch the recording."}},
            }
        },
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    },
}

DEEPGRAM: Final[tuple[Operation, ...]] = (
    Operation(
        "POST",
        "/v1/listen",
        transcribe_recording,
        "ingest",
        "Transcribe a recording (Deepgram)",
        "The recording is the body, or is fetched from `url`. It is heard in the background of live speech, "
        "and not kept unless `extra` names a meeting. What is asked for and not done stands in a `Warning`.",
        tag="deepgram",
        answers={200: Answer("`metadata` and `results`.", media=("application/json",))},
        errors={
            400: "The recording or a parameter cannot be understood, or the recording was not fetched.",
            **NO_MEETING,
            408: "`body_too_slow`: the recording stopped coming.",
            413: "`file_too_big`: more than 512 MiB; `file_too_long`: more than 12 hours.",
            422: "`invalid_field`: the JSON has no `url`.",
        },
        extra={"requestBody": _BODY, "parameters": _PARAMETERS},
        refuse=refused,
        refusal=DeepgramErrorOut,
        credential=credential,
    ),
    Operation(
        "POST",
        "/v1/auth/grant",
        grant_token,
        "manage",
        "Make a token (Deepgram)",
        "For a page that is not to have a key: it opens streams of `/v1/listen` in a meeting that is made "
        "for it. A stream that was opened in time goes on when the token has expired.",
        tag="deepgram",
        body=GrantBody,
        answers={200: Answer("The token.", GrantOut)},
        refuse=refused,
        refusal=DeepgramErrorOut,
        credential=credential,
    ),
)
