"""A bucket of an S3-compatible server, as far as recordings need it.

In: names of meetings and pieces. Out: bytes, counts. Every failure but a missing object is an `OSError`,
whatever it was; a missing one is `FileNotFoundError`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from server.recording.address import BucketAddress

PATIENCE: Final = 20.0
"""Seconds that one request may take, with all its tries."""
_SUFFIX: Final = ".ogg"


class Bucket:
    """One bucket and a prefix in it."""

    def __init__(self, address: BucketAddress, *, patience: float = PATIENCE) -> None:
        """`patience`: see the constant."""
        config: Any = {"region": address.region, **address.keys}
        if address.endpoint is not None:
            config["endpoint"] = address.endpoint
        self._store = S3Store(
            address.name,
            prefix=address.prefix or None,
            config=config,
            client_options={"allow_http": True, "timeout": timedelta(seconds=patience)},
            retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=patience)},
        )

    async def put(self, meeting: str, piece: str, file: Path) -> None:
        """Keep a file."""
        with _named():
            await obstore.put_async(self._store, _key(meeting, piece), file)

    async def read(self, meeting: str, piece: str, begin: int, end: int) -> bytes:
        """Bytes [begin, end) of a piece."""
        with _named():
            return bytes(
                await obstore.get_range_async(self._store, _key(meeting, piece), start=begin, end=end)
            )

    async def delete(self, meeting: str) -> int:
        """Remove all of a meeting; how many pieces that were."""
        with _named():
            paths = [one["path"] async for page in obstore.list(self._store, meeting + "/") for one in page]
            if paths:
                await obstore.delete_async(self._store, paths)
        return sum(path.endswith(_SUFFIX) for path in paths)

    async def meetings(self) -> set[str]:
        """Of which there is anything."""
        with _named():
            found = await obstore.list_with_delimiter_async(self._store)
        return {prefix.strip("/") for prefix in found["common_prefixes"]}


def _key(meeting: str, piece: str) -> str:
    return f"{meeting}/{piece}{_SUFFIX}"


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except BaseError as error:
        # Its text may hold addresses with signatures in them.
        raise OSError(f"the bucket did not do it: {type(error).__name__}") from None
