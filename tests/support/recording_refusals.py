"""Small clients of recordings, each of which is refused, and says what it was told."""

from pathlib import Path
from tempfile import TemporaryDirectory

from server.recording.address import BucketAddress
from server.recording.bucket import Bucket
from server.recording.shelf import Shelf
from server.recording.vault import Vault
from server.store.postgres import PostgresStore
from tests.support.node import node
from tests.support.recording import a_recording
from tests.support.refusals import MEETINGS, Scenario, Told, told

NOBODY = BucketAddress(
    "nobody", "", "http://127.0.0.1:1", "us-east-1", {"access_key_id": "x", "secret_access_key": "x"}
)


def hears(name: str | None = None, *, carried: bool = False, **headers: str) -> Scenario:
    """Ask for a recording, or for another one by its name; `carried` to a bucket that is not there."""

    async def act(store: PostgresStore) -> Told:
        with TemporaryDirectory() as folder:
            vault = Vault(Path(folder), Bucket(NOBODY, patience=0.5) if carried else None, free=0)
            meeting, recording = await a_recording(store, vault)
            if carried:
                await store.recordings.carried(recording)
            async with (
                node(store, recordings=Shelf(vault, store.recordings)) as one,
                one.client() as client,
            ):
                address = f"{MEETINGS}/{meeting}/recordings/{name or recording}"
                answer = await client.get(address, headers=headers)
        return told(answer.status_code, answer.content)

    return act


SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("range_not_satisfiable", 416): (
        hears(Range="bytes=9999999-"),
        "The range begins behind the end; `Content-Range` has the size.",
    ),
    ("recording_not_found", 404): (
        hears("ses_x-0-0"),
        "There is no recording with this id, or this server has it not.",
    ),
    ("recording_unavailable", 503): (
        hears(carried=True),
        "Where recordings are kept does not answer; try again.",
    ),
}
