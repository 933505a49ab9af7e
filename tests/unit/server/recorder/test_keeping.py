"""Snapshots written into folders."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.recorder.keeping import FolderTaken, keep
from server.recorder.snapshot import Snapshot, lines

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def a_snapshot() -> Snapshot:
    shot = Snapshot("https://a.example/", "План", "ru", NOW, "Первая\nВторая", ["Ann\nhello"])
    shot.shelf.put(PNG, "https://a.example/../x.png", "Chart")
    shot.shelf.put(b"MZ", "https://a.example/y.png")
    return shot


def test_a_folder_has_text_images_and_an_index(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "one"
    index = keep(a_snapshot(), folder)
    assert json.loads((folder / "index.json").read_text("utf-8")) == index
    assert (folder / "text.txt").read_text("utf-8") == "Первая\nВторая\n\n--- chat ---\nAnn\nhello\n"
    (image,) = index["images"]
    assert (folder / image["file"]).read_bytes() == PNG
    assert (image["sources"], image["alt"]) == (["https://a.example/../x.png"], ["Chart"])
    assert index["left_out"] == [{"source": "https://a.example/y.png", "why": "it is no image"}]
    assert sorted(one.name for one in folder.rglob("*")) == sorted(
        ["images", "index.json", "text.txt", Path(image["file"]).name]
    )


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FolderTaken):
        keep(a_snapshot(), tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("  a  b \n\n\n\n c\t", "a b\n\nc"),
        ("\n\n", ""),
        ("a\x00\x1b[31mb", "a [31mb"),
        ("\u202eevil", "evil"),
        ("a\u00a0b", "a b"),
    ],
)
def test_the_space_of_the_layout_is_taken_out(text: str, tidy: str) -> None:
    assert lines(text) == tidy
