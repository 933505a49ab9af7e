"""Uploads and the job that hears them, over one folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from server.files.folder import Folder
from server.files.hearing import Files
from server.files.job import UploadJob
from server.files.uploads import Uploads
from server.jobs.follow_up import Work
from server.store.postgres_uploads import PostgresUploads


@asynccontextmanager
async def uploading(
    records: PostgresUploads, path: Path, files: Files
) -> AsyncIterator[tuple[Uploads, Work]]:
    """The uploads of the folder at `path`, which is kept tidy until the block ends, and their job."""
    uploads = Uploads(records, Folder(path))
    async with uploads.running():
        yield uploads, UploadJob(records, uploads.folder, files).work
