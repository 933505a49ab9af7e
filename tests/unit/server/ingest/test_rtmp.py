"""An RTMP publisher, byte by byte: the key first, then its sound and nothing else."""

import struct

import pytest

from server.ingest.child import amf
from server.ingest.child.chunks import AUDIO, COMMAND, VIDEO, BadChunk, ChunkReader, written
from server.ingest.child.rtmp import Publisher, RtmpError

HELLO = b"\x03" + bytes(1536) + bytes(1536)
SOUND = b"\xaf\x01" + b"s" * 300


def command(*values: object) -> bytes:
    return written(COMMAND, amf.write(*values))


def stream(key: str = "key") -> bytes:
    """What an encoder sends, its pictures and its end included."""
    return b"".join(
        [
            *(HELLO, command("connect", 1, {"app": "live", "tcUrl": "rtmp://x/live"})),
            *(command("releaseStream", 2, None, key), command("createStream", 3, None)),
            command("publish", 4, None, key, "live"),
            b"\x02" + bytes(3) + (4).to_bytes(3) + b"\x01" + bytes(4) + struct.pack(">I", 4096),
            *(written(AUDIO, SOUND, stream=1, chunk_stream=4), written(VIDEO, b"v" * 9000, stream=1)),
            *(written(AUDIO, SOUND, stream=1, chunk_stream=4), command("FCUnpublish", 5, None, key)),
        ]
    )


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_however_it_is_cut_its_sound_comes_as_flv(size: int) -> None:
    publisher, data, flv = Publisher("key"), stream(), b""
    for at in range(0, len(data), size):
        flv += publisher.feed(data[at : at + size])
    assert (publisher.published, publisher.ended) == (True, True)
    assert flv.startswith(b"FLV\x01\x04")
    assert flv.count(SOUND) == 2
    assert b"vvv" not in flv
    answer = publisher.answer()
    for told in (b"NetConnection.Connect.Success", b"NetStream.Publish.Start"):
        assert told in answer
    assert publisher.answer() == b""


def test_without_the_key_nothing_is_taken() -> None:
    publisher = Publisher("key")
    with pytest.raises(RtmpError, match="The stream key is wrong"):
        publisher.feed(stream("kex"))
    assert not publisher.published
    assert b"NetStream.Publish.BadName" in publisher.answer()


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        HELLO + command("play", 1, None, "key"),
        HELLO + written(COMMAND, b"\x02\xff\xff"),
        HELLO + written(COMMAND, b"\x03\x00\x01a" * 20),
        HELLO + b"\x03" + bytes(3) + b"\xff\xff\xff\x14" + bytes(200),
    ],
)
def test_what_is_no_publisher_is_refused(data: bytes) -> None:
    with pytest.raises(RtmpError):
        Publisher("key").feed(data)


def test_a_time_stamp_may_need_four_bytes_and_later_ones_are_differences() -> None:
    first = b"\x04\xff\xff\xff" + (1).to_bytes(3) + b"\x08" + bytes(4) + (0x01000002).to_bytes(4) + b"a"
    second = b"\x44" + (20).to_bytes(3) + (1).to_bytes(3) + b"\x08" + b"b"
    third = b"\xc4c"
    found = ChunkReader().feed(first + second + third)
    assert [(one.time, one.data) for one in found] == [
        (0x01000002, b"a"),
        (0x01000016, b"b"),
        (0x0100002A, b"c"),
    ]


def test_what_is_held_is_bounded() -> None:
    head = b"".join(bytes([0, name]) + bytes(3) + (200).to_bytes(3) + b"\x08" + bytes(4) for name in range(1))
    assert ChunkReader().feed(head) == []
    many = b"".join(
        bytes([0, name]) + bytes(3) + (200).to_bytes(3) + b"\x08" + bytes(4) + bytes(128)
        for name in range(40)
    )
    with pytest.raises(BadChunk):
        ChunkReader().feed(many)


def test_values_come_back_as_they_were_written() -> None:
    values = ["connect", 1.0, {"app": "live", "deep": {"x": 2.5}}, None, "ключ"]
    assert amf.read(amf.write(*values)) == values
    assert amf.read(b"\x01\x01\x0a\x00\x00\x00\x01\x05\x08\x00\x00\x00\x00\x00\x00\x09\x0c\0\0\0\1x\x06") == [
        *(True, [None], {}, "x", None)
    ]
    with pytest.raises(ValueError, match="too deep"):
        amf.read(b"\x03\x00\x01a" * 20)
