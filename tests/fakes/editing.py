"""No editing: nobody has changed a transcript, and nobody may."""

from collections.abc import Collection
from typing import cast

from server.store.correction_records import Speaker
from server.store.edits import Edits
from server.store.postgres_editing import Editing


class _NoEditing:
    async def speakers(self, meeting_id: str) -> tuple[Speaker, ...]:
        return ()

    async def edits(self, meeting_id: str, finals: Collection[str] | None) -> Edits:
        return Edits(None, ())


def no_editing() -> Editing:
    """Reads find nothing; a write is a mistake of the test, and there is no method for it."""
    return cast("Editing", _NoEditing())
