"""What a page sends of its tracks is taken apart; whatever else it sends is nothing."""

import base64
from typing import Any

import numpy as np
import pytest

from server.recorder.chunk import LOUD, Chunk, Over, read

TENTH = 4_800


def sent(samples: list[int] | None = None, **more: Any) -> dict[str, Any]:
    values = np.array(samples if samples is not None else [0] * TENTH, "<i2")
    data = base64.b64encode(values.tobytes()).decode()
    return {"key": "a-1", "at": 2_000.0, "rate": 48_000, "count": len(values), "data": data} | more


def test_samples_come_with_their_time() -> None:
    chunk = read(sent([0, 16_384, -32_768]))
    assert isinstance(chunk, Chunk)
    assert (chunk.key, chunk.at, chunk.rate) == ("a-1", 2.0, 48_000)
    assert chunk.samples.tolist() == [0.0, 0.5, -1.0]
    assert chunk.samples.dtype == np.float32
    assert chunk.loud


def test_silence_is_sent_without_samples() -> None:
    chunk = read(sent(data=""))
    assert isinstance(chunk, Chunk)
    assert (chunk.seconds, chunk.loud) == (0.1, False)


def test_the_noise_of_a_quiet_room_is_not_loud() -> None:
    chunk = read(sent([int(LOUD * 32_768) - 1, 0]))
    assert isinstance(chunk, Chunk)
    assert not chunk.loud


def test_a_track_ends() -> None:
    assert read({"key": "a-1", "over": True}) == Over("a-1")


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        "x",
        [],
        {},
        {"over": True},
        {"key": "", "over": True},
        {"key": "x" * 99, "over": True},
        sent(rate=1),
        sent(rate="48000"),
        sent(count=0),
        sent(count=10**9, data=""),
        sent(count=-1, data=""),
        sent(at=float("nan")),
        sent(at=None),
        sent(data="not base64!"),
        sent(data=None),
        sent(data="A" * 10**6),
        sent(count=TENTH - 1),
    ],
)
def test_what_cannot_be_read_is_nothing(garbage: object) -> None:
    assert read(garbage) is None
