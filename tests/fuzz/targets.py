"""What is fuzzed: each target takes bytes, and returns. Any exception is a find.

A target feeds the bytes to one reader of hostile input as the server does, lets pass the error that the
reader promises, and checks what it gives back. `SEEDS` are inputs from which a search begins.
"""

import asyncio
import json
import math
import resource
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, quote

import jwt
import numpy as np
from starlette.datastructures import QueryParams
from starlette.requests import Request

from server.access.keys import hash_of
from server.access.place import by_origin, by_place
from server.access.tokens import Secret, kid_of, read
from server.http.filenames import content_disposition
from server.http.models import CaptionsQuery, ListQuery, MeetingBody, TranscriptQuery
from server.http.operations import meeting_id
from server.http.reading import read_body, read_query
from server.http.search import SearchQuery
from server.http.transcripts import render
from server.live.captions import _answer
from server.media import BOMB_ALLOWANCE, BOMB_SECONDS_PER_BYTE, AudioReader
from server.store.columns import clean
from server.store.cursor import read_cursor
from server.store.records import Meeting
from server.store.resuming import check_token
from server.store.search import matches
from streaming.commands import Audio, AudioFormat, Encoding, Ping, Resume, Start
from streaming.decoding import PcmDecoder
from streaming.errors import NotAllowed, ProtocolError
from streaming.events import Caption, Pong, Problem
from streaming.pcm import Frames
from streaming.progress import start_as_json, start_of_json
from streaming.protocols.deepgram import DeepgramCodec
from streaming.protocols.flux import FluxCodec
from streaming.protocols.native import NativeCodec, encode
from streaming.segments import Segment, TimedWord
from tests.support.media import pack, tone

SIGNED_WITH = Secret("sig", "0" * 43)
LONGEST = 16_384
"""Bytes of one input."""
MOST_BYTES = 256 << 20
"""Memory that one input may take for a moment."""
LONGEST_MESSAGE = 600
"""Characters of a refusal: a peer cannot have its own message sent back."""


def native(data: bytes) -> None:
    """Frames of one socket: each is a byte that says its kind, two of length, and its payload."""
    codec, decoder = NativeCodec(), None
    for kind, payload in _frames(data):
        try:
            text = payload.decode(errors="surrogateescape")
            received = codec.receive_text(text) if kind % 2 else codec.receive_bytes(payload)
            (command,) = received.commands
            if isinstance(command, Start):
                decoder = _begun(command)
            elif isinstance(command, Audio) and decoder is not None:
                _check(decoder.feed(command.data))
            elif isinstance(command, Resume):
                check_token(hash_of("another"), hash_of(command.token))
            elif isinstance(command, Ping):
                json.loads(encode(Pong(command.id)))
        except ProtocolError as error:
            _refused(error)


def deepgram(data: bytes) -> None:
    """The query of a handshake in one line, then frames as of `native`, over both wires of Deepgram."""
    query, _, frames = data.partition(b"\n")
    asked = parse_qs(query.decode(errors="surrogateescape"), keep_blank_values=True)
    for wire in (DeepgramCodec, FluxCodec):
        try:
            codec = wire(asked, "r", datetime(2026, 1, 1, tzinfo=UTC))
            _begun(codec.wishes.start)
            for kind, payload in _frames(frames):
                text = payload.decode(errors="surrogateescape")
                received = codec.receive_text(text) if kind % 2 else codec.receive_bytes(payload)
                for reply in received.replies:
                    assert len(json.loads(reply)["type"]) < LONGEST_MESSAGE
        except ProtocolError as error:
            _refused(error)


def _begun(start: Start) -> PcmDecoder | None:
    assert start_of_json(json.loads(json.dumps(start_as_json(start)))) == start
    for text in (start.title, start.speaker, start.track, *start.hotwords):
        clean(text or "").encode()
    segment = Segment("s", 0.0, 1.0, "", "en", speaker=start.speaker, track=start.track)
    encode(Caption(1, segment)).encode(errors="replace")
    return None if start.audio.encoding is Encoding.AUTO else PcmDecoder(start.audio, start.multichannel)


def pcm(data: bytes) -> None:
    """Raw audio in any format, cut anywhere on whole frames, lost and sent again in between."""
    head, rest = data[:6], data[6:]
    if len(head) < 6:
        return
    encoding = list(Encoding)[head[0] % 4]
    audio = AudioFormat(encoding, int.from_bytes(head[1:4], "big"), head[4] % 10)
    try:
        decoder = PcmDecoder(audio, multichannel=head[5] % 2 == 1)
        for kind, payload in _frames(rest):
            _check(decoder.feed(payload))
            if kind == 0:
                decoder.rewind()
        _check(decoder.finish())
    except ProtocolError as error:
        _refused(error)


class _Pipe:
    """Bytes that come in pieces and cannot be rewound."""

    def __init__(self, data: bytes) -> None:
        self._data = BytesIO(data)

    def read(self, size: int) -> bytes:
        """The next ones."""
        return self._data.read(min(size, 1_000))


def container(data: bytes) -> None:
    """A file of any format."""
    seconds, before = 0.0, _peak()
    reader = AudioReader(_Pipe(data), multichannel=len(data) % 2 == 1, received=lambda: len(data))
    try:
        for tracks in reader:
            _check(tracks)
            seconds += tracks.shape[1] / 16_000
    except ProtocolError as error:
        _refused(error)
    assert _peak() - before < MOST_BYTES, "a small file took much memory"
    assert seconds <= BOMB_ALLOWANCE + BOMB_SECONDS_PER_BYTE * len(data) + 60


def _peak() -> int:
    """The most memory that this process has held so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def query(data: bytes) -> None:
    """A query as it stands in an address, its cursor and its words, and an id."""
    values = QueryParams(data.decode("latin-1"))
    for model in (ListQuery, CaptionsQuery, TranscriptQuery, SearchQuery):
        try:
            found = read_query(values, model)
            if isinstance(found, ListQuery):
                matches(found.q)
                read_cursor(found.cursor or "")
        except ProtocolError as error:
            _refused(error)
    try:
        meeting_id(data.decode(errors="replace"))
    except ProtocolError as error:
        _refused(error)


def body(data: bytes) -> None:
    """The body of a request that makes or changes a meeting."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": data, "more_body": False}

    request = Request({"type": "http", "headers": []}, receive)
    try:
        found = _loop().run_until_complete(read_body(request, MeetingBody))
    except ProtocolError as error:
        _refused(error)
    else:
        json.dumps(found.changes())
        found.new()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One for all inputs: making a loop costs more than reading a body."""
    return asyncio.new_event_loop()


def headers(data: bytes) -> None:
    """What a call shows of itself, one header a line."""
    host, origin, token, *_ = [*data.decode("latin-1").split("\n"), "", "", ""]
    for refusal in (
        by_place(host, origin or None),
        by_origin(("https://a.example",), host, origin or None, same_site=not origin),
    ):
        if refusal is not None:
            _refused(refusal)
    try:
        kid_of(token)
        read(token, SIGNED_WITH, datetime.now(UTC))
    except NotAllowed as error:
        _refused(error)


def _token(**claims: Any) -> bytes:
    payload = {"aud": "steno", "iat": 1_700_000_000, "exp": 4_000_000_000, **claims}
    return jwt.encode(payload, SIGNED_WITH.value, "HS256", headers={"kid": SIGNED_WITH.kid}).encode()


def viewer(data: bytes) -> None:
    """What a viewer of captions says."""
    text = data[1:].decode(errors="surrogateescape")
    try:
        pong = _answer({"text": text} if data[:1] < b"\xf0" else {"bytes": data})
        json.loads(encode(pong))
    except ProtocolError as error:
        _refused(error)


def transcript(data: bytes) -> None:
    """Words that anybody may have said, written in every format; each line is a segment or its speaker."""
    lines = data.decode(errors="replace").split("\n")
    segments = []
    for number, line in enumerate(lines[1:40]):
        start = float(len(line) * number % 50_000)
        said = line.split(" ")
        words = tuple(TimedWord(word, start + at, start + at + 1, 0.5) for at, word in enumerate(said))
        words = words if number % 2 else ()
        segments.append(
            Segment(str(number), start, start + len(said), line, "en", words, lines[number], lines[0][:9])
        )
    for form in ("json", "txt", "md", "vtt", "srt"):
        query = TranscriptQuery(format=form, words=True)
        written = render(query, _meeting(lines[0]), segments).decode()
        if form == "json":
            json.loads(written)
        if form in {"vtt", "srt"}:
            _check_cues(written, " --> ")
    content_disposition(lines[0], "vtt", "inline").encode("ascii")


def _check_cues(written: str, arrow: str) -> None:
    """A line with an arrow is a time and nothing else: no text can make another cue."""
    for line in written.split("\n"):
        if "-->" in line:
            assert arrow in line, line
            assert all(char in "0123456789:,. ->" for char in line.split(" align")[0]), line


def _meeting(title: str) -> Meeting:
    return Meeting(id="m", created_at=datetime(2026, 1, 1, tzinfo=UTC), title=title)


def _frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 3 <= len(data):
        length = int.from_bytes(data[at + 1 : at + 3], "big")
        yield data[at], data[at + 3 : at + 3 + length]
        at += 3 + length


def _framed(*frames: str | bytes) -> bytes:
    parts = [(1, frame.encode()) if isinstance(frame, str) else (2, frame) for frame in frames]
    return b"".join(bytes([kind]) + len(part).to_bytes(2, "big") + part for kind, part in parts)


def _check(tracks: Frames) -> None:
    assert tracks.dtype == np.float32
    assert not tracks.size or float(np.abs(tracks).max()) <= 1.5
    assert math.isfinite(float(tracks.sum()))


def _refused(error: ProtocolError) -> None:
    assert len(error.message) <= LONGEST_MESSAGE, error.message
    json.loads(encode(Problem(error.code, error.message)))
    encode(Problem(error.code, error.message)).encode()


def _start(encoding: str, **rest: Any) -> str:
    return json.dumps({"type": "start", "audio": {"encoding": encoding}, **rest})


def _nested(depth: int) -> bytes:
    return b'{"metadata": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"


def _boasting() -> bytes:
    """A WAV whose comment claims to be 800 MB long."""
    sound = b"fmt " + (16).to_bytes(4, "little") + bytes.fromhex("0100010080bb00000077010002001000")
    comment = b"LIST" + (1 << 30).to_bytes(4, "little") + b"INFOISFT" + (800 << 20).to_bytes(4, "little")
    return b"RIFF" + (1 << 30).to_bytes(4, "little") + b"WAVE" + sound + comment + bytes(64)


@cache
def seeds(target: str) -> tuple[bytes, ...]:
    """Inputs from which the search for a target begins."""
    if target == "container":
        kinds = {"webm": "libopus", "ogg": "libopus", "mp3": "mp3", "wav": "pcm_s16le", "flac": "flac"}
        packed = [pack(tone(0.3), name, codec) for name, codec in {**kinds, "adts": "aac"}.items()]
        return (*(one[:LONGEST] for one in packed), _boasting())
    return SEEDS[target]


SEEDS: dict[str, tuple[bytes, ...]] = {
    "native": (
        _framed(_start("pcm_s16le", languages=["en"], hotwords=["Steno"], speaker="A"), bytes(640)),
        _framed(_start("mulaw", multichannel=True), bytes(9), '{"type": "flush", "id": "1"}', bytes(1)),
        _framed('{"type": "ping", "id": "x"}', '{"type": "resume", "session": "s", "token": "t", "seq": 1}'),
        _framed(_start("auto", endpointing_ms=300, stability="accurate", title="t"), '{"type": "stop"}'),
        _framed("[" * 5_000, '{"type": 1e999, "a": ' + "9" * 5_000 + "}", "\ud800".encode(errors="replace")),
    ),
    "pcm": tuple(
        bytes([kind, 0, *rate, channels, channels % 2]) + _framed(bytes(range(240)), b"", bytes(48))
        for kind, rate, channels in (
            (0, (62, 128), 1),
            (1, (187, 128), 2),
            (2, (31, 64), 1),
            (3, (172, 68), 4),
        )
    ),
    "deepgram": (
        b"encoding=linear16&sample_rate=16000&keyterm=a&keywords=b:2&language=en-US&extra=meeting:m\n"
        + _framed('{"type":"Finalize"}', b"abc", '{"type":"Configure"}', "x"),
        b"encoding=mulaw&sample_rate=8000&channels=2&multichannel=true&endpointing=false&utterance_end_ms=1\n",
        b"detect_language=true&tag=%ff&redact=pci&callback=x\n",
    ),
    "container": (),
    "query": (
        b"limit=5&status=live&q=hello+world",
        b"cursor=MTcwMDAwMDAwMDAwMDAwMC5tMQ&limit=200",
        b"since=18446744073709551616&format=vtt&words=true&download=1",
        quote('q=да -нет & "или" | \0 \ud800', errors="replace").encode(),
    ),
    "body": (
        b'{"title": "t", "languages": ["ru", "EN"], "hotwords": ["a"], "retention_days": 7}',
        b'{"notify": {"email": ["a@b"]}, "metadata": {"a": {"b": [1, null, 1e999]}}}',
        b'{"title": "\\ud800", "template": "\\u0000"}',
        _nested(200),
        _nested(900),
        b"[" * 8_000,
        b'{"retention_days": ' + b"9" * 5_000 + b"}",
    ),
    "headers": (
        b"localhost:8080\nhttp://localhost:8080\n" + _token(ws="acme", mtg="m", scope="view", sub="key"),
        b"[::1]:80\nhttp://[::1]\n" + _token(ws=1, origins=[{}]),
        b"a@127.0.0.1:99999999\nnull\neyJhbGciOiJub25lIn0.e30.",
    ),
    "viewer": (b'1{"type": "ping", "id": "x"}', b"\xff\xff", b"1" + b"[" * 5_000, b'1{"type": {}}'),
    "transcript": (
        "Планёрка\nAnna\nHello, <b>world</b> --> & goodbye.\n日本語です。終わり\n\r \x0b \x85".encode(),
        b'title\nNOTE x\nWEBVTT\n00:00:01.000 --> 00:00:02.000\n"; filename="x',
    ),
}

TARGETS: dict[str, Callable[[bytes], None]] = {
    "native": native,
    "deepgram": deepgram,
    "pcm": pcm,
    "container": container,
    "query": query,
    "body": body,
    "headers": headers,
    "viewer": viewer,
    "transcript": transcript,
}
