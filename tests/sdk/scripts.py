"""Runs a script of JavaScript that uses a vendor's SDK; it prints one JSON value a line."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUN_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Scripts:
    """The folder of the scripts and their packages."""

    folder: Path

    def run(self, name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> list[Any]:
        """What a script printed; one that fails shows what it said. `environment` in place of ours."""
        done = subprocess.run(
            ["node", name, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{name} failed: {done.stderr[-2000:]}"
        return [json.loads(line) for line in done.stdout.splitlines()]
