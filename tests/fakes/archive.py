"""No archive: what `server.store.postgres_archive.Archive` gives where nothing was stored."""

from typing import cast

from server.store.found import Hits, Wanted
from server.store.postgres_archive import Archive


class _NoArchive:
    async def search(self, wanted: Wanted, *, cursor: str | None = None, limit: int = 50) -> Hits:
        return Hits((), None)


def no_archive() -> Archive:
    """Reads find nothing; a write is a mistake of the test, and there is no method for it."""
    return cast("Archive", _NoArchive())
