"""Images of a page: each once, with all its sources, within bounds."""

import base64

import pytest

from server.recorder import images
from server.recorder.images import Shelf, kind_of, of_data_url

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
GIF = b"GIF89a" + bytes(20)


def test_the_same_image_at_two_addresses_is_kept_once() -> None:
    shelf = Shelf()
    for source, alt in (
        ("https://a.example/1", "Chart"),
        ("https://b.example/2", ""),
        ("https://a.example/1", "Plan"),
    ):
        shelf.put(PNG, source, alt, (10, 20))
    (image,) = shelf.images.values()
    assert (image.sources, image.alts) == (["https://a.example/1", "https://b.example/2"], ["Chart", "Plan"])
    assert (image.width, image.height) == (10, 20)


def test_the_name_of_a_file_is_made_of_what_is_in_it() -> None:
    image = Shelf().put(PNG, "https://a.example/../../etc/passwd%00.exe")
    assert image is not None
    assert image.file == f"{image.digest[:24]}.png"
    assert image.digest.isalnum()


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (GIF, "gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        (b"\x00\x00\x00\x1cftypavif", "avif"),
        (b"BM\x00", "bmp"),
        (b"\x00\x00\x01\x00\x01", "ico"),
        (b"\xef\xbb\xbf <svg xmlns='x'>", "svg"),
        (b"<?xml version='1.0'?>\n<svg>", "svg"),
        (b"<html><svg>", None),
        (b"MZ\x90", None),
        (b"", None),
    ],
)
def test_what_it_is_is_told_by_its_bytes(raw: bytes, kind: str | None) -> None:
    assert kind_of(raw) == kind


def test_what_is_no_image_is_left_out_with_its_reason() -> None:
    shelf = Shelf()
    assert shelf.put(b"MZ", "https://a.example/x.png") is None
    assert [(one.source, one.why) for one in shelf.left_out] == [
        ("https://a.example/x.png", "it is no image")
    ]


def test_only_so_many_and_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MOST", 2)
    monkeypatch.setattr(images, "LARGEST", 100)
    monkeypatch.setattr(images, "MOST_LEFT_OUT", 2)
    shelf = Shelf()
    assert shelf.put(PNG + bytes(100), "big") is None
    for number in range(5):
        shelf.put(GIF + bytes([number]), f"{number}")
    assert len(shelf.images) == 2
    assert [one.source for one in shelf.left_out] == ["big", "2"]


def test_all_of_them_have_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "ALL", 40)
    shelf = Shelf()
    assert shelf.put(PNG, "a") is not None
    assert shelf.put(GIF, "b") is None
    assert shelf.put(PNG, "c") is not None


@pytest.mark.parametrize(
    ("url", "raw"),
    [
        (f"data:image/png;base64,{base64.b64encode(PNG).decode()}", PNG),
        (f"data:image/png;base64,{base64.b64encode(PNG).decode().rstrip('=')}", PNG),
        ("data:image/svg+xml,%3Csvg%3E", b"<svg>"),
        ("data:,", b""),
        ("data:image/png;base64,%%%", None),
        ("data:image/png", None),
        ("https://a.example/,", None),
    ],
)
def test_a_data_url_holds_its_bytes(url: str, raw: bytes | None) -> None:
    assert of_data_url(url) == raw
