"""Forms with a file: any cut into pieces reads the same, bounds hold, and the file goes with the block."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from server.files.brought import Brought
from server.http import forms
from server.http.forms import Form, read_form
from streaming.errors import Overloaded, ProtocolError

KIND = "multipart/form-data; boundary=xYz"
BODY = (
    b'--xYz\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'
    b'--xYz\r\nContent-Type: audio/wav\r\nContent-Disposition: form-data; name="file"; '
    b'filename="\xd1\x84.wav"\r\n\r\nRIFF\r\n--xY\x00\r\n'
    b'\r\n--xYz\r\nContent-Disposition: form-data; name="include[]"\r\n\r\nlogprobs\r\n--xYz--\r\n'
)
FIELDS = [("model", "whisper-1"), ("include[]", "logprobs")]
FILE = b"RIFF\r\n--xY\x00\r\n"


def request(pieces: Iterable[bytes], kind: str = KIND, *, ends: bool = True) -> Request:
    """A request whose body comes in pieces; without an end the client hangs up."""
    messages: list[Message] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.request", "body": b""} if ends else {"type": "http.disconnect"})
    coming = iter(messages)

    async def receive() -> Message:
        return next(coming)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}
    return Request(scope, receive)


def brought(at_once: int = 1) -> Brought:
    """What takes recordings, and hears none here."""
    nobody: Any = None
    return Brought(nobody, nobody, nobody, at_once=at_once)


async def read(call: Request, **bounds: int) -> tuple[Form, bytes]:
    """The form and its file, after which nothing is left of it."""
    async with read_form(call, brought(), **bounds) as form:
        data = form.file.read_bytes() if form.file else b""
    assert form.file is None or not exists(form.file)
    return form, data


def exists(path: Path) -> bool:
    """Whether a file is there."""
    return path.exists()


@given(st.lists(st.integers(0, len(BODY)), max_size=6))
async def test_any_cut_reads_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(BODY)]
    pieces = [BODY[start:end] for start, end in pairwise(edges)]
    form, data = await read(request(pieces))
    assert (form.fields, data) == (FIELDS, FILE)
    assert (form.filename, form.size) == ("ф.wav", len(FILE))


@given(st.lists(st.binary(max_size=60) | st.sampled_from([BODY, b"--xYz\r\n", b"--xYz--"]), max_size=5))
async def test_any_bytes_are_a_form_or_refused(pieces: list[bytes]) -> None:
    try:
        await read(request(pieces))
    except ProtocolError as error:
        assert error.code == "bad_form"  # noqa: PT017 (what else may come is an error of the test)


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (BODY, "multipart/form-data", "bad_form"),
        (BODY, "application/json", "bad_form"),
        (BODY, f"multipart/form-data; boundary={'x' * 300}", "bad_form"),
        (BODY[:-20], KIND, "bad_form"),
        (b"--xYz\r\n" + b"a: b\r\n" * 100 + b"\r\n\r\n", KIND, "bad_form"),
        (b"".join(BODY[:74] + b"\r\n" for _ in range(501)), KIND, "bad_form"),
        (BODY.replace(b"whisper-1", b"x" * (forms.MAX_FIELDS + 1)), KIND, "body_too_big"),
        (BODY.replace(b"RIFF", b"x" * 2_000_000), KIND, "file_too_big"),
    ],
)
async def test_what_is_too_much_or_no_form_is_refused(body: bytes, kind: str, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        await read(request([body], kind), most=1 << 20)
    assert refused.value.code == code


async def test_who_hangs_up_gives_the_place_back() -> None:
    taken = brought()
    with pytest.raises(ClientDisconnect):
        async with read_form(request([BODY[:150]], ends=False), taken):
            pass
    async with read_form(request([BODY]), taken) as form:
        assert form.fields == FIELDS


async def test_one_form_too_many_is_refused() -> None:
    taken = brought()
    async with read_form(request([BODY]), taken):
        with pytest.raises(Overloaded) as refused:
            async with read_form(request([BODY]), taken):
                pass
    assert refused.value.code == "too_many_files"
