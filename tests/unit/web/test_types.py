"""The page's scripts hold to the types in their comments, as TypeScript reads them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.skips import ALLOWED

ROOT = Path(__file__).resolve().parents[3]
TSC = ["npx", "--yes", "--package", "typescript@5", "tsc"]
FETCH_SECONDS = 60
CHECK_SECONDS = 60


@pytest.fixture
def tsc() -> list[str]:
    """The command of the TypeScript compiler, which the npm client fetches once for a machine."""
    if shutil.which("npx") is None:
        pytest.skip(f"{ALLOWED} node and npm are no part of what Steno needs, and are not installed here")
    try:
        fetched = subprocess.run([*TSC, "--version"], capture_output=True, timeout=FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{ALLOWED} npm did not fetch TypeScript within {FETCH_SECONDS} s")
    if fetched.returncode != 0:
        pytest.skip(f"{ALLOWED} npm cannot fetch TypeScript here: {fetched.stderr.decode()[-200:]}")
    return TSC


def test_the_types_of_the_page_agree(tsc: list[str]) -> None:
    checked = subprocess.run(
        [*tsc, "--project", str(ROOT / "web" / "tsconfig.json")],
        capture_output=True,
        text=True,
        timeout=CHECK_SECONDS,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
