"""A server of its own for a measurement: the `serve` command as a process, over scratch data, until the end.

Settings go in; the target and what its log said of the model come out once the model is warm. The process is
another one than the load generator's, so that its CPU and memory are the server's alone. No setting of this
machine's real server is touched: the database is a fresh one, and the port a free one.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from loadtest.errors import LoadTestError
from loadtest.runner import Target
from server.cli.inprocess import key_of
from server.settings import Settings

START_SECONDS = 180
"""A large model takes its time."""
STOP_SECONDS = 60
ASK_EVERY = 0.2
TOLD = ("model", "partial_model", "device", "type")
"""What the log says of the model, and the caller is told."""
BROKEN = "could not be loaded"
"""How the server says that its model will never be ready."""
PACKAGES = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def started_server(settings: Settings) -> AsyncIterator[tuple[Target, dict[str, Any]]]:
    """The server, up and warm while the context is entered. Raises `LoadTestError` when it does not start."""
    with TemporaryDirectory(prefix="steno-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        process = await _spawn(settings, scratch)
        try:
            url, model = await _started(process, scratch / "log")
            yield Target(url, key_of(settings), process.pid), model
        finally:
            await _stop(process)


async def _spawn(settings: Settings, scratch: Path) -> asyncio.subprocess.Process:
    models = settings.data.resolve() / "models"
    await asyncio.to_thread(models.mkdir, parents=True, exist_ok=True)
    (scratch / "models").symlink_to(models, target_is_directory=True)
    with (scratch / "log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "server.cli.main", "serve"),
            # Elsewhere than here, so that no .env file adds to what is given.
            cwd=scratch,
            env=environment(settings, scratch, os.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=log,
            # Ctrl-C is for the measurement, which then stops the server in good order.
            start_new_session=True,
        )


def environment(settings: Settings, scratch: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """The server's environment: these settings, but for where it listens and what it keeps."""
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith("STENO_") and name != "DATABASE_URL"
    }
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, (str(PACKAGES), kept.get("PYTHONPATH"))))
    given = settings.model_dump(mode="json", exclude={"database_url", "api_key"}, exclude_none=True)
    given |= {
        "host": "127.0.0.1",
        "port": 0,
        "data": str(scratch),
        "log_level": "info",
        "api_key": key_of(settings) or "",
    }
    given |= {name: _found_anywhere(given[name]) for name in ("model", "partial_model") if name in given}
    return kept | {f"STENO_{name.upper()}": str(value) for name, value in given.items()}


def _found_anywhere(model: str) -> str:
    """A model's name; a folder by its whole path, since the server starts in another one."""
    path = Path(model)
    return str(path.resolve()) if path.exists() else model


async def _started(process: asyncio.subprocess.Process, log: Path) -> tuple[str, dict[str, Any]]:
    """The server's address and model, once it is warm."""
    try:
        async with asyncio.timeout(START_SECONDS):
            # Another process can only be asked.
            while process.returncode is None:
                told = await asyncio.to_thread(_events, log)
                url = str(told.get("listening", {}).get("url", ""))
                if url and await _ready(url):
                    loaded = (
                        told.get("model_loaded") or (await asyncio.to_thread(_events, log))["model_loaded"]
                    )
                    return url, {name: loaded.get(name) for name in TOLD}
                await asyncio.sleep(ASK_EVERY)
    except TimeoutError:
        raise LoadTestError("server_not_ready", f"The server was not ready in {START_SECONDS} s.") from None
    raise LoadTestError(
        "server_failed", f"The server did not start. {await asyncio.to_thread(_last_words, log)}"
    )


def _events(log: Path) -> dict[str, dict[str, Any]]:
    """The newest line of the log for each event."""
    found = {}
    for line in log.read_text("utf-8", "replace").splitlines():
        with suppress(ValueError):
            told = json.loads(line)
            if isinstance(told, dict):
                found[str(told.get("event"))] = told
    return found


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return " ".join(lines[-3:]) or "It did not say why."


async def _ready(url: str) -> bool:
    """Whether the model is warm. Raises `LoadTestError` when it never will be."""
    checks = await readiness(url)
    broken = next((check for check in checks if BROKEN in check.get("detail", "")), None)
    if broken:
        raise LoadTestError("server_failed", f"The server cannot be measured: {broken['detail']}.")
    return bool(checks) and all(check.get("ok") for check in checks)


async def readiness(url: str) -> list[dict[str, Any]]:
    """What the server says of its parts; empty when it does not say."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            answer = (await client.get(f"{url}/readyz")).json()
        return [dict(check) for check in answer["checks"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
        return []


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
