"""Every setting, read once from the environment (`STENO_…`, or a `.env` file) and then frozen."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Built by the composition roots only; everything else receives the values that it needs."""

    model_config = SettingsConfigDict(
        env_prefix="STENO_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data: Path = Field(Path("data"), description="Folder of the embedded database and assembled models.")
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
    max_batch: int = Field(8, ge=1, le=256, description="Windows decoded together at the most.")
    max_sessions: int = Field(64, ge=1, le=10_000, description="Live sessions before new ones are refused.")
    max_sessions_per_client: int = Field(
        500, ge=1, description="Live sessions of one address (behind a proxy: the proxy's)."
    )
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
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")
