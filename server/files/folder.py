"""The folder in which recordings lie until they are heard: bounded, and the same after any crash.

In: pieces of files. Out: paths. A file's length on disk is how much of it was received. Blocks: whoever is on
the event loop calls from a thread. What nobody knows is removed when it is an hour old.
"""

import os
import secrets
import shutil
import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

from streaming.errors import ProtocolError

MOST_BYTES: Final = 32 << 30
"""Of all files together, received or awaited."""
FREE_BYTES: Final = 1 << 30
"""Left to the rest of the machine."""
FILE_BYTES: Final = 4 << 30
"""Of one file: half a day of stereo at 48 kHz, uncompressed, is less than twice that."""
UNKNOWN_SECONDS: Final = 3600.0


class Folder:
    """A folder with a name of its own, which it keeps."""

    def __init__(
        self, path: Path, *, most: int = MOST_BYTES, free: int = FREE_BYTES, each: int = FILE_BYTES
    ) -> None:
        """`most`, `free`, `each`: see the constants."""
        self._path = path
        self._most = most
        self._free = free
        self.each = each
        path.mkdir(parents=True, exist_ok=True)
        self.name = lasting_name(path / "name")

    def file(self, upload: str) -> Path:
        """Where an upload's file is, or will be."""
        return self._path / upload

    def received(self, upload: str) -> int:
        """Bytes of it that are here."""
        try:
            return self.file(upload).stat().st_size
        except FileNotFoundError:
            return 0

    def check_room(self, held: Collection[int], size: int) -> None:
        """Refuse a file of `size` bytes beside those `held`. Raises `ProtocolError` `upload_too_big` (413) or
        `no_room` (507)."""
        if size > self.each:
            message = f"A file may have {self.each} bytes at the most; compress it, or send it in parts."
            raise ProtocolError("upload_too_big", message, status=413)
        if sum(held) + size > self._most or shutil.disk_usage(self._path).free - size < self._free:
            raise no_room()

    def append(self, upload: str, data: bytes) -> None:
        """Write at the end. Raises `ProtocolError` `no_room`."""
        try:
            with self.file(upload).open("ab") as file:
                file.write(data)
        except OSError as error:
            raise no_room() from error

    def seal(self, upload: str) -> None:
        """All is received: have it on the disk itself."""
        with self.file(upload).open("ab") as file:
            os.fsync(file.fileno())

    def remove(self, upload: str) -> None:
        """Forget it."""
        self.file(upload).unlink(missing_ok=True)

    def sweep(self, known: Collection[str]) -> int:
        """Remove what nobody knows, an hour after it was last written; how many."""
        before = time.time() - UNKNOWN_SECONDS
        unknown = [
            path
            for path in self._path.iterdir()
            if path.name not in known and path.name.startswith("up_") and path.stat().st_mtime < before
        ]
        for path in unknown:
            path.unlink(missing_ok=True)
        return len(unknown)


def no_room() -> ProtocolError:
    """The error when the disk, or what may be used of it, is full."""
    return ProtocolError(
        "no_room", "The server has no room for the file now; send it when others are done.", status=507
    )


def lasting_name(path: Path) -> str:
    """The name in a file, made if there is none: processes that come to a new folder at once agree on one."""
    made = path.with_suffix(f".{secrets.token_hex(4)}")
    made.write_text(secrets.token_hex(8))
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return path.read_text()
