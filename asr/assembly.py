"""Makes a packaged model ready to load: a folder whose files are all there and are the right ones.

In: a model of `asr.packaged` and the cache folder. Out: the folder. A model that comes in one piece is used
where its package lies; one in several is joined in the cache once, by one process at a time, all or
nothing. A later start compares sizes and a stamp; only `damaged` reads every byte again.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from asr.modelfiles import CHUNK, ModelError, digest
from asr.packaged import Packaged, PackagedFile, locate

STAMP = "assembled.json"
"""In an assembled folder: the digests that its files were checked against when they were written."""

LOCK_SECONDS = 120.0


def ready(model: Packaged, cache: Path) -> Path:
    """The folder of a packaged model, assembled under `cache` if it comes in pieces.

    Cheap when it is there already: sizes and a stamp, no digests. Raises `ModelError`.
    """
    parts = locate(model)
    if model.whole:
        folder = parts[model.files[0]][0].parent
        _check_sizes(model, folder)
        return folder
    folder = assembled_folder(model, cache)
    if not _is_assembled(model, folder):
        _assemble_alone(model, parts, folder)
    return folder


def assembled_folder(model: Packaged, cache: Path) -> Path:
    """Where a model in pieces is put together."""
    return cache / model.name


def damaged(model: Packaged, cache: Path) -> list[str]:
    """Reads every byte: which files, packaged or assembled, are not what they should be."""
    wrong = [file.name for file, paths in locate(model).items() if digest(paths) != (file.size, file.sha256)]
    folder = assembled_folder(model, cache)
    if not model.whole and _is_assembled(model, folder):
        assembled = [(file, folder / file.name) for file in model.files]
        wrong += [str(path) for file, path in assembled if digest([path]) != (file.size, file.sha256)]
    return wrong


def _check_sizes(model: Packaged, folder: Path) -> None:
    wrong = [file.name for file in model.files if (folder / file.name).stat().st_size != file.size]
    if wrong:
        raise _damaged_package(model, wrong[0])


def _stamp(model: Packaged) -> str:
    return json.dumps({file.name: file.sha256 for file in model.files}, indent=1)


def _is_assembled(model: Packaged, folder: Path) -> bool:
    try:
        return (folder / STAMP).read_text("utf-8") == _stamp(model) and all(
            (folder / file.name).stat().st_size == file.size for file in model.files
        )
    except (OSError, UnicodeDecodeError):
        return False


def _assemble_alone(model: Packaged, parts: dict[PackagedFile, list[Path]], folder: Path) -> None:
    """Assembles unless another process has done so while this one waited for its turn."""
    cache = folder.parent
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f".{model.name}.lock", timeout=LOCK_SECONDS):
            if not _is_assembled(model, folder):
                _assemble(model, parts, folder)
    except Timeout as error:
        raise ModelError(
            f"Another process has been putting the model {model.name} together in {cache} for "
            f"{LOCK_SECONDS:.0f} s.",
            "Wait for it, or end it, and start again",
        ) from error
    except OSError as error:
        raise _cannot_write(model, cache, error) from error


def _assemble(model: Packaged, parts: dict[PackagedFile, list[Path]], folder: Path) -> None:
    prefix = f".{model.name}.part-"
    for leftover in folder.parent.glob(f"{prefix}*"):
        # Of a process that was killed: whoever works here holds the lock.
        shutil.rmtree(leftover, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    try:
        for file, paths in parts.items():
            _join(model, file, paths, work / file.name)
        _write_durably(work / STAMP, _stamp(model))
        work.chmod(0o755)
        # What lies there without a valid stamp is a leftover; a model in use keeps its open files.
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
        _sync_folder(folder.parent)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _join(model: Packaged, file: PackagedFile, parts: list[Path], target: Path) -> None:
    sha = hashlib.sha256()
    with target.open("wb") as out:
        for part in parts:
            with part.open("rb") as source:
                while chunk := source.read(CHUNK):
                    sha.update(chunk)
                    out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if sha.hexdigest() != file.sha256:
        raise _damaged_package(model, file.name)


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def _sync_folder(folder: Path) -> None:
    """Makes the rename itself survive a power cut, where the system lets a folder be opened."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _damaged_package(model: Packaged, name: str) -> ModelError:
    return ModelError(
        f"The file {name} of the packaged model {model.name} is damaged: its checksum or size is wrong.",
        "Install the packages again: make clean setup",
    )


def _cannot_write(model: Packaged, cache: Path, error: OSError) -> ModelError:
    need = f"{model.size // 1_000_000} MB"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ModelError(
            f"The disk is full: the model {model.name} needs {need} in {cache}.",
            f"Free {need} there, or name another folder: STENO_DATA=/path",
        )
    return ModelError(
        f"The model {model.name} cannot be written to {cache}: {error.strerror or error}.",
        "Make that folder writable for this user, or name another one: STENO_DATA=/path",
    )
