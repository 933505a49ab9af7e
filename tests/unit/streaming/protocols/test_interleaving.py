"""Channels that arrive one by one lie on one clock, whatever is missing, late or double."""

import pytest

from streaming.errors import ProtocolError
from streaming.protocols.interleaving import LONGEST_GAP, LONGEST_WAIT, Interleaver

RATE = 1_000


def two() -> Interleaver:
    """Two channels of one byte a sample; a dot is silence."""
    return Interleaver(("a", "b"), RATE, b".")


def test_a_frame_is_given_when_both_channels_have_come() -> None:
    channels = two()
    assert channels.put("a", b"123", 0) == b""
    assert channels.put("b", b"xy", 0) == b"1x2y"
    assert channels.finish() == b"3."


def test_samples_of_several_bytes_stay_whole() -> None:
    channels = Interleaver(("a", "b"), RATE, b"..")
    channels.put("a", b"A1A2", 0)
    assert channels.put("b", b"B1B2", 0) == b"A1B1A2B2"


def test_what_is_missing_is_silence_and_moves_nothing() -> None:
    channels = Interleaver(("a",), RATE, b".")
    assert channels.put("a", b"1" * 20, 0) == b"1" * 20
    assert channels.put("a", b"2" * 20, 60) == b"." * 40 + b"2" * 20
    assert channels.put("a", b"3" * 20, 80) == b"3" * 20


def test_positions_that_jitter_neither_cut_nor_stretch_speech() -> None:
    channels = Interleaver(("a",), RATE, b".")
    given = b"".join(
        channels.put("a", bytes([65 + at]) * 20, max(0, 20 * at + by))
        for at, by in enumerate([0, 4, -6, 9, -15, 0, 3])
    )
    assert given == b"".join(bytes([65 + at]) * 20 for at in range(7))


def test_a_silent_channel_is_waited_for_a_little() -> None:
    channels = two()
    assert channels.put("a", b"1" * 400, 0) == b""
    assert channels.put("a", b"2" * 100, 400) == b"1." * 100
    assert channels.put("b", b"x" * 100, 400) == b"1." * 300 + b"2x" * 100


def test_who_is_behind_for_longer_is_waited_for_longer_and_what_was_cut_is_counted() -> None:
    channels = two()
    channels.put("a", b"1" * 1_000, 0)
    assert channels.put("b", b"x" * 700, 0) == b"1x" * 100
    assert channels.late == 600
    assert channels.put("a", b"2" * 300, 1_000) == b""
    assert channels.put("b", b"y" * 600, 700) == b"1y" * 300 + b"2y" * 300
    assert channels.late == 600


def test_without_positions_a_channel_is_waited_for_until_it_comes() -> None:
    channels = two()
    assert channels.put("a", b"1" * 15_000) == b""
    assert channels.put("b", b"x" * 15_000) == b"1x" * 15_000


def test_a_channel_that_has_ended_is_waited_for_no_more() -> None:
    channels = two()
    channels.put("a", b"123")
    assert channels.end("b") == b"1.2.3."
    assert channels.put("a", b"4") == b"4."
    assert not channels.ended
    assert channels.end("a") == b""
    assert channels.ended
    with pytest.raises(ProtocolError) as caught:
        channels.put("a", b"5")
    assert caught.value.code == "invalid_field"


def test_the_longer_of_two_that_have_ended_is_given_whole() -> None:
    channels = two()
    channels.put("a", b"123")
    channels.put("b", b"x")
    assert channels.end("a") == b""
    assert channels.end("b") == b"2.3."


@pytest.mark.parametrize(
    ("name", "data", "position", "code"),
    [
        ("c", b"12", 0, "invalid_field"),
        ("a", b"123", 0, "audio_misaligned"),
        ("a", b"12", round(LONGEST_GAP * RATE) + 1, "invalid_field"),
    ],
)
def test_what_cannot_be_placed_is_refused(name: str, data: bytes, position: int, code: str) -> None:
    channels = Interleaver(("a", "b"), RATE, b"..")
    with pytest.raises(ProtocolError) as caught:
        channels.put(name, data, position)
    assert caught.value.code == code


def test_a_channel_without_positions_cannot_run_away() -> None:
    channels = two()
    second = b"1" * RATE
    for _ in range(round(LONGEST_WAIT) + 1):
        channels.put("a", second)
    with pytest.raises(ProtocolError):
        channels.put("a", second)
