"""What is said of ingests: where to hear a stream, and how far it is."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from asr.types import SAMPLE_RATE
from server.http.models import Hotwords, Languages, Name, Storable
from server.ingest.source import LONGEST_URL, Source, address, shown
from server.store.ingest_records import Ingest, IngestState, Listen
from streaming.commands import AudioFormat, Encoding, Start

Url = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL), Storable]


class IngestBody(BaseModel):
    """A stream to fetch, or one to listen for: one of `url` and `listen`."""

    url: Url | None = Field(
        None,
        description="Stream to fetch: http:// or https:// (a container, or a playlist of live HLS), rtsp:// "
        "or rtsps://. Answers tell it without password and query.",
    )
    listen: Listen | None = Field(
        None,
        description="Kind of stream to listen for: an RTMP encoder, an RTSP client that records, or the body "
        "of a POST or PUT in any container that can be read as it comes.",
    )
    languages: Languages = Field(default_factory=list, description="That may be spoken; empty: any.")
    hotwords: Hotwords = Field(default_factory=list, description="Words that are likely to come.")
    speaker: Name | None = Field(None, description="Who speaks in it.")
    track: Name | None = Field(None, description="Name of its track.")
    stability: Literal["stable", "accurate"] | None = Field(None, description="As in the meeting, else.")
    endpointing_ms: int = Field(500, ge=200, le=3000, description="Pause that ends a segment.")
    interim: bool = Field(True, description="Show words while they may still change.")
    record: bool = Field(False, description="Keep the audio, where the server keeps any.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.url is None) == (self.listen is None):
            raise ValueError("give one of `url` and `listen`")
        return self

    @property
    def source(self) -> Source:
        """Where it comes from."""
        return Source(self.url, self.listen)

    def start(self, meeting: str) -> Start:
        """What is asked of the session."""
        return Start(
            AudioFormat(Encoding.PCM_F32LE, SAMPLE_RATE),
            meeting,
            languages=tuple(self.languages),
            interim=self.interim,
            stability=self.stability,
            endpointing_ms=self.endpointing_ms,
            hotwords=tuple(self.hotwords),
            speaker=self.speaker,
            track=self.track,
            record=self.record,
        )


class IngestReason(BaseModel):
    """Why it waits, or has failed."""

    code: str
    message: str


class IngestOut(BaseModel):
    """A stream that is heard. `address` is where a sender sends it, with its key, while it is listened for;
    `server` and `key` are the two parts of it that encoders of RTMP ask for. `bytes` came over the network,
    and `seconds` of sound; it was connected to `reconnects` times after the first."""

    id: str
    meeting: str
    session: str
    state: IngestState
    url: str | None
    listen: Listen | None
    address: str | None
    server: str | None
    key: str | None
    bytes: int
    seconds: float
    reconnects: int
    error: IngestReason | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, ingest: Ingest, host: str) -> "IngestOut":
        """From a record, for who calls the server by `host`."""
        new, progress = ingest.new, ingest.progress
        at = None
        if new.listen and new.port and new.secret and progress.state in {"connecting", "live", "waiting"}:
            at = address(new.listen, host, new.port, new.secret)
        reason = IngestReason(code=progress.code, message=progress.sentence or "") if progress.code else None
        return cls(
            id=new.id,
            meeting=new.meeting_id,
            session=new.session_id,
            state=progress.state,
            url=shown(new.url) if new.url else None,
            listen=new.listen,
            address=at,
            server=at.rpartition("/")[0] if at else None,
            key=new.secret if at else None,
            bytes=progress.bytes,
            seconds=round(progress.seconds, 3),
            reconnects=progress.reconnects,
            error=reason,
            created_at=ingest.created_at,
            updated_at=ingest.updated_at,
        )


class IngestList(BaseModel):
    """The ingests of a meeting, the newest first, at most 100."""

    data: list[IngestOut]
