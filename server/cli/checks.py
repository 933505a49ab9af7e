"""What `steno doctor` looks at on this machine, each a small function from settings to a finding.

In: the settings. Out: findings. A check changes nothing and downloads nothing; each takes seconds at most.
Libraries of the model and of media are imported here, so this module is imported only when it is needed.
"""

import importlib.util
import platform
import shutil
import sys
import tempfile
from pathlib import Path

import av
import onnxruntime

from asr import assembly, device, models
from asr.packaged import PACKAGED
from server.cli.checks_service import CHECKS as SERVICE_CHECKS
from server.cli.findings import Check, Finding, bad, good, note
from server.settings import Settings

OLDEST_PYTHON = (3, 11)
CODECS = ("opus", "vorbis", "mp3", "aac", "flac", "pcm_s16le", "pcm_mulaw", "pcm_alaw")
"""What `auto` audio is most often written in."""
LEAST_SPACE, ENOUGH_SPACE = 500_000_000, 2_000_000_000
"""Bytes that the database and an assembled model need, and from which on nobody need look."""


def python(_settings: Settings) -> Finding:
    """The interpreter."""
    version = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        return bad("Python", f"{version} is too old", "Install Python 3.11 or later, then: make clean setup")
    return good("Python", f"{version} on {platform.system()} {platform.machine()}, {sys.executable}")


def model(settings: Settings) -> Finding:
    """The model's files, every byte of a packaged one."""
    return _files("Model", settings.model.strip(), settings.data / "models")


def partial_model(settings: Settings) -> Finding:
    """The same of the model for drafts."""
    if not settings.partial_model:
        return good("Model for drafts", "none: the model of the finals drafts too")
    return _files("Model for drafts", settings.partial_model.strip(), settings.data / "models")


def _files(title: str, name: str, cache: Path) -> Finding:
    try:
        if packaged := PACKAGED.get(name):
            return _packaged(title, name, assembly.damaged(packaged, cache))
        files = models.resolve(name, cache, download=False)
    except models.NotDownloaded as error:
        return note(title, f"{error.message} The first start will try to.", *error.remedies)
    except models.ModelError as error:
        return bad(title, error.message, *error.remedies)
    languages = "many languages" if files.multilingual else "English only"
    return good(title, f"{files.name}, {languages}, {files.path} (its author's checksums are not known here)")


def _packaged(title: str, name: str, damaged: list[str]) -> Finding:
    if damaged:
        return bad(
            title,
            f"{name} is damaged: {', '.join(damaged)}",
            "Install the packages again: make clean setup",
            "Remove the assembled copy; it is made anew at the next start",
        )
    languages = "English only" if name.endswith(".en") else "many languages"
    return good(title, f"{name}, {languages}, installed, checksums right")


def compute(settings: Settings) -> Finding:
    """The device that the model would run on."""
    try:
        chosen = device.choose(settings.device, settings.compute_type, settings.threads)
    except models.ModelError as error:
        return bad("Device", error.message, *error.remedies)
    threads = f", {chosen.threads} threads" if chosen.device == "cpu" else ""
    return good("Device", f"{chosen.device}, {chosen.compute_type}{threads}")


def media(_settings: Settings) -> Finding:
    """FFmpeg's libraries, which PyAV brings along."""
    missing = [name for name in CODECS if name not in av.codecs_available]
    versions = ", ".join(
        f"{name} {'.'.join(map(str, version))}"
        for name, version in av.library_versions.items()
        if name in {"libavcodec", "libavformat"}
    )
    if missing:
        return bad(
            "FFmpeg libraries",
            f"PyAV {av.__version__} ({versions}) cannot decode {', '.join(missing)}",
            "Install PyAV from its wheel: make clean setup",
        )
    return good("FFmpeg libraries", f"PyAV {av.__version__} with {versions}")


def speech_detector(_settings: Settings) -> Finding:
    """The file of the Silero detector, by loading it."""
    spec = importlib.util.find_spec("faster_whisper")
    folders = (spec.submodule_search_locations if spec else None) or [""]
    path = Path(folders[0]) / "assets" / "silero_vad_v6.onnx"
    remedy = "Install the locked packages again: make clean setup"
    if not path.is_file():
        return bad("Speech detector", f"{path} is missing", remedy)
    try:
        onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    # ONNX Runtime's exceptions have no common base but this one.
    except Exception as error:
        return bad("Speech detector", f"{path} cannot be loaded: {error}", remedy)
    return good("Speech detector", f"Silero v6 on ONNX Runtime {onnxruntime.__version__}")


def data_folder(settings: Settings) -> Finding:
    """Whether the data folder can be written to, and what is free there."""
    folder = settings.data.absolute()
    remedy = "Name another folder: STENO_DATA=/path"
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir():
        return bad("Data folder", f"{existing} is not a folder", remedy)
    try:
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError as error:
        return bad(
            "Data folder",
            f"{existing} cannot be written to: {error.strerror}",
            "Make it writable for this user",
            remedy,
        )
    detail = f"{folder}{'' if folder.exists() else ' (will be made)'}, {free / 1e9:.1f} GB free"
    if free < LEAST_SPACE:
        return bad("Data folder", detail, "Free at least 0.5 GB there", remedy)
    return good("Data folder", detail) if free >= ENOUGH_SPACE else note("Data folder", detail, remedy)


CHECKS: tuple[Check, ...] = (
    python,
    model,
    partial_model,
    compute,
    media,
    speech_detector,
    data_folder,
    *SERVICE_CHECKS,
)
"""Every check, in the order in which its finding is shown."""
