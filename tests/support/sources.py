"""Sources of live streams on this machine: HTTP, live HLS and RTSP, which stop and come back when told to.

Their sound is coded without loss, so that the scripted recognizer reads its words. They send no faster than
it is spoken.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from asr.types import SAMPLE_RATE, Waveform
from tests.support.server import running
from tests.support.speech import join, say, silence

PIECE = SAMPLE_RATE // 10
PACKET = SAMPLE_RATE // 50
WINDOW = 4
"""Pieces in a playlist."""


def talk(*words: str) -> Waveform:
    """Each word in a second of its own, at its beginning."""
    return join(*(part for word in words for part in (say(word), silence(1 - 0.27))))


def s16(audio: Waveform) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """As 16-bit samples."""
    found: np.ndarray[tuple[int], np.dtype[np.int16]] = np.round(audio * 32_767).astype("<i2")
    return found


def frames(audio: Waveform, size: int = PIECE) -> Iterator[av.AudioFrame]:
    """For an encoder."""
    for at in range(0, len(audio), size):
        frame = av.AudioFrame.from_ndarray(s16(audio[at : at + size])[np.newaxis], "s16", "mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, at
        yield frame


def matroska(audio: Waveform) -> bytes:
    """The sound in a container without an end that is known."""
    target = io.BytesIO()
    with av.open(target, "w", format="matroska", options={"live": "1"}) as output:
        stream = output.add_stream("pcm_s16le", rate=SAMPLE_RATE, layout="mono")
        for frame in frames(audio):
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return target.getvalue()


@dataclass
class HttpSource:
    """A broadcast over HTTP that begins anew with each connection. `cut` breaks what is connected; while
    `away` nobody is served. With `whole` its end is told as such; `most` were served at once."""

    audio: Waveform
    whole: bool = False
    away: bool = False
    asked: int = 0
    most: int = 0
    _now: int = 0
    _cut: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """Its address."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/live"
        finally:
            self.cut()
            server.close()

    def cut(self) -> None:
        """Break the connection."""
        self._cut.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            if self.away:
                return
            self._cut.clear()
            self._now += 1
            self.most = max(self.most, self._now)
            data = matroska(self.audio)
            length = f"Content-Length: {len(data)}\r\n" if self.whole else ""
            writer.write(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode())
            try:
                await self._send(writer, data)
            finally:
                self._now -= 1
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            with suppress(OSError):
                writer.close()

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """A tenth of a second at a time."""
        size = 2 * PIECE
        for at in range(0, len(data), size):
            if self._cut.is_set():
                return
            writer.write(data[at : at + size])
            await writer.drain()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await self._cut.wait()


@dataclass
class HlsSource:
    """Live HLS in pieces of a second, which appear as they are spoken from the first request on. While `away`
    nothing is served; the broadcast goes on."""

    audio: Waveform
    away: bool = False
    pieces: dict[str, bytes] = field(default_factory=dict)
    _began: float | None = None

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """The address of its playlist."""
        await asyncio.to_thread(self._encode)
        app = Starlette(routes=[Route("/{name}", self._get)])
        async with running(app) as url:
            yield f"{url}/live.m3u8"

    def _encode(self) -> None:
        options = {"hls_time": "1", "hls_list_size": "0", "hls_segment_type": "fmp4", "strict": "-2"}
        with TemporaryDirectory() as folder:
            with av.open(f"{folder}/live.m3u8", "w", format="hls", options=options) as output:
                stream = output.add_stream("flac", rate=SAMPLE_RATE, layout="mono", options={"strict": "-2"})
                for frame in frames(self.audio, SAMPLE_RATE // 20):
                    output.mux(stream.encode(frame))
                output.mux(stream.encode(None))
            self.pieces = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        self.playlist = self.pieces.pop("live.m3u8").decode()

    async def _get(self, request: Request) -> Response:
        name = request.path_params["name"]
        if self.away:
            return Response(status_code=503)
        if name == "live.m3u8":
            return Response(self._now(), media_type="application/vnd.apple.mpegurl")
        return Response(self.pieces[name]) if name in self.pieces else Response(status_code=404)

    def _now(self) -> str:
        """The last pieces that were spoken already."""
        lines = self.playlist.splitlines()
        pairs = [(line, lines[at + 1]) for at, line in enumerate(lines) if line.startswith("#EXTINF")]
        now = asyncio.get_running_loop().time()
        self._began = self._began or now
        spoken = int(now - self._began) + WINDOW
        first = max(0, min(spoken, len(pairs)) - WINDOW)
        head = [
            *("#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:1", f"#EXT-X-MEDIA-SEQUENCE:{first}"),
            '#EXT-X-MAP:URI="init.mp4"',
        ]
        shown = [line for pair in pairs[first:spoken] for line in pair]
        return "\n".join([*head, *shown, *(["#EXT-X-ENDLIST"] if spoken >= len(pairs) else [])])


@dataclass
class RtspSource:
    """A camera that is asked by RTSP and sends 16-bit samples over the same connection. `answer` may answer a
    request otherwise."""

    audio: Waveform
    answer: Callable[[str, str], bytes | None] = lambda method, sequence: None
    asked: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """Its address."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"rtsp://127.0.0.1:{server.sockets[0].getsockname()[1]}/camera"
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                method, url, _ = lines[0].split(" ")
                sequence = next(line for line in lines if line.lower().startswith("cseq"))
                self.asked.append(method)
                given = self.answer(method, sequence)
                writer.write(given if given is not None else self._answer(method, url, sequence))
                if method == "PLAY":
                    await self._play(writer)
                    return
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, method: str, url: str, sequence: str) -> bytes:
        body, more = "", "Session: 7\r\n"
        if method == "DESCRIBE":
            body = (
                "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
                "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 L16/16000/1\r\na=control:track1\r\n"
            )
            more = f"Content-Type: application/sdp\r\nContent-Base: {url}/\r\n"
        if method == "OPTIONS":
            more = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
        if method == "SETUP":
            more += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        return f"RTSP/1.0 200 OK\r\n{sequence}\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    async def _play(self, writer: asyncio.StreamWriter) -> None:
        samples = s16(self.audio).astype(">i2").tobytes()
        size = 2 * PACKET
        for number in range(len(samples) // size):
            head = b"\x80\x61" + number.to_bytes(2) + (number * PACKET).to_bytes(4) + b"\0\0\0\7"
            packet = head + samples[number * size : (number + 1) * size]
            writer.write(b"$\0" + len(packet).to_bytes(2) + packet)
            await writer.drain()
            await asyncio.sleep(PACKET / SAMPLE_RATE)
