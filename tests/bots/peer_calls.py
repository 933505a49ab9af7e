"""peer-calls from npm, on this machine alone: browsers are connected each to each."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bots.janus import await_port, free_port
from tests.support.npm import installed


def package(folder: Path) -> Path:
    """The package, as `js/package-lock.json` pins it, in a folder of this run."""
    return installed(Path(__file__).parent / "js", folder / "js") / "node_modules" / "peer-calls"


@contextmanager
def peer_calls(package: Path) -> Iterator[str]:
    """Run it; its address. It names no STUN server, as it otherwise would."""
    (package / "config" / "default.yaml").write_text("baseUrl: ''\niceServers: []\n")
    port = free_port()
    log = package / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            ["node", "lib/index.js"],
            cwd=package,
            env={"PATH": _path(), "BIND": "127.0.0.1", "PORT": str(port)},
            stdout=written,
            stderr=written,
        )
    try:
        await_port(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _path() -> str:
    node = shutil.which("node")
    assert node is not None
    return str(Path(node).parent)
