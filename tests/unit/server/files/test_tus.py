"""The header fields of tus."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.files import tus
from streaming.errors import ProtocolError


def coded(text: str) -> str:
    """As it stands in `Upload-Metadata`."""
    return base64.b64encode(text.encode()).decode()


def test_metadata_is_pairs_of_a_key_and_base64() -> None:
    given = f"title {coded('Совещание')},languages {coded('ru')},languages {coded('en')},empty"
    assert tus.metadata(given) == {"title": ["Совещание"], "languages": ["ru", "en"], "empty": [""]}
    assert tus.metadata("") == {}


@given(st.text(max_size=200))
def test_garbage_is_refused_and_nothing_else(text: str) -> None:
    with suppress(ProtocolError):
        tus.metadata(text)


def test_another_version_is_refused() -> None:
    assert tus.spoken({"tus-resumable": "1.0.0"})
    assert not tus.spoken({})
    with pytest.raises(ProtocolError) as caught:
        tus.spoken({"tus-resumable": "0.2.2"})
    assert caught.value.status == 412


@pytest.mark.parametrize("given", ["", "-1", "1.5", "ten", "²", "9" * 30])
def test_a_length_is_a_number_of_bytes(given: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        tus.number({"upload-length": given}, "upload-length")
    assert caught.value.code == "invalid_field"
    assert tus.number({"upload-length": "12"}, "upload-length") == 12
