"""Searches for an input that one target cannot take: `python -m tests.fuzz.run TARGET SECONDS FOLDER`.

With atheris (Linux on x86-64) new inputs are bred from those that reached new code; elsewhere they are
mutations of the seeds. FOLDER keeps the inputs that reached new code from run to run, and the one that a
target could not take, as `crash-…`. The exit code is 0 when nothing was found. An input that takes over ten
seconds, or two gigabytes, is a find as well.
"""

import importlib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

try:
    import atheris
except ImportError:  # there is no wheel for this machine
    atheris = None

INSTRUMENTED = ["streaming", "server.http", "server.live", "server.media", "server.store", "json"]
INPUT_SECONDS = 10
MEGABYTES = 2048
MODULE = "tests.fuzz.targets"


def main(target: str, seconds: int, folder: Path) -> None:
    """Search; does not return with atheris, which ends the process."""
    folder.mkdir(parents=True, exist_ok=True)
    if atheris is None:
        targets = importlib.import_module(MODULE)
        mutate(targets.TARGETS[target], targets.seeds(target), seconds, folder)
        return
    with atheris.instrument_imports(include=INSTRUMENTED):
        targets = importlib.import_module(MODULE)
    for number, seed in enumerate(targets.seeds(target)):
        (folder / f"seed-{number}").write_bytes(seed)
    options = {
        "max_total_time": seconds,
        "timeout": INPUT_SECONDS,
        "rss_limit_mb": MEGABYTES,
        "max_len": targets.LONGEST,
        "print_final_stats": 1,
        "artifact_prefix": f"{folder}/",
    }
    given = [f"-{name}={value}" for name, value in options.items()]
    atheris.Setup([sys.argv[0], *given, str(folder)], targets.TARGETS[target])
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
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
