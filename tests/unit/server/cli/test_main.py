"""A command waits for no library that it does not use."""

import subprocess
import sys

LARGE = {
    "server.app",
    "sqlalchemy",
    "playwright",
    "faster_whisper",
    "aiortc",
    "dbos",
    "typst",
    "docx",
    "obstore",
}


def test_commands_load_nothing_large_before_they_need_it() -> None:
    asked = "import sys, server.cli.main; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", asked], check=True, capture_output=True, text=True, timeout=60
    )
    loaded = set(told.stdout.split())
    assert "server.cli.serve" in loaded
    assert not LARGE & loaded
