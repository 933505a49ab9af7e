"""No input that a stranger may send breaks what reads it, hangs it or makes it eat memory.

`STENO_FUZZ_SECONDS` is how long all targets are fuzzed together; without it 8 seconds, on continuous
integration 32. The long form is an hour (3600).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.run import CODES, mutate
from tests.fuzz.targets import TARGETS, seeds
from tests.support.evalset import ROOT
from tests.support.skips import required

SHORT, INTEGRATION = 8, 32
SECONDS = int(os.environ.get("STENO_FUZZ_SECONDS") or (INTEGRATION if required(os.environ) else SHORT))
EACH = max(1, SECONDS // len(TARGETS))


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The folder in which all targets were searched, and the exit code of each search."""
    folder = tmp_path_factory.mktemp("fuzz")
    subprocess.run(
        [sys.executable, "-m", "tests.fuzz.run", str(EACH), str(folder), *TARGETS],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    return folder, json.loads((folder / CODES).read_text())


@pytest.mark.patient
@pytest.mark.timeout(2 * EACH * len(TARGETS) + 120)
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_found(target: str, searched: tuple[Path, dict[str, int]]) -> None:
    folder, codes = searched
    # libFuzzer writes the input that was not taken as crash-…, timeout-… or oom-…
    kinds = ("crash", "timeout", "oom")
    found = [path.read_bytes() for kind in kinds for path in (folder / target).glob(f"{kind}-*")]
    log = (folder / f"{target}.log").read_text(errors="replace")
    assert codes[target] == 0, f"{found!r:.4000}\n{log[-4000:]}"
    assert found == []


@pytest.mark.parametrize("target", TARGETS)
def test_the_seeds_are_taken(target: str) -> None:
    assert seeds(target)
    for seed in seeds(target):
        TARGETS[target](seed)


def test_without_coverage_a_planted_fault_is_found_and_its_input_kept(tmp_path: Path) -> None:
    def target(data: bytes) -> None:
        if b"\x00" in data:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        mutate(target, (b"abc", b"def"), 30, tmp_path)
    (crash,) = tmp_path.iterdir()
    assert b"\x00" in crash.read_bytes()
    (tmp_path / "none").mkdir()
    mutate(lambda _: None, (b"abc",), 0, tmp_path / "none")
    assert not list((tmp_path / "none").iterdir())
