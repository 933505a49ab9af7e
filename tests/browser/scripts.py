"""Scripts of test pages that import from npm: installed by the lock beside them, bundled by esbuild."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sdk.conftest import INSTALL_SECONDS

JAVASCRIPT = Path(__file__).parent / "js"


def bundle(name: str, folder: Path) -> str:
    """A script and all that it imports, as one. Skips the test without node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed (Debian: apt-get install nodejs npm)")
    shutil.copytree(JAVASCRIPT, folder)
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)
    run("npx", "esbuild", name, "--bundle", "--format=iife", "--outfile=bundled.js", folder=folder)
    return (folder / "bundled.js").read_text()


def run(*command: str, folder: Path) -> None:
    """Run a command, which must succeed."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )
    assert done.returncode == 0, f"{command} failed: {done.stderr[-1000:]}"
