"""What a Whisper model is on disk: a folder in CTranslate2 format, checked before anything loads it.

In: a path. Out: `ModelFiles`, or a `ModelError` that says what is wrong and what would help. Nothing here
loads a model, and nothing opens the network.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from asr.types import EngineError

MULTILINGUAL_VOCABULARY = 51_865
"""The fewest tokens of a model that knows more than English; CTranslate2 tells them apart the same way."""

CHUNK = 1 << 20


class ModelError(EngineError):
    """The model that was asked for cannot be used. `remedies` are what a person can do about it."""

    def __init__(self, message: str, *remedies: str) -> None:
        super().__init__("\n".join([message, *(f"  - {remedy}" for remedy in remedies)]))
        self.message = message
        self.remedies = remedies


class NotDownloaded(ModelError):
    """The model is one that could be downloaded, and has not been."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model ready to be loaded. `name` is what was asked for; `source` says where it came from."""

    path: Path
    name: str
    multilingual: bool
    source: str


def inspect_folder(path: Path, name: str, source: str) -> ModelFiles:
    """The model in a folder: `config.json`, `model.bin`, `tokenizer.json` and `vocabulary.json` or `.txt`.

    Raises `ModelError` with what is missing.
    """
    vocabulary, missing = _vocabulary(path), missing_files(path)
    if vocabulary is None or missing:
        raise ModelError(
            f"The folder {path} is not a Whisper model in CTranslate2 format: "
            f"it has no {' and no '.join(missing)}.",
            *_how_to_complete(path),
        )
    return ModelFiles(path, name, _vocabulary_size(vocabulary) >= MULTILINGUAL_VOCABULARY, source)


def missing_files(path: Path) -> list[str]:
    """What a folder lacks to be a model."""
    missing = [name for name in ("config.json", "model.bin", "tokenizer.json") if not (path / name).is_file()]
    return missing if _vocabulary(path) else [*missing, "vocabulary.json (or vocabulary.txt)"]


def digest(paths: Iterable[Path]) -> tuple[int, str]:
    """Size in bytes and SHA-256 (hexadecimal) of files read one after another as one."""
    size, sha = 0, hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                sha.update(chunk)
    return size, sha.hexdigest()


def _vocabulary(path: Path) -> Path | None:
    return next(
        (path / name for name in ("vocabulary.json", "vocabulary.txt") if (path / name).is_file()), None
    )


def _vocabulary_size(vocabulary: Path) -> int:
    try:
        text = vocabulary.read_text("utf-8")
        return len(json.loads(text)) if vocabulary.suffix == ".json" else len(text.split("\n")) - 1
    except (OSError, ValueError) as error:
        raise ModelError(f"The vocabulary {vocabulary} cannot be read: {error}.") from error


def _how_to_complete(path: Path) -> list[str]:
    if any(path.glob("*.safetensors")) or (path / "pytorch_model.bin").is_file():
        return [
            "It holds a Transformers model; convert it and name the new folder: ct2-transformers-converter "
            f"--model {path} --output_dir NEW_FOLDER --copy_files tokenizer.json preprocessor_config.json"
        ]
    return ["Copy the missing files from where the model came from"]
