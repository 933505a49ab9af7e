"""The account under which the embedded PostgreSQL runs when Steno itself runs as root.

PostgreSQL refuses to run as root, by design. Root therefore lends it an account that already exists on the
machine: the owner of the data folder from an earlier start, or the first of `ACCOUNTS`. No account is made,
and folders on the way are opened for passing through only (`o+x`), never for listing. Any other user runs
PostgreSQL as themselves, and nothing here applies.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

import structlog

ACCOUNTS = ("steno", "postgres", "nobody")
"""Tried in this order: a dedicated account first, the one that every machine has last."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """An account to run as; its fields go to `subprocess.Popen` by the names `user` and `group`."""

    uid: int
    gid: int


def account_for(folder: Path) -> Account | None:
    """The account to run PostgreSQL as, None for one's own. `folder` need not exist."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise OSError(f"none of the accounts {', '.join(ACCOUNTS)} exists; PostgreSQL cannot run as root")


def allow_passage(path: Path, account: Account) -> None:
    """Let `account` reach `path`: every folder above it gets the right to be passed through."""
    for folder in path.resolve().parents:
        status = folder.stat()
        owned = status.st_uid == account.uid and status.st_mode & stat.S_IXUSR
        if not owned and not status.st_mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
            _log.warning("folder_opened_for_passage", folder=str(folder))


def allow_reading(root: Path) -> None:
    """Let everybody read and run the installation at `root`, as an install under umask 077 does not."""
    for folder, _, names in os.walk(root):
        _add(Path(folder), stat.S_IROTH | stat.S_IXOTH)
        for name in names:
            path = Path(folder, name)
            runs = path.stat().st_mode & stat.S_IXUSR
            _add(path, stat.S_IROTH | (stat.S_IXOTH if runs else 0))


def _add(path: Path, bits: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & bits != bits:
        path.chmod(mode | bits)
