"""Every setting, read once from the environment (`STENO_…`, or a `.env` file) and then frozen."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.notify.mail_server import mail_server, sender
from server.recording.address import bucket_address, in_bucket
from server.rtc.servers import ice_servers
from summarizer.endpoint import Endpoint


class Settings(BaseSettings):
    """Built by the composition roots only; everything else receives the values that it needs."""

    model_config = SettingsConfigDict(
        env_prefix="STENO_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data: Path = Field(Path("data"), description="Folder of the embedded database and assembled models.")
    recordings: str | None = Field(
        None,
        description="Where recorded sound is kept: a folder (unset: `recordings` in the data folder), or "
        "s3://bucket/prefix?endpoint=https://host&region=name, with the keys in AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY.",
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL to use instead of the embedded one, as postgresql://user:password@host/name.",
    )
    api_key: SecretStr | None = Field(
        None, description="Key that every caller must show. Without one only this machine is served."
    )
    model: str = Field("base", description="tiny.en, base, a CTranslate2 folder, or a faster-whisper name.")
    partial_model: str | None = Field(
        None,
        description="Smaller model for drafts in the languages that it knows (tiny.en: English); none: the "
        "same for all. Beside base, tiny.en shows words in half the time, revises more, and takes 130 MB.",
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="Where the model runs.")
    compute_type: str = Field("auto", description="int8 on a CPU, float16 on a GPU, unless set.")
    threads: int = Field(0, ge=0, le=256, description="CPU threads of the model; 0: as many as cores.")
    max_sessions: int = Field(64, ge=1, le=10_000, description="Live sessions before new ones are refused.")
    busy_seconds: float = Field(
        1.0, gt=0, description="How late drafts may come, in seconds, before new streams are refused."
    )
    idle_seconds: float = Field(30, gt=0, description="Close a stream that sends no audio for so long.")
    resume_seconds: float = Field(
        60, gt=0, le=86_400, description="Keep a stream whose connection broke for so long, to be resumed."
    )
    drain_seconds: float = Field(
        20, ge=0, le=3_600, description="Let live streams store what was said for so long when stopping."
    )
    llm_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="OpenAI-compatible server that writes reports, as http://host/v1. Without one they are "
        "made of the words alone.",
    )
    llm_model: str | None = Field(
        None, validate_default=True, description="Name of the model on that server."
    )
    llm_key: SecretStr | None = Field(None, description="Key of that server.")
    llm_context: int = Field(32_768, ge=1024, description="Tokens that the model takes in at once.")
    llm_at_once: int = Field(1, ge=1, le=64, description="Requests that the server is sent at once.")
    llm_warm: bool = Field(
        False,
        description="Have the server read a meeting while it runs: for a server of your own that keeps "
        "what it has read. Others bill it.",
    )
    llm_tokens_per_meeting: int = Field(
        400_000, ge=1000, description="Tokens that one report may take, in both directions."
    )
    llm_tokens_per_day: int = Field(
        0, ge=0, description="Tokens that all reports of 24 hours may take; 0: no limit."
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="Address under which people reach the server, for links in messages.",
    )
    ice_servers: SecretStr | None = Field(
        None,
        description="STUN and TURN servers for WebRTC clients, apart by spaces: stun:host:port and "
        "turn:host:port?transport=udp&secret=SECRET (coturn: use-auth-secret). None: peers reach the server "
        "directly.",
    )
    smtp_url: SecretStr | None = Field(
        None, description="Mail server, as smtp://user:password@host:587 (STARTTLS) or smtps://host."
    )
    mail_from: str | None = Field(
        None, validate_default=True, description="Sender of mail, as `Steno <steno@example.org>`."
    )
    allow_private_webhooks: bool = Field(
        False,
        description="Let this machine and private networks be reached by what callers give addresses of: "
        "webhooks, chats, pushes, recordings to fetch (`url`), and streams to hear (ingest).",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")

    @property
    def language_model(self) -> Endpoint | None:
        """Where reports are written, if a language model is named."""
        if self.llm_url is None or self.llm_model is None:
            return None
        return Endpoint(
            self.llm_url,
            self.llm_model,
            self.llm_key.get_secret_value() if self.llm_key else "",
            context=self.llm_context,
            tokens_per_meeting=self.llm_tokens_per_meeting,
            at_once=self.llm_at_once,
        )

    @field_validator("ice_servers")
    @classmethod
    def _servers_that_peers_can_use(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None:
            ice_servers(given.get_secret_value())
        return given

    @field_validator("recordings")
    @classmethod
    def _a_place(cls, given: str | None) -> str | None:
        if given is not None and in_bucket(given):
            bucket_address(given, {})
        return given

    @field_validator("smtp_url")
    @classmethod
    def _a_mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            mail_server(url.get_secret_value())
        return url

    @field_validator("mail_from")
    @classmethod
    def _mail_needs_a_sender(cls, given: str | None, info: ValidationInfo) -> str | None:
        if given:
            sender(given)
        elif info.data.get("smtp_url"):
            raise ValueError("must name the sender of mail, which STENO_SMTP_URL needs")
        return given

    @field_validator("llm_model")
    @classmethod
    def _a_server_needs_a_model(cls, name: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("llm_url") and not name:
            raise ValueError("STENO_LLM_URL needs the name of a model on that server")
        return name
