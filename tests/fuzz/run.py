"""Searches for inputs that targets cannot take: `python -m tests.fuzz.run SECONDS FOLDER TARGET...`.

Each target is searched for SECONDS, one after the other, each in a process that is forked from this one: to
import the code with atheris takes several times as long as a short search. FOLDER gets a folder of each,
which keeps the inputs that reached new code from run to run, and the one that the target could not take, as
`crash-…`; a log of each; and their exit codes in `codes.json`, which are 0 where nothing was found. An input
that takes over ten seconds, or two gigabytes, is a find as well.

With atheris (Linux on x86-64) new inputs are bred from those that reached new code; elsewhere they are
mutations of the seeds.
"""

import importlib
import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import NoReturn

try:
    import atheris
except ImportError:  # there is no wheel for this machine
    atheris = None

INSTRUMENTED = ["streaming", "server.http", "server.live", "server.media", "server.store", "json"]
INPUT_SECONDS = 10
MEGABYTES = 2048
MODULE = "tests.fuzz.targets"


CODES = "codes.json"


def main(seconds: int, folder: Path, names: Sequence[str]) -> None:
    """Search one target after the other."""
    targets = _imported()
    codes = {}
    for name in names:
        (folder / name).mkdir(parents=True, exist_ok=True)
        child = os.fork()
        if child == 0:
            _search_and_exit(targets, name, seconds, folder)
        codes[name] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    (folder / CODES).write_text(json.dumps(codes))


def _imported() -> ModuleType:
    if atheris is None:
        return importlib.import_module(MODULE)
    with atheris.instrument_imports(include=INSTRUMENTED):
        return importlib.import_module(MODULE)


def _search_and_exit(targets: ModuleType, name: str, seconds: int, folder: Path) -> NoReturn:
    """What the forked process does; all that it writes goes to its log."""
    log = os.open(folder / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    _search(targets, name, seconds, folder / name)
    # As any process ends: libFuzzer keeps the input that was not taken when the process goes.
    sys.exit()


def _search(targets: ModuleType, name: str, seconds: int, folder: Path) -> None:
    """Does not return with atheris, which ends the process."""
    if atheris is None:
        mutate(targets.TARGETS[name], targets.seeds(name), seconds, folder)
        return
    for number, seed in enumerate(targets.seeds(name)):
        (folder / f"seed-{number}").write_bytes(seed)
    options = {
        "max_total_time": seconds,
        "timeout": INPUT_SECONDS,
        "rss_limit_mb": MEGABYTES,
        "max_len": targets.LONGEST,
        "print_final_stats": 1,
        "artifact_prefix": f"{folder}/",
    }
    given = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup([sys.argv[0], *given, str(folder)], targets.TARGETS[name])
    atheris.Fuzz()


def mutate(target: Callable[[bytes], None], seeds: tuple[bytes, ...], seconds: float, folder: Path) -> None:
    """The same without coverage: seeds with some bytes changed, cut out or doubled."""
    rng = random.Random(0)  # noqa: S311 - not secret
    until, runs = time.monotonic() + seconds, 0
    while time.monotonic() < until or runs < len(seeds):
        data = bytearray(seeds[runs % len(seeds)])
        for _ in range(rng.randrange(1, 8) if runs >= len(seeds) else 0):
            _change(data, rng)
        runs += 1
        try:
            target(bytes(data))
        except BaseException:
            (folder / f"crash-{runs}").write_bytes(data)
            raise
    print(f"{runs} inputs")


def _change(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    match rng.randrange(4):
        case 0 if at < len(data):
            data[at] = rng.randrange(256)
        case 1:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        case 2:
            del data[at : at + rng.randrange(1, 33)]
        case _:
            data[at:at] = data[at : at + rng.randrange(1, 65)]


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
