"""The embedded PostgreSQL through starts, stops, kills and crashes."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil
import pytest
import structlog

from server.store.embedded import EmbeddedPostgres, embedded_postgres
from streaming.errors import StoreError

ROOT = Path(__file__).parents[3]

STENO = """
import asyncio, concurrent.futures.thread, os, pathlib, sys
from server.store.embedded import embedded_postgres

for account in sys.argv[2:]:
    os.setgroups([])
    os.setgid(int(account))
    os.setuid(int(account))

async def main():
    async with embedded_postgres(pathlib.Path(sys.argv[1])) as url:
        print(url, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""
"""Another Steno, if need be under another account: prints its database URL, and runs until its input ends."""


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data folder that was started and stopped once; to be copied, never started."""
    folder = Path(tempfile.mkdtemp(prefix="st"))
    server = EmbeddedPostgres(folder / "started")
    server.start()
    server.stop()
    yield (folder / "started").rename(folder / "kept")
    shutil.rmtree(folder)


@pytest.fixture
def data(made: Path) -> Iterator[Path]:
    """A data folder of this test's own, already initialised."""
    folder = Path(tempfile.mkdtemp(prefix="st"))
    # `cp` keeps the owner, which is not root when the tests run as root.
    subprocess.run(["cp", "-a", f"{made}/.", str(folder)], check=True)
    yield folder
    shutil.rmtree(folder)


def another_steno(data: Path, *account: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", STENO, str(data), *account]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def postgres_of(data: Path) -> list[psutil.Process]:
    """The postmasters of a data folder."""
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres" and str(data / "postgres") in (process.info["cmdline"] or ())
    ]


def socket_folder(url: str) -> Path:
    """Where the server of `url` listens."""
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def here() -> set[Path]:
    """Every folder beside the tests' own."""
    return set(Path(tempfile.gettempdir()).iterdir())


def modes(folder: Path) -> list[int]:
    """The permissions of a socket folder and of its socket."""
    (socket,) = (path for path in folder.iterdir() if path.is_socket())
    return [folder.stat().st_mode, socket.stat().st_mode]


async def write(url: str, text: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (line text)")
    await connection.execute("INSERT INTO kept VALUES ($1)", text)
    await connection.close()


async def read(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT line FROM kept")
    await connection.close()
    return [row["line"] for row in rows]


async def eventually_read(url: str) -> list[str]:
    """The rows, as soon as the server answers again."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await read(url)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0)


async def show(url: str, setting: str) -> str:
    connection = await asyncpg.connect(url)
    value: str = await connection.fetchval("SELECT current_setting($1)", setting)
    await connection.close()
    return value


async def test_a_fresh_folder_becomes_a_database_and_keeps_its_rows() -> None:
    folder = Path(tempfile.mkdtemp(prefix="st"))
    try:
        async with embedded_postgres(folder / "data") as url:
            await write(url, "первая")
        async with embedded_postgres(folder / "data") as url:
            assert await read(url) == ["первая"]
        assert not postgres_of(folder / "data")
    finally:
        shutil.rmtree(folder)


async def test_durability_is_on_and_no_network_is_listened_to(data: Path) -> None:
    async with embedded_postgres(data) as url:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert await show(url, setting) == "on"
        assert await show(url, "listen_addresses") == ""


async def test_the_socket_is_private_and_gone_after_the_stop(data: Path) -> None:
    async with embedded_postgres(data) as url:
        folder = socket_folder(url)
        assert folder in here()
        assert [mode & 0o077 for mode in modes(folder)] == [0, 0]
    assert folder not in here()


async def test_the_server_is_out_of_reach_of_the_terminals_ctrl_c(data: Path) -> None:
    server = EmbeddedPostgres(data)
    await asyncio.to_thread(server.start)
    try:
        assert server.pid is not None
        assert os.getsid(server.pid) == server.pid != os.getsid(0)
    finally:
        await asyncio.to_thread(server.stop)


async def test_what_was_committed_survives_kill_9_of_the_server(data: Path) -> None:
    server = EmbeddedPostgres(data)
    await asyncio.to_thread(server.start)
    await write(server.url("postgres"), "committed")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await asyncio.to_thread(server.stop)
    assert (data / "postgres" / "postmaster.pid").exists()

    await asyncio.to_thread(server.start)
    try:
        assert await read(server.url("postgres")) == ["committed"]
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_server_that_outlived_its_steno_is_stopped_and_replaced(data: Path) -> None:
    crashed = another_steno(data)
    assert crashed.stdout is not None
    orphaned_url = crashed.stdout.readline().strip()
    await write(orphaned_url, "before the crash")
    crashed.kill()
    crashed.communicate()
    (orphan,) = postgres_of(data)
    assert socket_folder(orphaned_url) in here()

    async with embedded_postgres(data) as url:
        assert socket_folder(orphaned_url) not in here()
        assert await read(url) == ["before the crash"]
        assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE
        (alive,) = postgres_of(data)
        assert alive.pid != orphan.pid


async def test_a_server_that_dies_is_started_anew_at_the_same_address(data: Path) -> None:
    async with embedded_postgres(data) as url:
        await write(url, "before")
        for number in (signal.SIGKILL, signal.SIGQUIT):
            (died,) = postgres_of(data)
            died.send_signal(number)
            await asyncio.to_thread(died.wait)
            assert await eventually_read(url) == ["before"]
            (alive,) = postgres_of(data)
            assert alive.pid != died.pid
    assert not postgres_of(data)
    assert not socket_folder(url).exists()


async def test_a_start_anew_that_fails_is_tried_again(data: Path) -> None:
    hba = data / "postgres" / "pg_hba.conf"
    kept = hba.read_text()
    async with embedded_postgres(data) as url:
        await write(url, "before")
        hba.write_text("nonsense\n")
        (died,) = postgres_of(data)
        with structlog.testing.capture_logs() as told:
            died.kill()
            async with asyncio.timeout(60):
                while not any(line["event"] == "postgres_not_restarted" for line in told):  # noqa: ASYNC110
                    await asyncio.sleep(0)
        hba.write_text(kept)
        assert await eventually_read(url) == ["before"]


async def test_a_stop_in_the_midst_of_a_start_anew_leaves_nothing_running(data: Path) -> None:
    async with embedded_postgres(data):
        (died,) = postgres_of(data)
        died.kill()
        await asyncio.to_thread(died.wait)
    assert not postgres_of(data)


async def test_a_second_steno_on_the_same_folder_is_refused(data: Path) -> None:
    first = another_steno(data)
    assert first.stdout is not None
    url = first.stdout.readline().strip()
    with pytest.raises(StoreError, match=str(data)) as refused:
        async with embedded_postgres(data):
            pass
    assert refused.value.code == "data_folder_in_use"
    await write(url, "the first one works on")
    first.communicate("")
    assert first.returncode == 0
    assert not postgres_of(data)


async def test_a_stale_pid_file_that_names_a_stranger_harms_nobody(data: Path) -> None:
    stranger = await asyncio.create_subprocess_exec("sleep", "600")
    try:
        lines = [str(stranger.pid), str(data / "postgres"), "1700000000", "5432", "", "", "1 2", "ready"]
        (data / "postgres" / "postmaster.pid").write_text("\n".join(lines))
        async with embedded_postgres(data) as url:
            await write(url, "works")
        assert stranger.returncode is None
    finally:
        stranger.kill()
        await stranger.wait()


@pytest.mark.parametrize("content", ["", "garbage\n", "99999999\n"])
async def test_a_damaged_pid_file_does_not_stop_a_start(data: Path, content: str) -> None:
    (data / "postgres" / "postmaster.pid").write_text(content)
    async with embedded_postgres(data) as url:
        await write(url, "works")


async def test_a_first_start_that_was_cut_short_is_begun_anew() -> None:
    folder = Path(tempfile.mkdtemp(prefix="st"))
    try:
        (folder / "postgres.new").mkdir()
        (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
        async with embedded_postgres(folder) as url:
            await write(url, "works")
    finally:
        shutil.rmtree(folder)


async def test_a_folder_of_another_major_version_is_refused_untouched(data: Path) -> None:
    version = data / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(StoreError, match="PostgreSQL 17") as refused:
        async with embedded_postgres(data):
            pass
    assert refused.value.code == "data_folder_version"
    assert version.read_text() == "17\n"


async def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=str(tmp_path)) as refused:
        async with embedded_postgres(tmp_path / "file"):
            pass
    assert refused.value.code == "data_folder_unusable"


async def test_a_server_that_cannot_start_says_why_and_frees_the_folder(data: Path) -> None:
    hba = data / "postgres" / "pg_hba.conf"
    kept = hba.read_text()
    hba.write_text("nonsense\n")
    with pytest.raises(StoreError, match=r"pg_hba\.conf") as refused:
        async with embedded_postgres(data):
            pass
    assert refused.value.code == "database_not_started"
    hba.write_text(kept)
    async with embedded_postgres(data) as url:
        await write(url, "works")


async def test_a_start_that_is_cancelled_leaves_nothing_running(data: Path) -> None:
    async def run() -> None:
        async with embedded_postgres(data):
            await asyncio.Event().wait()

    starting = asyncio.create_task(run())
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not postgres_of(data)
    async with embedded_postgres(data) as url:
        await write(url, "works")


async def test_a_long_path_is_no_obstacle(data: Path) -> None:
    deep = data / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    (data / "postgres").rename(deep / "postgres")
    async with embedded_postgres(deep) as url:
        await write(url, "works")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run Steno as somebody else")
async def test_an_ordinary_user_runs_it_as_themselves() -> None:
    folder = Path(tempfile.mkdtemp(prefix="st"))
    try:
        shutil.chown(folder, "nobody")
        steno = another_steno(folder / "data", str(pwd.getpwnam("nobody").pw_uid))
        assert steno.stdout is not None
        url = steno.stdout.readline().strip()
        (server,) = postgres_of(folder / "data")
        assert server.username() == "nobody"
        await write(url, "works")
        steno.communicate("")
        assert steno.returncode == 0
    finally:
        shutil.rmtree(folder)
