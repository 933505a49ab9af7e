"""What a client keeps of its audio: everything until it is stored, a bounded amount, silence for the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.memory import CLOCK_RATE, Memory


def pcm(*values: int) -> bytes:
    return np.array(values, "<i2").tobytes()


def samples(data: bytes) -> list[int]:
    return [int(sample) for sample in np.frombuffer(data, "<i2")]


def rest(memory: Memory) -> list[int]:
    return samples(b"".join(iter(lambda: memory.take(3), b"")))


def small(seconds: float = 1.0) -> Memory:
    """Ten samples a second, so that a position of 1600 is the second sample."""
    return Memory(10, seconds)


def test_audio_is_taken_once_and_again_from_where_the_server_says() -> None:
    memory = small()
    memory.add(pcm(1, 2, 3, 4))
    assert rest(memory) == [1, 2, 3, 4]
    assert memory.take(3) == b""
    assert memory.rewind(2 * 1600) == pytest.approx(0.2)
    assert rest(memory) == [3, 4]


def test_what_is_acknowledged_is_forgotten_and_nothing_else() -> None:
    memory = small()
    memory.add(pcm(1, 2, 3, 4))
    memory.take(3)
    memory.forget(10 * 1600)
    memory.rewind(0)
    assert rest(memory) == [0, 0, 0, 4]
    assert memory.lost == pytest.approx(0.3)


def test_a_full_memory_pushes_the_oldest_out_and_sends_silence_in_its_place() -> None:
    memory = small(0.4)
    memory.add(pcm(1, 2, 3))
    assert not memory.full
    memory.add(pcm(4))
    assert memory.full
    assert memory.take(1) == pcm(1)
    memory.add(pcm(5, 6, 7))
    assert memory.missing == pytest.approx(0.2)
    assert rest(memory) == [0, 0, 4, 5, 6, 7]
    assert memory.lost == pytest.approx(0.2)
    assert memory.missing == 0


def test_what_was_sent_before_it_was_pushed_out_is_lost_only_if_asked_for() -> None:
    memory = small(0.3)
    memory.add(pcm(1, 2, 3))
    rest(memory)
    memory.add(pcm(4, 5))
    assert rest(memory) == [4, 5]
    assert memory.lost == 0
    memory.rewind(1600)
    assert rest(memory) == [0, 3, 4, 5]
    assert memory.lost == pytest.approx(0.1)


def test_silence_that_is_sent_again_is_not_lost_twice() -> None:
    memory = small(0.2)
    memory.add(pcm(1, 2, 3, 4))
    for _ in range(2):
        memory.rewind(0)
        assert rest(memory) == [0, 0, 3, 4]
    assert memory.lost == pytest.approx(0.2)


def test_a_position_beyond_what_was_taken_in_is_the_end() -> None:
    memory = small()
    memory.add(pcm(1, 2))
    assert memory.rewind(99_999) == 0
    memory.add(pcm(3))
    assert rest(memory) == [3]


@pytest.mark.parametrize(
    ("rate", "index"), [(8_000, 4_000), (16_000, 8_000), (44_100, 22_050), (48_000, 24_000)]
)
def test_positions_of_the_wire_are_converted_to_the_clients_rate(rate: int, index: int) -> None:
    memory = Memory(rate)
    memory.add(bytes(2 * rate))
    memory.take(rate)
    memory.rewind(CLOCK_RATE // 2)
    assert len(memory.take(rate)) == 2 * (rate - index)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 8)),
        st.tuples(st.just("take"), st.integers(1, 8)),
        st.tuples(st.just("ack"), st.floats(0, 1)),
        st.tuples(st.just("lose"), st.floats(0, 1)),
    ),
    max_size=60,
)


@given(STEPS, st.integers(4, 12))
def test_a_server_gets_every_sample_in_its_place_or_silence_that_is_counted(
    steps: list[tuple[str, float]], bound: int
) -> None:
    """The server acknowledges some of what it has and, when lost, may have forgotten all but that."""
    memory = Memory(10, bound / 10)
    got: list[int] = []
    said = acked = 0
    silent: set[int] = set()
    for step, amount in steps:
        if step == "add":
            memory.add(pcm(*range(said + 1, said + int(amount) + 1)))
            said += int(amount)
        elif step == "take":
            got += samples(memory.take(int(amount)))
        elif step == "ack":
            acked += round((len(got) - acked) * amount)
            memory.forget(acked * 1600)
        else:
            kept = acked + round((len(got) - acked) * amount)
            del got[kept:]
            memory.rewind(kept * 1600)
        silent |= {index for index, value in enumerate(got) if not value}
        assert len(memory._held) <= 2 * bound
    got += rest(memory)
    silent |= {index for index, value in enumerate(got) if not value}
    assert len(got) == said
    assert all(value in (0, index + 1) for index, value in enumerate(got))
    assert memory.lost == pytest.approx(len(silent) / 10)
