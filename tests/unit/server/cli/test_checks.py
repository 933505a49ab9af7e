"""Each check of the doctor against a sound machine and a broken one."""

import shutil
import socket
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from server.cli import checks, checks_service
from server.cli.findings import Mark
from server.settings import Settings

Usage = namedtuple("Usage", "total used free")


def settings(**values: Any) -> Settings:
    """Settings that no environment reaches; what is not named has its default."""
    return Settings.model_construct(**values)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        yield server.getsockname()[1]


def test_the_python_that_runs_this_will_do() -> None:
    assert checks.python(settings()).mark is Mark.GOOD


def test_an_old_python_will_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "OLDEST_PYTHON", (4, 0))
    assert checks.python(settings()).mark is Mark.BAD


def test_the_installed_model_is_read_to_the_last_byte(tmp_path: Path) -> None:
    finding = checks.model(settings(model=" tiny.en ", data=tmp_path))
    assert finding.mark is Mark.GOOD
    assert "English only, installed, checksums right" in finding.detail
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_model_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("asr.assembly.damaged", lambda _model, _cache: ["model.bin"])
    finding = checks.model(settings(model="base", data=tmp_path))
    assert finding.mark is Mark.BAD
    assert "model.bin" in finding.detail


def test_a_model_that_is_no_model_is_bad_and_one_to_download_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert checks.model(settings(model="/no/such", data=tmp_path)).mark is Mark.BAD
    assert checks.model(settings(model="somebody/whisper-of-mine", data=tmp_path)).mark is Mark.NOTE


def test_the_model_for_drafts_is_read_like_the_first(tmp_path: Path) -> None:
    assert "none" in checks.partial_model(settings(data=tmp_path)).detail
    finding = checks.partial_model(settings(partial_model="tiny.en", data=tmp_path))
    assert finding.mark is Mark.GOOD
    assert "English only, installed, checksums right" in finding.detail
    assert checks.partial_model(settings(partial_model="/no/such", data=tmp_path)).mark is Mark.BAD


def test_the_device_is_told() -> None:
    assert checks.compute(settings(device="cpu", threads=3)).detail == "cpu, int8, 3 threads"
    assert checks.compute(settings(compute_type="float61")).mark is Mark.BAD


def test_the_libraries_are_there() -> None:
    assert checks.media(settings()).mark is Mark.GOOD
    assert checks.speech_detector(settings()).mark is Mark.GOOD


def test_a_missing_codec_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CODECS", ("opus", "smell"))
    assert "cannot decode smell" in checks.media(settings()).detail


def test_a_data_folder_need_not_be_there_yet(tmp_path: Path) -> None:
    finding = checks.data_folder(settings(data=tmp_path / "a" / "b"))
    assert "will be made" in finding.detail
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("free", "mark"), [(10_000_000_000, Mark.GOOD), (1_000_000_000, Mark.NOTE), (1_000, Mark.BAD)]
)
def test_the_free_space_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, mark: Mark
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(free, 0, free))
    assert checks.data_folder(settings(data=tmp_path)).mark is mark


def test_a_data_folder_that_is_a_file_or_read_only_is_bad(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "is not a folder" in checks.data_folder(settings(data=tmp_path / "file" / "x")).detail
    assert "cannot be written to" in checks.data_folder(settings(data=Path("/proc/steno"))).detail


def test_the_embedded_database_runs(tmp_path: Path) -> None:
    finding = checks_service.database(settings(data=tmp_path, database_url=None))
    assert finding.mark is Mark.GOOD
    assert "PostgreSQL) 18" in finding.detail


def test_data_of_another_major_is_not_started_on(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")
    assert "is of PostgreSQL 17" in checks_service.database(settings(data=tmp_path)).detail


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:very:sec@ret@127.0.0.1:1/x?password=secret",
        "postgresql+asyncpg://u:secret@[::1]:1/x",
        "mysql://u:secret@127.0.0.1/x",
        "secret",
    ],
)
def test_a_database_that_does_not_answer_is_told_without_its_password(url: str) -> None:
    finding = checks_service.database(settings(database_url=SecretStr(url)))
    assert finding.mark is Mark.BAD
    assert "sec" not in finding.detail


def test_a_free_port_is_good_and_a_taken_one_bad(taken: int) -> None:
    assert checks_service.port(settings(port=0)).mark is Mark.GOOD
    finding = checks_service.port(settings(port=taken))
    assert finding.mark is Mark.BAD
    assert "STENO_PORT" in finding.remedies[0]


def test_a_host_that_is_none_is_bad() -> None:
    assert "is no address" in checks_service.port(settings(host="no such host")).detail


@pytest.mark.parametrize(
    ("host", "key", "mark"),
    [
        ("127.0.0.1", None, Mark.GOOD),
        ("localhost", None, Mark.GOOD),
        ("::1", None, Mark.GOOD),
        ("0.0.0.0", None, Mark.BAD),
        ("example.org", None, Mark.BAD),
        ("0.0.0.0", "short", Mark.NOTE),
        ("0.0.0.0", "a key of sufficient length", Mark.GOOD),
    ],
)
def test_strangers_need_a_key(host: str, key: str | None, mark: Mark) -> None:
    finding = checks_service.access(settings(host=host, api_key=SecretStr(key) if key else None))
    assert finding.mark is mark
    assert key is None or key not in finding.detail
