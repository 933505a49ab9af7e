"""The order of packets: what is missing is what was lost, and nothing waits long."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from server.rtc.frames import FAR, LATE, FrameBuffer

STEP = 960
COUNT = 2_000


@dataclass
class Packet:
    """A packet whose payload is its place in the stream, and its time stamp as well."""

    sequence_number: int
    timestamp: int
    _data: bytes


def packets(count: int = COUNT, first: int = 0, *, begun: int = 0) -> list[Packet]:
    return [
        Packet((first + place) & 0xFFFF, (begun + place) * STEP, str(begun + place).encode())
        for place in range(count)
    ]


def given(buffer: FrameBuffer, arriving: Iterable[Packet]) -> list[int]:
    """The places of the frames that come out; each has the time stamp of its packet."""
    out = []
    for packet in arriving:
        lost_picture, frame = buffer.add(packet)
        assert lost_picture is False
        if frame is not None:
            assert frame.timestamp == int(frame.data) * STEP
            out.append(int(frame.data))
    return out


def test_packets_in_order_come_out_at_once() -> None:
    buffer = FrameBuffer()
    for packet in packets(first=65_000):
        _, frame = buffer.add(packet)
        assert frame is not None
        assert frame.data == packet._data


@pytest.mark.parametrize("lost", [0.01, 0.05, 0.2])
def test_only_what_was_lost_is_missing_and_the_rest_is_in_order(lost: float) -> None:
    chance = random.Random(7)  # noqa: S311 - the same loss each time
    arriving = [packet for packet in packets(first=65_000) if chance.random() >= lost]
    out = given(FrameBuffer(), arriving)
    # Behind a hole two packets wait; at the very end they wait for ever.
    assert out == [int(packet._data) for packet in arriving][: len(out)]
    assert len(arriving) - len(out) < LATE


@pytest.mark.parametrize("lost", [0.0, 0.05, 0.2])
def test_a_frame_is_held_for_less_than_three_packets(lost: float) -> None:
    chance = random.Random(3)  # noqa: S311 - the same loss each time
    buffer, held = FrameBuffer(), 0
    for packet in packets():
        if chance.random() < lost:
            continue
        held += 1
        _, frame = buffer.add(packet)
        held -= frame is not None
        assert held < LATE


def test_packets_that_overtake_each_other_are_put_in_order() -> None:
    chance = random.Random(5)  # noqa: S311 - the same loss each time
    arriving = packets()
    for place in range(1, COUNT - 1, 3):
        if chance.random() < 0.5:
            arriving[place : place + 2] = reversed(arriving[place : place + 2])
    out = given(FrameBuffer(), arriving)
    assert out == list(range(len(out)))
    assert COUNT - len(out) < LATE


def test_a_packet_that_comes_twice_or_too_late_comes_out_once_or_not_at_all() -> None:
    one = packets(10)
    assert given(FrameBuffer(), [*one[:3], one[2], one[1], *one[3:]]) == list(range(10))
    late = [*one[:2], *one[3:8], one[2], *one[8:]]
    assert given(FrameBuffer(), late) == [0, 1, 3, 4, 5, 6, 7, 8][: len(given(FrameBuffer(), late))]


def test_a_jump_of_the_numbers_is_a_new_beginning() -> None:
    again = packets(5, first=30_000, begun=5)
    assert given(FrameBuffer(), [*packets(5), *again]) == list(range(10))
    backwards = packets(5, first=1_000 - FAR - 10, begun=5)
    assert given(FrameBuffer(), [*packets(5, first=1_000), *backwards]) == list(range(10))


def test_a_packet_without_audio_keeps_its_number_and_delays_nothing() -> None:
    one = packets(6)
    one[2]._data = b""
    assert given(FrameBuffer(), one) == [0, 1, 3, 4, 5]
