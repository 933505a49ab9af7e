"""What a form of OpenAI's transcription call asks for. Pure.

In: the fields, arrays with or without `[]` behind their name. Out: `Asked`, or `Rejected`, which names the
field. What this server cannot do is refused where the answer would be another one, and left out where it
would not.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from streaming.commands import AudioFormat, Encoding, Start
from streaming.errors import ProtocolError
from streaming.protocols.openai_settings import Rejected, Transcription

FORMATS = ("json", "text", "srt", "verbose_json", "vtt")
_MANY = {"languages", "keywords", "timestamp_granularities", "include"}
_ITSELF = frozenset({"model", "language", "languages", "prompt", "keywords"})


class Asked(BaseModel):
    """One call. `transcription` concerns the recognition; `meeting` is one that the file belongs to."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False, frozen=True)

    transcription: Transcription
    response_format: Literal["json", "text", "srt", "verbose_json", "vtt"] = "json"
    temperature: Annotated[float, Field(ge=0, le=1)] | None = None
    timestamp_granularities: Annotated[list[Literal["word", "segment"]], Field(max_length=10)] | None = None
    include: Annotated[list[str], Field(max_length=20)] | None = None
    stream: bool = False
    meeting: Annotated[str, Field(max_length=100)] | None = None

    @property
    def words(self) -> bool:
        """Whether the times of words are wanted."""
        return "word" in (self.timestamp_granularities or ())

    @property
    def segments(self) -> bool:
        """Whether segments are wanted: unless words alone are asked for."""
        return not self.words or "segment" in (self.timestamp_granularities or ())

    @property
    def logprobs(self) -> bool:
        """Whether the probabilities of words are wanted."""
        return "logprobs" in (self.include or ())

    def start(self, title: str) -> Start:
        """The start of a session that hears the file."""
        return Start(
            AudioFormat(Encoding.AUTO),
            meeting=self.meeting,
            languages=self.transcription.wanted,
            hotwords=self.transcription.terms,
            title=title[:300] or None,
        )


def asked(fields: Sequence[tuple[str, str]]) -> Asked:
    """The call in the fields of a form. Raises `Rejected`."""
    values: dict[str, Any] = {}
    for given, value in fields:
        name = given.removesuffix("[]")
        if name in _MANY:
            values.setdefault(name, []).append(value)
        elif value:
            # An empty field is one that a form left empty.
            values[name] = value
    if not values.get("model"):
        raise Rejected(ProtocolError("invalid_field", "The field model is missing."), "model")
    if values.get("response_format") == "diarized_json":
        message = "This server does not tell speakers apart; ask for json, verbose_json, text, srt or vtt."
        raise Rejected(ProtocolError("invalid_field", message), "response_format")
    values["transcription"] = {name: values[name] for name in _ITSELF & values.keys()}
    try:
        return Asked.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        path = [str(part) for part in first["loc"] if part != "transcription"]
        wrong = first["msg"].removeprefix("Value error, ")
        sentence = f"The field {path[0]} is wrong: {wrong[:1].lower()}{wrong[1:]}."
        raise Rejected(ProtocolError("invalid_field", sentence), path[0]) from None
