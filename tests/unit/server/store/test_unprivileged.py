"""Root opens no more than PostgreSQL's account needs."""

import os
from pathlib import Path

import pytest

from server.store.unprivileged import Account, account_for, allow_passage, allow_reading

STRANGER = Account(uid=4_000_000, gid=4_000_000)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_folders_above_are_opened_for_passing_and_not_for_listing(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "target"
    target.mkdir(parents=True)
    (tmp_path / "a").chmod(0o700)
    (tmp_path / "a" / "b").chmod(0o755)
    target.chmod(0o700)
    allow_passage(target, STRANGER)
    assert [mode(path) for path in (tmp_path / "a", tmp_path / "a" / "b", target)] == [0o701, 0o755, 0o700]


def test_a_folder_that_the_account_owns_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "own"
    (closed / "target").mkdir(parents=True)
    closed.chmod(0o700)
    allow_passage(closed / "target", Account(closed.stat().st_uid, closed.stat().st_gid))
    assert mode(closed) == 0o700


def test_an_installation_becomes_readable_and_its_programs_runnable(tmp_path: Path) -> None:
    folder, program, text = tmp_path / "bin", tmp_path / "bin" / "postgres", tmp_path / "bin" / "readme"
    folder.mkdir()
    program.touch()
    text.touch()
    for path, bits in ((folder, 0o700), (program, 0o700), (text, 0o600)):
        path.chmod(bits)
    allow_reading(tmp_path)
    assert [mode(path) for path in (folder, program, text)] == [0o705, 0o705, 0o604]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends an account")
def test_root_takes_the_account_that_owns_the_folder_already(tmp_path: Path) -> None:
    os.chown(tmp_path, STRANGER.uid, STRANGER.gid)
    assert account_for(tmp_path) == STRANGER
    fresh = account_for(tmp_path / "absent")
    assert fresh is not None
    assert fresh.uid != 0
