"""Debian's FFmpeg as an encoder that sends a live stream, or writes one: no faster than it is spoken."""

import asyncio
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

SILENCE = ("-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono")
FORMS = {
    "rtmp": ("-c:a", "aac", "-f", "flv"),
    "rtsp": ("-c:a", "aac", "-f", "rtsp", "-rtsp_transport", "tcp"),
    "http": ("-c:a", "libopus", "-f", "webm", "-method", "POST"),
}
"""How FFmpeg writes a stream for each kind of address."""


@asynccontextmanager
async def sending(
    kind: str, address: str, seconds: float, sound: Path | None = None
) -> AsyncIterator[Process]:
    """Send so many seconds of a file, or of silence, to an address; killed at the end of the block."""
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg is not installed")
    source = SILENCE if sound is None else ("-i", str(sound))
    process = await asyncio.create_subprocess_exec(
        *(program, "-loglevel", "error", "-re", *source, "-t", str(seconds), *FORMS[kind], address),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
