"""What a page sends of a shared screen is taken apart; whatever else it sends is nothing."""

from typing import Any

import pytest

from server.recorder import jpeg
from server.recorder.glance import CELLS, HIGHEST, WIDEST, Glance, Shot, read
from server.store.picture_records import LARGEST
from tests.unit.server.recorder.glances import a_jpeg, sent, text

PICTURE = a_jpeg()


def test_cells_come_with_their_time() -> None:
    glance = read(sent(90))
    assert isinstance(glance, Glance)
    assert (glance.key, glance.at) == ("a-1", 2.0)
    assert glance.smooth.tolist() == [90] * CELLS


def test_a_picture_comes_with_its_size() -> None:
    assert read({"key": "a-1", "jpeg": text(PICTURE)}) == Shot("a-1", PICTURE, 640, 360)


@pytest.mark.parametrize(
    "message",
    [
        None,
        7,
        [],
        {},
        sent(key=""),
        sent(key="x" * 41),
        sent(key=7),
        sent(at="now"),
        sent(at=float("nan")),
        sent(at=float("inf")),
        sent(smooth=None),
        sent(smooth="!" * 768),
        sent(smooth=text(b"\0" * (CELLS - 1))),
        sent(sharp=text(b"\0" * (CELLS + 1))),
        sent(sharp="A" * 10_000_000),
    ],
)
def test_what_is_no_glance_is_nothing(message: Any) -> None:
    assert read(message) is None


@pytest.mark.parametrize(
    "data",
    [
        "",
        None,
        {"a": 1},
        "no base64",
        text(b"<svg onload=alert(1)>"),
        text(b"\xff\xd8\xff\xd9"),
        text(PICTURE[:-1]),
        text(PICTURE[1:]),
        text(a_jpeg(WIDEST + 16, 360)),
        text(a_jpeg(640, HIGHEST + 16)),
        text(PICTURE[:-2] + b"\0" * LARGEST["slide"] + b"\xff\xd9"),
        "A" * 100_000_000,
    ],
)
def test_a_picture_that_is_none_has_no_bytes(data: Any) -> None:
    assert read({"key": "a-1", "jpeg": data}) == Shot("a-1", b"")


def test_the_largest_picture_that_is_kept_is_read() -> None:
    filled = PICTURE[:-2] + b"\0" * (LARGEST["slide"] - len(PICTURE)) + b"\xff\xd9"
    shot = read({"key": "a-1", "jpeg": text(filled)})
    assert isinstance(shot, Shot)
    assert len(shot.raw) == LARGEST["slide"]


def test_a_jpeg_says_how_large_it_is() -> None:
    assert jpeg.size(PICTURE) == (640, 360)
    assert jpeg.size(a_jpeg(WIDEST, HIGHEST)) == (WIDEST, HIGHEST)


def test_a_jpeg_that_is_broken_anywhere_in_its_head_is_none() -> None:
    scan = PICTURE.index(b"\xff\xda")
    for at in range(scan):
        assert jpeg.size(PICTURE[:at] + b"\xff\xd9") is None
    assert jpeg.size(b"\xff\xd8" + b"\xff\xe0\x00\x02" * 10_000 + b"\xff\xd9") is None
    assert jpeg.size(b"\xff\xd8\xff\xe0\x00\x00\xff\xd9") is None
    head = b"\xff\xc0\x00\x11\x08"
    assert jpeg.size(PICTURE.replace(head + b"\x01\x68", head + b"\x00\x00")) is None, "no height"
