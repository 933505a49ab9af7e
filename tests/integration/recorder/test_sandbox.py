"""The recorder's browser runs in Chromium's sandbox wherever it can have one, as any user but root."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from server.recorder.browser import found
from server.store.unprivileged import account_for, allow_passage
from tests.support.attending import need_browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

TELLS = """#!/bin/sh
echo "$*" >> "{folder}/started"
{refusal}
exec "{browser}" "$@"
"""
REFUSAL = 'case "$*" in *--no-sandbox*) ;; *) echo "{message}" >&2; exit 1 ;; esac'


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an account without rights can write to."""
    # Not in the folder for what tests leave, which is root's alone.
    made = Path(tempfile.mkdtemp(dir="/tmp"))
    if (account := account_for(made)) is not None:
        shutil.chown(made, account.uid, account.gid)
        for part in compute_driver_executable():
            allow_passage(Path(part), account)
    yield made
    shutil.rmtree(made)


def _opened(folder: Path, refusal: str = "") -> tuple[subprocess.CompletedProcess[str], list[bool]]:
    """How it went, and whether each browser that was started was to have a sandbox."""
    need_browser(calls=False)
    browser = folder / "chromium"
    browser.write_text(TELLS.format(folder=folder, refusal=refusal, browser=found()))
    browser.chmod(0o755)
    command = [sys.executable, "-m", "tests.support.unprivileged_browser", str(browser), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    started = (folder / "started").read_text().splitlines()
    return done, ["--no-sandbox" not in arguments.split() for arguments in started]


def test_a_browser_is_first_of_all_asked_to_use_its_sandbox(folder: Path) -> None:
    done, sandboxed = _opened(folder)
    assert done.stdout == "Standup", done.stderr
    # Twice only where the machine gives it none.
    assert sandboxed in ([True], [True, False])


def test_where_there_is_no_sandbox_the_log_says_so(folder: Path) -> None:
    done, sandboxed = _opened(folder, REFUSAL.format(message="FATAL: No usable sandbox! If this is"))
    assert sandboxed == [True, False]
    assert done.stdout.endswith("Standup"), done.stderr
    assert "browser_without_sandbox" in done.stdout + done.stderr


def test_a_browser_that_fails_otherwise_is_not_tried_without_its_sandbox(folder: Path) -> None:
    done, sandboxed = _opened(folder, REFUSAL.format(message="cannot open display"))
    assert sandboxed == [True]
    assert done.returncode != 0
