"""Packages from npm, as a lock file beside a test pins them. A test is skipped without the tools."""

import shutil
import subprocess
from pathlib import Path

import pytest

INSTALL_SECONDS = 120


def installed(source: Path, target: Path) -> Path:
    """A copy of the folder `source` as `target`, with the packages of its `package-lock.json` in it."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed (Debian: apt-get install nodejs npm)")
    shutil.copytree(source, target)
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=target,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"npm ci failed: {done.stderr[-1000:]}"
    return target
