"""Forms with a file, however the body is cut, and what is no such form."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.files.form import FIELD_BYTES, PARTS, Form
from streaming.errors import ProtocolError

TYPE = "multipart/form-data; boundary=xx"


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    """One part."""
    named = f'; filename="{filename}"' if filename is not None else ""
    return f'--xx\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + value + b"\r\n"


END = b"--xx--\r\n"


async def read(body: bytes, *, sizes: int = 1 << 20, content_type: str = TYPE) -> tuple[Form, bytes]:
    """The form and its file, from a body in pieces of a size."""
    form, file = Form(content_type), bytearray()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), sizes):
            yield body[at : at + sizes]

    async def take(data: bytes) -> None:
        file.extend(data)

    await form.read(pieces(), take)
    return form, bytes(file)


@settings(max_examples=60)
@given(st.binary(max_size=300), st.integers(1, 40))
async def test_fields_stand_before_or_behind_the_file_and_any_cut_gives_the_same(
    data: bytes, sizes: int
) -> None:
    body = (
        part("title", b"Monday")
        + part("file", data, "a b.wav")
        + part("languages", b"en")
        + part("languages", "ру".encode())
        + END
    )
    form, file = await read(body, sizes=sizes)
    assert file == data
    assert form.filename == "a b.wav"
    assert form.fields == {"title": ["Monday"], "languages": ["en", "ру"]}


@settings(max_examples=100)
@given(st.binary(max_size=200))
async def test_garbage_is_no_form(data: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        await read(data)
    assert caught.value.code == "bad_form"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (part("title", b"x") + END, "no part `file`"),
        (part("file", b"data") + END, "no part `file` with a file name"),
        (part("file", b"data", "a")[:-2], "ends too early"),
        (part("file", b"1", "a") + part("file", b"2", "b") + END, "two parts"),
        (part("file", b"1", "a") + part("x", b"y" * FIELD_BYTES) + END, "fields have more than"),
        (part("x", b"") * (PARTS + 1) + END, f"more than {PARTS} parts"),
    ],
)
async def test_what_is_wrong_with_it_is_said(body: bytes, why: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        await read(body)
    assert caught.value.code == "bad_form"
    assert why in caught.value.message


@pytest.mark.parametrize("content_type", ["", "application/json", "multipart/form-data"])
def test_another_type_is_no_form(content_type: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        Form(content_type)
    assert caught.value.code == "bad_form"
