"""Streams over HTTP: one that goes on and on, or a playlist of HLS with its pieces.

In: an address. Out: what FFmpeg reads. Every request, also those that a playlist or a redirect leads to, goes
through the guarded client; FFmpeg has no network of its own here.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from urllib.parse import urljoin

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from server.guarded.addresses import AddressRefused, HostUnknown
from server.guarded.requests import Requests
from server.ingest.child import playlist
from server.ingest.child.opened import PATIENCE, Failed, Line, LoopBytes, Opened, lost, refused
from server.media import FORMATS

MOST_REDIRECTS: Final = 5
LARGEST_PLAYLIST: Final = 1 << 20
LARGEST_PIECE: Final = 64 << 20
"""Bytes of a piece, which is held as a whole."""
PIECE_SECONDS: Final = 60.0
_PIECES: Final = "hls,mpegts,aac,ac3,eac3,mp3,mov,flac,webvtt"
_HEADERS: Final = {"Accept-Encoding": "identity"}
_BLOCK: Final = 16


class Web:
    """Asks for one source and what it leads to."""

    def __init__(self, requests: Requests, line: Line) -> None:
        self._requests = requests
        self._line = line

    @asynccontextmanager
    async def opened(self, url: str) -> AsyncIterator[Opened]:
        """The stream at an address. Raises `Failed`."""
        async with self._answered(url) as (response, final):
            pieces = response.aiter_raw(1 << 16)
            start = b""
            async with _bounded(PATIENCE):
                while len(start) < 10 and (piece := await anext(pieces, b"")):
                    start += piece
            if not playlist.is_playlist(start):
                whole = {"content-length", "transfer-encoding"} & {*response.headers}
                yield Opened(LoopBytes(self._counted(start, pieces, ends=bool(whole)), self._line), FORMATS)
                return
            async with _bounded(PATIENCE):
                text = await _whole(start, pieces, LARGEST_PLAYLIST)
        yield await self._playlist(_text(text), final)

    async def _playlist(self, text: str, url: str) -> Opened:
        further = playlist.sound_of(text, url)
        if further is not None:
            url, data = await self._fetch(further, LARGEST_PLAYLIST)
            text = _text(data)
            if playlist.sound_of(text, url) is not None:
                raise Failed(lost("The playlist leads to playlists of playlists.").over)
        first = _Piece(text.encode(), url)
        self._line.ended = playlist.is_over(text)
        return Opened(
            first,
            _PIECES,
            format="hls",
            options={"http_persistent": "0", "max_reload": "20", "seg_max_retry": "1"},
            opens=_Opens(self, self._line),
            continuous=True,
        )

    async def piece(self, url: str, options: dict[str, str]) -> bytes:
        """A playlist or a piece as FFmpeg asks for it. Raises `Failed`."""
        plain = url.removeprefix("crypto:").removeprefix("crypto+")
        headers = {}
        if "offset" in options or "end_offset" in options:
            begin, end = int(options.get("offset", 0)), int(options.get("end_offset", 0))
            headers["Range"] = f"bytes={begin}-{end - 1 if end > begin else ''}"
        _, data = await self._fetch(plain, LARGEST_PIECE, headers)
        if "key" in options:
            return _decrypted(data, bytes.fromhex(options["key"]), bytes.fromhex(options.get("iv", "")))
        if playlist.is_playlist(data[:10]):
            self._line.ended = playlist.is_over(_text(data))
        return data

    async def _fetch(self, url: str, most: int, headers: dict[str, str] | None = None) -> tuple[str, bytes]:
        async with _bounded(PIECE_SECONDS), self._answered(url, headers) as (response, final):
            if headers and response.status_code != 206:
                raise lost("The server does not give parts of a file, which the playlist asks for.")
            return final, await _whole(b"", self._counted(b"", response.aiter_raw(1 << 16)), most)

    @asynccontextmanager
    async def _answered(
        self, url: str, headers: dict[str, str] | None = None
    ) -> AsyncIterator[tuple[httpx.Response, str]]:
        """A good answer and its address. Each redirect is a request of its own, checked as the first."""
        async with AsyncExitStack() as stack:
            for _ in range(MOST_REDIRECTS + 1):
                try:
                    response = await stack.enter_async_context(
                        self._requests.answered("GET", url, {**_HEADERS, **(headers or {})})
                    )
                except AddressRefused as error:
                    raise refused(str(error), "address_refused") from None
                except (HostUnknown, httpx.HTTPError, OSError) as error:
                    raise _unreached(error) from None
                if not response.has_redirect_location:
                    break
                url = urljoin(url, response.headers["location"])
                await stack.aclose()
            else:
                raise lost(f"The server redirects more than {MOST_REDIRECTS} times.")
            if response.status_code not in {200, 206}:
                raise lost(f"The server of the stream answered {response.status_code}.")
            yield response, url

    async def _counted(
        self, start: bytes, pieces: AsyncIterator[bytes], *, ends: bool = False
    ) -> AsyncIterator[bytes]:
        """The pieces, counted. With `ends` their end is that of the stream."""
        if start:
            self._line.bytes += len(start)
            yield start
        try:
            async for piece in pieces:
                self._line.bytes += len(piece)
                yield piece
        except (httpx.HTTPError, OSError) as error:
            raise _unreached(error) from None
        self._line.ended = self._line.ended or ends


class _Opens:
    """FFmpeg's way to what a playlist names, from its thread."""

    def __init__(self, web: Web, line: Line) -> None:
        self._web = web
        self._line = line
        self._loop = asyncio.get_running_loop()

    def __call__(self, url: str, flags: int, options: dict[str, str]) -> "_Piece":
        """Nothing is an empty piece, from which FFmpeg goes on to the next one: PyAV 18 does not survive an
        error here when a playlist is asked for again."""
        try:
            data = asyncio.run_coroutine_threadsafe(self._web.piece(url, options), self._loop).result()
        except Failed as failed:
            self._line.stumble(failed)
            data = b""
        except ValueError:  # A piece that cannot be decrypted.
            data = b""
        return _Piece(data, url)


class _Piece(io.BytesIO):
    """Bytes with the address by which FFmpeg finds what they name."""

    def __init__(self, data: bytes, url: str) -> None:
        super().__init__(data)
        self.name = url


@asynccontextmanager
async def _bounded(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise lost(f"The server of the stream did not answer within {seconds:g} seconds.") from None
    except (httpx.HTTPError, OSError) as error:
        raise _unreached(error) from None


async def _whole(start: bytes, pieces: AsyncIterator[bytes], most: int) -> bytes:
    data = bytearray(start)
    async for piece in pieces:
        data += piece
        if len(data) > most:
            raise lost(f"A part of the stream has more than {most >> 20} MiB.")
    return bytes(data)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def _decrypted(data: bytes, key: bytes, iv: bytes) -> bytes:
    """AES-128-CBC with PKCS7 (RFC 8216 §4.3.2.4). Raises `ValueError`."""
    if len(data) % _BLOCK or not data:
        raise ValueError("a piece is not whole")
    decryptor = Cipher(algorithms.AES128(key), modes.CBC(iv)).decryptor()
    plain = decryptor.update(data) + decryptor.finalize()
    padding = plain[-1]
    return plain[:-padding] if 1 <= padding <= _BLOCK else plain


def _unreached(error: Exception) -> Failed:
    if isinstance(error, HostUnknown):
        return lost(str(error))
    return lost(f"The connection to the source failed ({type(error).__name__}).")
