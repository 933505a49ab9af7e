"""Recordings without speaking: a stored session with a piece of sound."""

from pathlib import Path

import numpy as np

from server.recording.piece import Piece
from server.recording.reel import complete
from server.recording.vault import Vault
from server.store.postgres import PostgresStore
from server.store.recording_records import NewRecording
from server.store.records import NewMeeting, NewSession
from streaming.segments import Coverage
from tests.support.recordings import RATE, Samples


async def a_session(store: PostgresStore, meeting: str, name: str, seconds: float) -> None:
    """A session that has ended."""
    await store.open_session(meeting, NewSession(name, "pcm_s16le", RATE, 1))
    position, heard = round(seconds * RATE), Coverage(seconds, seconds)
    await store.close_session(name, position=position, duration=seconds, coverage=heard)


async def recorded(
    store: PostgresStore,
    vault: Vault,
    meeting: str,
    session: str,
    sound: Samples,
    begin: int = 0,
    *,
    channel: int = 0,
) -> str:
    """A complete piece of a track of a session; its id."""
    name = f"{session}-{channel}-{begin}"
    await store.recordings.add(NewRecording(name, meeting, session, channel, None, begin, vault.name))
    piece = Piece(vault.file(meeting, name), begin)
    piece.write((np.clip(sound, -1, 1) * 32_767).astype(np.int16))
    piece.close()
    await complete(name, meeting, piece.path, begin, store.recordings)
    return name


async def a_recording(store: PostgresStore, vault: Vault, seconds: float = 1.0) -> tuple[str, str]:
    """A meeting with one piece of silence: both ids."""
    meeting = (await store.create_meeting(NewMeeting(record=True))).id
    await a_session(store, meeting, f"ses_{meeting}", seconds)
    sound = np.zeros(round(seconds * RATE), np.float32)
    return meeting, await recorded(store, vault, meeting, f"ses_{meeting}", sound)


def vault_in(folder: Path) -> Vault:
    """One that does not mind a full disk."""
    return Vault(folder, free=0)
