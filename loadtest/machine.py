"""On what a figure was measured: processor, memory, system, versions. Reads them, changes nothing."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

PACKAGES = ("steno", "faster-whisper", "ctranslate2", "onnxruntime", "numpy", "uvicorn", "websockets")


def machine() -> dict[str, Any]:
    """Processor, cores (those this process may use, too), memory in bytes, system, GPUs."""
    return {
        "processor": processor(),
        "cores": psutil.cpu_count(logical=False),
        "threads": psutil.cpu_count(),
        "usable": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": platform.platform(),
        "gpus": gpus(),
    }


def versions() -> dict[str, str]:
    """Python, the packages that the figures depend on, and in a checkout the commit."""
    found = {"python": platform.python_version()}
    if commit := revision():
        found["revision"] = commit
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def processor() -> str:
    """The processor's own name, where the system tells it."""
    table = Path("/proc/cpuinfo")
    if table.is_file():
        for line in table.read_text("utf-8", "replace").splitlines():
            if line.lower().startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def gpus() -> list[str]:
    """Names of NVIDIA GPUs; none where the driver's tool is missing."""
    told = _said("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
    return [line.strip() for line in told.splitlines() if line.strip()]


def revision() -> str | None:
    """The commit of this source, with `-dirty` where files differ from it; None outside a checkout."""
    here = str(Path(__file__).resolve().parent)
    return _said("git", "-C", here, "describe", "--always", "--dirty", "--abbrev=12").strip() or None


def _said(tool: str, *arguments: str) -> str:
    """What another program prints; nothing where it is missing or fails."""
    path = shutil.which(tool)
    if path is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program with fixed arguments
            [path, *arguments], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout
