"""Recording, over a folder or a bucket."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from server.metrics import Metrics
from server.recording.address import bucket_address, in_bucket
from server.recording.keeping import Keeping
from server.recording.recorder import Recorder
from server.recording.vault import Vault
from server.store.postgres_recordings import PostgresRecordings


def vault_of(given: str | None, data: Path, environment: Mapping[str, str]) -> Vault:
    """Where recordings are kept: as the setting says, else in the data folder. Keys of a bucket are taken
    from the environment. Raises `OSError` for a folder that cannot be made."""
    if given is not None and in_bucket(given):
        # Imported here: it is large, and needed only where there is a bucket.
        from server.recording.bucket import Bucket  # noqa: PLC0415

        return Vault(data / "recordings", Bucket(bucket_address(given, environment)))
    return Vault(data / "recordings" if given is None else Path(given))


@asynccontextmanager
async def recording(vault: Vault, records: PostgresRecordings, metrics: Metrics) -> AsyncIterator[Recorder]:
    """Who records into a vault, and looks after it, until the block ends."""
    recorder = Recorder(vault, records, Keeping(vault, records), metrics)
    async with recorder.running():
        yield recorder
