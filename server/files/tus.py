"""The words of tus 1.0 (https://tus.io/protocols/resumable-upload), the protocol of resumable uploads. Pure.

In: header fields. Out: numbers and fields, or `ProtocolError`. Of its extensions `creation`,
`creation-with-upload`, `expiration` and `termination` are spoken.
"""

import base64
from collections.abc import Mapping
from typing import Final

from streaming.errors import ProtocolError

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,expiration,termination"
CHUNK: Final = "application/offset+octet-stream"
"""Media type of a piece."""
METADATA_CHARACTERS: Final = 64 * 1024


def spoken(headers: Mapping[str, str]) -> bool:
    """Whether a request speaks tus. Raises `ProtocolError` `tus_version` (412) for another version."""
    version = headers.get("tus-resumable")
    if version is not None and version != VERSION:
        raise ProtocolError("tus_version", f"This server speaks tus {VERSION}.", status=412)
    return version is not None


def number(headers: Mapping[str, str], name: str) -> int:
    """A header that is a length. Raises `ProtocolError` `invalid_field` (422)."""
    given = headers.get(name, "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise ProtocolError("invalid_field", f"The header `{name}` must be a number of bytes.", status=422)
    return int(given)


def metadata(given: str) -> dict[str, list[str]]:
    """The pairs of `Upload-Metadata`. Raises `ProtocolError` `invalid_field` (422)."""
    if len(given) > METADATA_CHARACTERS:
        raise _bad_metadata()
    fields: dict[str, list[str]] = {}
    for pair in given.split(",") if given.strip() else []:
        key, _, value = pair.strip().partition(" ")
        try:
            text = base64.b64decode(value.strip(), validate=True).decode()
        except ValueError:  # of base64, and of UTF-8
            raise _bad_metadata() from None
        fields.setdefault(key, []).append(text)
    return fields


def _bad_metadata() -> ProtocolError:
    return ProtocolError(
        "invalid_field",
        "The header `upload-metadata` must be pairs of a key and base64 text, at most 64 KiB.",
        status=422,
    )
