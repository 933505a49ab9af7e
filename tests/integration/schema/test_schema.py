"""The description of the HTTP calls holds: Schemathesis calls a running server by it, with what it allows and
with what it forbids, and compares each answer with it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.process import steno

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 3
"""Generated calls of an operation, beside those that go through the bounds of each field."""

pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]


def test_every_call_answers_as_its_description_says(models: Path) -> None:
    with steno("tiny.en", models) as server:
        told = subprocess.run(
            [
                *(Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIGURATION, "run"),
                *(f"{server.url}/openapi.json", "--seed", "1", "--max-examples", str(EXAMPLES)),
                *("--continue-on-failure", "--warnings", "off", "--request-timeout", "30", "--no-color"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    assert told.returncode == 0, told.stdout[-8000:] + told.stderr[-2000:]
