"""The folder of recordings: its name, its bounds, and what is swept out of it."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.files.folder import UNKNOWN_SECONDS, Folder
from streaming.errors import ProtocolError


def test_a_folder_keeps_its_name_and_all_who_come_at_once_agree_on_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = {folder.name for folder in pool.map(Folder, [tmp_path / "uploads"] * 8)}
    assert len(names) == 1
    assert Folder(tmp_path / "uploads").name in names
    assert Folder(tmp_path / "other").name not in names


def test_what_was_received_is_what_lies_on_the_disk(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.received("up_1") == 0
    folder.append("up_1", b"ab")
    folder.append("up_1", b"c")
    folder.seal("up_1")
    assert Folder(tmp_path).received("up_1") == 3
    assert folder.file("up_1").read_bytes() == b"abc"
    folder.remove("up_1")
    folder.remove("up_1")
    assert folder.received("up_1") == 0


def test_its_room_is_bounded(tmp_path: Path) -> None:
    folder = Folder(tmp_path, most=100, each=60)
    folder.check_room((40,), 60)
    for held, size, code in (((41,), 60, "no_room"), ((), 61, "upload_too_big")):
        with pytest.raises(ProtocolError) as caught:
            folder.check_room(held, size)
        assert caught.value.code == code
    with pytest.raises(ProtocolError) as caught:
        Folder(tmp_path, free=1 << 62).check_room((), 1)
    assert caught.value.status == 507


def test_what_nobody_knows_goes_when_it_is_old(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for name in ("up_known", "up_unknown", "up_new"):
        folder.append(name, b"x")
    for name in ("up_known", "up_unknown", "name"):
        old = folder.file(name).stat().st_mtime - UNKNOWN_SECONDS - 1
        os.utime(folder.file(name), (old, old))
    assert folder.sweep({"up_known"}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["name", "up_known", "up_new"]
