"""What crashes left is completed, each piece for itself."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import CapturingLogger

from server.recording import keeping
from server.recording.keeping import SETTLED_SECONDS, Keeping
from server.recording.piece import Piece
from server.recording.vault import Vault
from server.store.postgres import PostgresStore
from server.store.recording_records import NewRecording
from server.store.records import NewMeeting
from tests.support.recording import a_session, vault_in
from tests.support.recordings import RATE


async def left_behind(store: PostgresStore, vault: Vault, session: str) -> tuple[str, str]:
    """A piece of a session that is over, which nobody completed: its meeting's id and its own."""
    meeting = (await store.create_meeting(NewMeeting(record=True))).id
    await a_session(store, meeting, session, 1.0)
    name = f"{session}-0-0"
    await store.recordings.add(NewRecording(name, meeting, session, 0, None, 0, vault.name))
    piece = Piece(vault.file(meeting, name), 0)
    piece.write(np.zeros(RATE, np.int16))
    piece.close()
    long_ago(piece.path)
    return meeting, name


def long_ago(path: Path) -> None:
    at = time.time() - 2 * SETTLED_SECONDS
    os.utime(path, (at, at))


async def test_a_piece_that_cannot_be_read_keeps_no_other_from_being_completed(
    store: PostgresStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "log", logger := CapturingLogger())
    vault = vault_in(tmp_path / "recordings")
    first, unreadable = await left_behind(store, vault, "ses_a")
    file = vault.file(first, unreadable)
    file.unlink()
    file.mkdir()
    long_ago(file)
    second, missing = await left_behind(store, vault, "ses_b")
    vault.file(second, missing).unlink()
    third, whole = await left_behind(store, vault, "ses_c")
    await Keeping(vault, store.recordings).look()
    told = [(*one.args, one.kwargs["recording"]) for one in logger.calls if one.method_name == "warning"]
    assert told == [("recording_not_kept", unreadable)]
    kept = await store.recordings.get(third, whole)
    assert kept is not None
    assert kept.end == RATE
    assert await store.recordings.get(second, missing) is None
    assert await store.recordings.get(first, unreadable) is not None
