"""The reference recordings beside the repository: one row of their manifest as a dataclass.

In: the folder `shared`, which is no part of the repository. Out: rows with the audio's path, what was
said and how far that may be trusted. Nothing here opens audio or runs a model.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def find_shared(root: Path = ROOT) -> Path | None:
    """The folder `shared` next to the repository, or None where it does not lie there."""
    shared = root.parent / "shared"
    return shared if (shared / "eval" / "manifest.jsonl").is_file() else None


WHOLE = bool(os.environ.get("STENO_WHOLE_SET"))
"""Whether every recording is used where half of them is enough to see a fault."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file with its reference. `path` is absolute; `seconds` is the length of the audio.

    `reference` is "" where nothing is said; `language` is "" where there is none. `doubtful` is "no" for
    rows whose reference may be scored. What else the manifest says of the file is in `extra`, by name.
    """

    path: Path
    file: str
    seconds: float
    sample_rate: int
    channels: int
    codec: str
    language: str
    kind: str
    reference: str
    doubtful: str
    extra: dict[str, Any]

    @property
    def scored(self) -> bool:
        """Whether its reference is good enough to count errors against."""
        return self.doubtful == "no" and bool(self.reference)

    def beside(self, suffix: str) -> Path:
        """The companion file with another ending: `.txt`, `.rttm` or `.stm`."""
        return self.path.with_suffix(suffix)


def enough(recordings: Sequence[Recording]) -> list[Recording]:
    """Every second one, or all of them where `WHOLE` is asked for."""
    return list(recordings if WHOLE else recordings[::2])


_NAMES = {field.name for field in fields(Recording)} - {"path", "extra"}


def read_manifest(shared: Path) -> tuple[Recording, ...]:
    """All rows of the manifest, in its order."""
    folder = shared / "eval"
    lines = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    return tuple(_recording(folder, json.loads(line)) for line in lines if line.strip())


def _recording(folder: Path, row: dict[str, Any]) -> Recording:
    extra = {name: value for name, value in row.items() if name not in _NAMES}
    return Recording(path=folder / row["file"], extra=extra, **{name: row[name] for name in _NAMES})
