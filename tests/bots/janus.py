"""Debian's Janus with its VideoRoom and its two demo pages, on this machine alone.

In: a folder of its own. Out: the pages' address. Janus offers no candidate of the loopback interface, so
media go by another address of this machine, which leaves it as little.
"""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.support.sites import pages

DEMOS = Path("/usr/share/janus/demos")
CONFIG = Path("/etc/janus")
START_SECONDS = 60


def own_address() -> str | None:
    """An IPv4 address of this machine that is no loopback one."""
    for addresses in psutil.net_if_addrs().values():
        for one in addresses:
            if one.family is socket.AF_INET and not one.address.startswith("127."):
                return str(one.address)
    return None


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def janus(folder: Path, address: str) -> Iterator[str]:
    """Run Janus; the address of its demo pages."""
    port = free_port()
    config = folder / "etc"
    shutil.copytree(CONFIG, config)
    (config / "janus.transport.websockets.jcfg").write_text(
        f'general: {{ json = "plain" ws = true ws_port = {port} ws_ip = "127.0.0.1" wss = false }}\n'
    )
    libraries = next(Path("/usr/lib").glob("*/janus"))
    for transport in ("http", "pfunix", "mqtt", "nanomsg", "rabbitmq"):
        (config / f"janus.transport.{transport}.jcfg").unlink(missing_ok=True)
    (config / "janus.jcfg").write_text(
        "general: {\n"
        + "".join(f'  {kind}_folder = "{libraries}/{kind}"\n' for kind in ("plugins", "transports"))
        + f'  configs_folder = "{config}"\n  debug_level = 3\n}}\n'
        'plugins: { disable = "' + _others(libraries / "plugins", "videoroom") + '" }\n'
        'transports: { disable = "' + _others(libraries / "transports", "websockets") + '" }\n'
        "nat: { nice_debug = false ice_lite = false }\n"
        'media: { rtp_port_range = "20000-20400" }\n'
    )
    demos = folder / "demos"
    shutil.copytree(DEMOS, demos, symlinks=False)
    (demos / "settings.js").write_text(
        f'var server = "ws://127.0.0.1:{port}"; var iceServers = [];\nvar token = null, apisecret = null;\n'
    )
    with (folder / "janus.log").open("wb") as log:
        process = subprocess.Popen(
            ["janus", "-F", str(config), "-i", address, "-E", address], stdout=log, stderr=log
        )
    try:
        await_port(port, process, folder / "janus.log")
        with pages(demos) as url:
            yield url
    finally:
        process.terminate()
        process.wait(20)


def _others(folder: Path, wanted: str) -> str:
    return ",".join(sorted(one.name for one in folder.glob("*.so") if wanted not in one.name))


def await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until somebody listens on a port of this machine."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            running = process.poll() is None
            assert running, log.read_text(errors="replace")
            assert time.monotonic() < deadline, log.read_text(errors="replace")
            time.sleep(0.05)
        else:
            return
