"""PostgreSQL processes that a crashed Steno left behind: found by their name, stopped, their traces removed.

A killed Steno leaves its PostgreSQL running, and a killed PostgreSQL leaves `postmaster.pid`, whose number
may by now belong to an unrelated process. Whoever calls this holds the lock of the data folder, so a
PostgreSQL of that folder has no living owner. Nothing is ever signalled on the word of a pid file alone.
"""

import contextlib
import signal
from pathlib import Path

import psutil
import structlog

STOP_SECONDS = 60.0
"""Given to an orderly stop, which writes a checkpoint, before the processes are killed."""

_log = structlog.get_logger(__name__)


def stop_orphans(cluster: str) -> int:
    """Stop every PostgreSQL process whose command line carries `cluster`. Returns how many there were."""
    processes = _processes(cluster)
    for process in processes:
        if _is_postmaster(process):
            _log.warning("orphaned_postgres_stopped", pid=process.pid)
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown.
    _, alive = psutil.wait_procs(processes, timeout=STOP_SECONDS)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=STOP_SECONDS)
    return len(processes)


def remove_stale_pid_file(pid_file: Path) -> None:
    """Remove `postmaster.pid` unless the process that it names is some PostgreSQL.

    PostgreSQL refuses to start while any process has that pid, were it a shell that came to it later, as
    is usual in a restarted container.
    """
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except FileNotFoundError:
        return
    except ValueError:
        pid = 0
    try:
        process = psutil.Process(pid)
        if process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE:
            return
    except psutil.NoSuchProcess:
        pass
    pid_file.unlink(missing_ok=True)


def _processes(cluster: str) -> list[psutil.Process]:
    """The living processes of one cluster: PostgreSQL puts the cluster's name into every process title."""
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres" and cluster in " ".join(process.info["cmdline"] or ())
    ]


def _is_postmaster(process: psutil.Process) -> bool:
    return "-D" in (process.info["cmdline"] or ())
