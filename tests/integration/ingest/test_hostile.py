"""Sources that lead elsewhere: to files, to this machine, to private networks. Nothing is asked for there.

The first address is taken for a public one; all that it leads to is judged as it is.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

import server.guarded.requests as guarded
from server.guarded.addresses import checked_addresses
from server.guarded.requests import Requests
from server.ingest.child.decoding import decoded
from server.ingest.child.opened import Failed, Line
from server.ingest.child.relay import pulled
from server.ingest.child.web import Web
from server.ingest.records import Over, Sound
from tests.support.media import pack, tone
from tests.support.server import running
from tests.support.sources import RtspSource, talk

PUBLIC = "public.example"
HEAD = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that counts as public, and one that anybody may point at this machine."""
    real = socket.getaddrinfo

    def asked(host: Any, *rest: Any, **options: Any) -> Any:
        return real("127.0.0.1" if host == "inner.example" else host, *rest, **options)

    async def checked(host: str, port: int, *, allow_private: bool = False) -> list[str]:
        return ["127.0.0.1"] if host == PUBLIC else await checked_addresses(host, port)

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    monkeypatch.setattr(guarded, "checked_addresses", checked)


@asynccontextmanager
async def serving(playlists: dict[str, str]) -> AsyncIterator[tuple[str, list[str]]]:
    """Playlists by name, in which PORT stands for the port; and the paths below `/inner` that were asked for.
    What is below `/to` redirects there."""
    asked: list[str] = []

    async def get(request: Request) -> Response:
        port = request.url.port
        path = request.path_params["path"]
        if path.startswith("inner"):
            asked.append(path)
            return Response(pack(tone(1), "adts", "aac"))
        if path.startswith("to/"):
            return RedirectResponse(f"http://127.0.0.1:{port}/inner/{path}")
        return Response(playlists[path].replace("PORT", str(port)))

    async with running(Starlette(routes=[Route("/{path:path}", get)])) as url:
        yield url.replace("127.0.0.1", PUBLIC), asked


async def heard(url: str) -> tuple[Over, int]:
    """What became of a source, and the samples that were heard."""
    line, samples = Line(), 0
    try:
        async with Web(Requests(), line).opened(url) as opened:
            records = await asyncio.to_thread(lambda: list(decoded(opened)))
            samples = sum(len(one.samples) for one in records if isinstance(one, Sound))
    except Failed as failed:
        line.fail(failed)
    return line.over(), samples


PIECES = {
    "private": "http://127.0.0.1:PORT/inner/1.aac",
    "a number": "http://2130706433:PORT/inner/1.aac",
    "a name of a private address": "http://inner.example:PORT/inner/1.aac",
    "a redirect": "to/1.aac",
    "metadata": "http://169.254.169.254/latest/meta-data.aac",
    "a scheme": "ftp://127.0.0.1:PORT/inner/1.aac",
    "within crypto": "crypto+http://127.0.0.1:PORT/inner/1.aac",
}


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
async def test_a_piece_elsewhere_is_not_asked_for(piece: str) -> None:
    ended = f"{HEAD}#EXTINF:1,\n{piece}\n#EXT-X-ENDLIST\n"
    async with serving({"x.m3u8": ended}) as (url, asked):
        over, samples = await heard(f"{url}/x.m3u8")
    assert (asked, samples) == ([], 0)
    assert over.how != "ended" or over.code, over


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    "line",
    [
        '#EXT-X-MAP:URI="http://127.0.0.1:PORT/inner/init.mp4"',
        '#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1:PORT/inner/key"',
        '#EXT-X-KEY:METHOD=AES-128,URI="file:///etc/hostname"',
    ],
)
async def test_what_a_piece_needs_elsewhere_is_not_asked_for(line: str) -> None:
    ended = f"{HEAD}{line}\n#EXTINF:1,\nhttp://127.0.0.1:PORT/inner/1.aac\n#EXT-X-ENDLIST\n"
    async with serving({"x.m3u8": ended}) as (url, asked):
        _, samples = await heard(f"{url}/x.m3u8")
    assert (asked, samples) == ([], 0)


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize("form", ["file://{0}", "{0}", "crypto:file://{0}", "concat:{0}", "subfile,,:{0}"])
async def test_no_file_of_the_server_is_heard(form: str, tmp_path: Path) -> None:
    path = tmp_path / "secret.aac"
    path.write_bytes(pack(tone(1), "adts", "aac"))
    ended = f"{HEAD}#EXTINF:1,\n{form.format(path)}\n#EXT-X-ENDLIST\n"
    master = f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{form.format(path)}\n"
    playlists = {"x.m3u8": ended, "m.m3u8": master, str(path).lstrip("/"): "nothing"}
    async with serving(playlists) as (url, _):
        for name in ("x.m3u8", "m.m3u8"):
            assert (await heard(f"{url}/{name}"))[1] == 0


@pytest.mark.usefixtures("names")
async def test_a_playlist_elsewhere_is_not_asked_for() -> None:
    master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://127.0.0.1:PORT/inner/x.m3u8\n"
    async with serving({"m.m3u8": master}) as (url, asked):
        for path in ("m.m3u8", "to/x.m3u8"):
            over, samples = await heard(f"{url}/{path}")
            assert (over.how, over.code, samples) == ("refused", "address_refused", 0)
    assert asked == []


@pytest.mark.usefixtures("names")
async def test_a_source_that_redirects_without_end_is_left() -> None:
    async def again(request: Request) -> Response:
        return RedirectResponse(str(request.url))

    async with running(Starlette(routes=[Route("/{path:path}", again)])) as url:
        over, _ = await heard(url.replace("127.0.0.1", PUBLIC))
    assert over.sentence == "The server redirects more than 5 times."


async def test_a_camera_that_redirects_is_not_followed() -> None:
    came = asyncio.Event()

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.set()
        writer.close()

    other = await asyncio.start_server(take, "127.0.0.1", 0)
    there = other.sockets[0].getsockname()[1]

    def answer(method: str, sequence: str) -> bytes | None:
        moved = f"RTSP/1.0 302 Moved\r\n{sequence}\r\nLocation: rtsp://127.0.0.1:{there}/\r\n\r\n"
        return moved.encode() if method == "DESCRIBE" else None

    source, line = RtspSource(talk("one"), answer), Line()
    async with other, source.served() as url:
        with pytest.raises(Failed):
            async with pulled(url, line, allow_private=True) as opened:
                await asyncio.to_thread(lambda: list(decoded(opened)))
    assert line.fault == Over(
        "refused", "source_refused", "The server redirects elsewhere, which is not followed."
    )
    assert not came.is_set()


async def test_a_private_camera_is_not_asked() -> None:
    source = RtspSource(talk("one"))
    async with source.served() as url:
        for address in (url, url.replace("127.0.0.1", "localhost"), "rtsp://169.254.169.254/"):
            with pytest.raises(Failed, match="which is a"):
                async with pulled(address, Line(), allow_private=False):
                    pass
    assert source.asked == []
