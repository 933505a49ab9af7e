"""From the name of a model to its files: packaged, a folder, or downloaded because somebody named it.

In: a name and the cache folder. Out: `ModelFiles`, or `ModelError` with remedies. The network is used for
one thing only: a name that is neither packaged nor a folder and that faster-whisper can download.
"""

import re
from pathlib import Path

from asr.assembly import ready
from asr.modelfiles import ModelError, ModelFiles, NotDownloaded, inspect_folder
from asr.packaged import PACKAGED

__all__ = ["ModelError", "ModelFiles", "NotDownloaded", "remedies", "resolve"]

REPOSITORY = re.compile(r"[\w][\w.-]*/[\w][\w.-]*")
"""`organisation/name`, as model hubs write it."""


def resolve(name: str, cache: Path, *, download: bool = True) -> ModelFiles:
    """The files of the model `name`, put together under `cache` if its packages carry it in pieces.

    `name` is `tiny.en` or `base` (installed with Steno), a folder in CTranslate2 format, a name that
    faster-whisper knows, or `organisation/name` on its hub. With `download` False a model of the last two
    kinds must have been downloaded before. Raises `ModelError`.
    """
    name = name.strip()
    if packaged := PACKAGED.get(name):
        folder = ready(packaged, cache)
        return inspect_folder(folder, name, f"installed package {' + '.join(packaged.distributions)}")
    path = Path(name).expanduser()
    if name and path.is_dir():
        return inspect_folder(path, name, "folder")
    if _downloadable(name):
        return inspect_folder(_download(name, download), name, "download")
    raise ModelError(_unknown(name, path), *remedies())


def remedies() -> tuple[str, ...]:
    """What works on a machine without a network."""
    return (
        f"Name a model that is installed with Steno: STENO_MODEL={' or STENO_MODEL='.join(PACKAGED)}",
        "Or name a folder with a model in CTranslate2 format (config.json, model.bin, tokenizer.json, "
        "vocabulary.json): STENO_MODEL=/path/to/folder",
    )


def _downloadable(name: str) -> bool:
    if REPOSITORY.fullmatch(name):
        return True
    # Imported late: it loads CTranslate2 and PyAV, which a packaged model's name does not need.
    from faster_whisper import available_models  # noqa: PLC0415

    return name in available_models()


def _download(name: str, download: bool) -> Path:
    from faster_whisper import download_model  # noqa: PLC0415

    try:
        return Path(download_model(name, local_files_only=not download))
    # The hub's client documents no closed set of errors, and whatever it is, the remedies are the same.
    except Exception as error:
        help_ = (
            "Check that this machine may reach the model hub (proxy, firewall), and start again",
            "Or download it elsewhere and copy its folder here: STENO_MODEL=/path/to/folder",
            *remedies()[:1],
        )
        if not download:
            raise NotDownloaded(f"The model {name} has not been downloaded yet.", *help_) from error
        reason = str(error).split("\n", 1)[0].removeprefix("Got: ") or type(error).__name__
        raise ModelError(
            f"There is no folder {name}, and no model of that name could be downloaded: {reason}", *help_
        ) from error


def _unknown(name: str, path: Path) -> str:
    if not name:
        return "No model is named."
    if path.is_file():
        return f"{path} is a file; a model in CTranslate2 format is a folder."
    if "/" in name or "\\" in name:
        return f"There is no folder {path}."
    return f"There is no model called {name!r}."
