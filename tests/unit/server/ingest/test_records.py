"""Records of a process come back as they were written; what is none is an error and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ingest.ports import Ports
from server.ingest.records import (
    HEAD,
    LONGEST,
    Began,
    Counted,
    Missing,
    Over,
    Record,
    Sound,
    length,
    read,
    written,
)
from server.ingest.source import address, shown
from streaming.errors import Overloaded


@pytest.mark.parametrize(
    "record", [Began(1.5, True), Began(), Missing(2.0), Counted(7), Over("lost", "x", "X.")]
)
def test_they_come_back(record: Record) -> None:
    data = written(record)
    assert length(data[: HEAD.size]) == len(data) - HEAD.size
    assert read(data[: HEAD.size], data[HEAD.size :]) == record


def test_sound_comes_back() -> None:
    data = written(Sound(np.array([0.5, -1.0], np.float32)))
    found = read(data[: HEAD.size], data[HEAD.size :])
    assert isinstance(found, Sound)
    assert found.samples.tolist() == [0.5, -1.0]


@given(st.binary(min_size=HEAD.size, max_size=HEAD.size), st.binary(max_size=40))
def test_anything_else_is_an_error(head: bytes, body: bytes) -> None:
    try:
        assert length(head) <= LONGEST
        read(head, body)
    except ValueError:
        pass


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("rtsp://user:word@Cam.example:8554/a?key=1", "rtsp://cam.example:8554/a"),
        ("https://[::1]/x#y", "https://[::1]/x"),
        ("http://x:99999/", ""),
    ],
)
def test_of_an_address_no_secret_is_told(url: str, told: str) -> None:
    assert shown(url) == told


def test_where_to_send() -> None:
    assert address("rtmp", "::1", 19350, "k") == "rtmp://[::1]:19350/live/k"
    assert address("http", "steno.example", 19351, "k") == "http://steno.example:19351/k"


def test_ports_are_few() -> None:
    ports = Ports("127.0.0.1", range(0))
    with pytest.raises(Overloaded):
        ports.take()
    with ports.take(0) as one, pytest.raises(Overloaded):
        ports.take(one.getsockname()[1])
