"""What is said of uploads: the fields that come with a file, and what becomes of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from asr.types import SAMPLE_RATE
from server.http.models import MeetingBody, Name
from server.http.reading import checked
from server.store.upload_records import Upload, UploadState
from streaming.commands import AudioFormat, Encoding, Start
from streaming.errors import ProtocolError

_LISTS = ("languages", "hotwords")
_JSON = ("notify", "metadata")


class UploadFields(MeetingBody):
    """The fields of a meeting to make, or the id of one, and how the file is to be heard."""

    meeting: Name | None = Field(None, description="Meeting to add the recording to; without it a new one.")
    multichannel: bool = Field(False, description="Hear each channel by itself (at most 8).")
    speaker: Name | None = Field(None, description="Who speaks in it.")

    @classmethod
    def of(cls, fields: Mapping[str, Sequence[str]], filename: str | None) -> "UploadFields":
        """From text: lists are repeated or separated by commas, objects are JSON. The title is the file's
        name unless it was given. Raises `ProtocolError` `invalid_field`."""
        value: dict[str, Any] = {"title": filename} if filename else {}
        for name, given in fields.items():
            if name in _LISTS:
                value[name] = [item.strip() for text in given for item in text.split(",") if item.strip()]
            elif name in _JSON:
                value[name] = _json(name, given[-1])
            elif name in cls.model_fields:
                value[name] = given[-1]
        return checked(cls, value)

    def start(self, meeting: str) -> Start:
        """What is asked of the session."""
        return Start(
            AudioFormat(Encoding.AUTO),
            meeting,
            languages=tuple(self.languages),
            hotwords=tuple(self.hotwords),
            multichannel=self.multichannel,
            speaker=self.speaker,
            record=self.record,
        )

    def changes(self) -> dict[str, Any]:
        """Those of the meeting."""
        values = super().changes()
        return {name: item for name, item in values.items() if name in MeetingBody.model_fields}


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("invalid_field", f"The field `{name}` must be JSON.", status=422) from None


class UploadFailure(BaseModel):
    """Why an upload failed."""

    code: str
    message: str


class UploadOut(BaseModel):
    """An upload. `received` and `size` are bytes; `heard` are the seconds whose words are stored, of
    `seconds`, which is null where the file does not say."""

    id: str
    meeting: str
    status: UploadState
    size: int
    received: int | None
    seconds: float | None
    heard: float
    error: UploadFailure | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, upload: Upload, received: int | None) -> "UploadOut":
        """From a record."""
        failed = upload.code is not None
        return cls(
            id=upload.id,
            meeting=upload.meeting_id,
            status=upload.state,
            size=upload.size,
            received=received,
            seconds=upload.seconds,
            heard=round(upload.position / SAMPLE_RATE, 3),
            error=UploadFailure(code=upload.code or "", message=upload.sentence or "") if failed else None,
            created_at=upload.created_at,
            updated_at=upload.updated_at,
        )
