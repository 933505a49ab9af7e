"""Pictures of meetings for servers without a database."""

from typing import cast

from server.store.picture_records import Picture, PictureKind
from server.store.postgres_pictures import PostgresPictures


class _NoPictures:
    async def of_meeting(self, meeting_id: str, kind: PictureKind | None = None) -> tuple[Picture, ...]:
        return ()

    async def not_kept(self, meeting_id: str) -> int:
        return 0

    async def get(self, meeting_id: str, number: int) -> None:
        return None

    async def page(self, meeting_id: str) -> None:
        return None


def no_pictures() -> PostgresPictures:
    """Reads find nothing; a write is a mistake of the test, and there is no method for it."""
    return cast("PostgresPictures", _NoPictures())
