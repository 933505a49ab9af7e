"""Where the audio of a command comes from: a file in any format, or raw samples on standard input.

Gives arrays of 16 kHz mono. A file that holds no audio is refused before anything is connected.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from itertools import chain
from pathlib import Path

from asr.types import Waveform
from server.media import read_file
from streaming import pcm
from streaming.commands import AudioFormat, Encoding
from streaming.errors import ProtocolError

_STDIN = AudioFormat(Encoding.PCM_S16LE)
_BUFFER = 64 * 1024
"""Bytes read ahead from standard input; beyond them the writer waits."""


def file_audio(path: Path) -> Iterator[Waveform]:
    """The audio of a file, already opened and found to have some. Raises ProtocolError."""
    pieces = read_file(path)
    first = next((piece for piece in pieces if len(piece)), None)
    if first is None:
        raise ProtocolError("no_audio", f"{path} holds no audio.")
    return chain([first], pieces)


async def standard_input() -> AsyncIterator[Waveform]:
    """Raw PCM s16le, 16 kHz mono, as it comes."""
    rest = b""
    async for data in _standard_bytes():
        whole = rest + data
        even = len(whole) - len(whole) % 2
        rest = whole[even:]
        yield pcm.decode(whole[:even], _STDIN)[:, 0]


async def _standard_bytes() -> AsyncIterator[bytes]:
    reader = asyncio.StreamReader(limit=_BUFFER)
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer
        )
    except ValueError:  # a regular file was redirected: it never makes the loop wait
        while data := sys.stdin.buffer.read(_BUFFER):
            yield data
        return
    try:
        while data := await reader.read(_BUFFER):
            yield data
    finally:
        transport.close()
