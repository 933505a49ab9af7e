"""Writes a snapshot of a page into a folder: `text.txt`, `images/`, and `index.json`, which names all of it.

In: a snapshot, and a folder that is new or empty. Out: files whose names nobody but this module chooses. The
index is written last, so that where it is, everything is.
"""

import json
import os
from pathlib import Path
from typing import Any, Final

from server.recorder.snapshot import Snapshot

FORM: Final = 1
TEXT: Final = "text.txt"
INDEX: Final = "index.json"
IMAGES: Final = "images"


class FolderTaken(Exception):
    """The folder has something in it. The text is one sentence."""


def keep(shot: Snapshot, folder: Path) -> dict[str, Any]:
    """What `index.json` holds. Raises `FolderTaken`, `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderTaken(f"The folder {folder} is not empty; name a new one.")
    (folder / IMAGES).mkdir()
    _write(folder / TEXT, whole_text(shot).encode())
    for image in shot.shelf.images.values():
        _write(folder / IMAGES / image.file, image.raw)
    index = _index(shot)
    _write(folder / INDEX, json.dumps(index, ensure_ascii=False, indent=2).encode())
    return index


def whole_text(shot: Snapshot) -> str:
    """What the page says, then its chat."""
    parts = [shot.text, *(f"--- chat ---\n{one}" for one in shot.chat)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _index(shot: Snapshot) -> dict[str, Any]:
    return {
        "form": FORM,
        "url": shot.url,
        "title": shot.title,
        "language": shot.language,
        "taken_at": shot.taken_at.isoformat(),
        "whole": shot.whole,
        "text": TEXT,
        "chat": shot.chat,
        "images": [
            {
                "file": f"{IMAGES}/{image.file}",
                "sha256": image.digest,
                "bytes": len(image.raw),
                "width": image.width or None,
                "height": image.height or None,
                "sources": image.sources,
                "alt": image.alts,
            }
            for image in shot.shelf.images.values()
        ],
        "left_out": [{"source": one.source, "why": one.why} for one in shot.shelf.left_out],
    }


def _write(path: Path, data: bytes) -> None:
    """A new file: never over another one, and never through a link that somebody has put there."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
        file.write(data)
