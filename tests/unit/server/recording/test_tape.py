"""The tape of a session: bounded, in order, and never in the way."""

import asyncio

import numpy as np

from server.recording.tape import BATCH, Tape

SECOND = np.full((2, 16_000), 0.5, np.float32)


async def test_what_is_written_comes_in_its_order_with_its_place() -> None:
    tape = Tape(lambda _: None)
    for at in range(3):
        tape.write(at * 16_000, SECOND)
    tape.end()
    batch = await tape.batch()
    assert batch is not None
    assert [position for position, _ in batch] == [0, 16_000, 32_000]
    assert batch[0][1].dtype == np.int16
    assert batch[0][1].max() == 16_384
    assert await tape.batch() is None


async def test_a_batch_is_worth_the_work() -> None:
    tape = Tape(lambda _: None)
    asked = asyncio.ensure_future(tape.batch())  # The test's own task.
    tape.write(0, SECOND[:, : BATCH - 1])
    await asyncio.sleep(0)
    assert not asked.done()
    tape.write(BATCH - 1, SECOND[:, :1])
    assert await asked is not None


async def test_what_is_too_much_is_let_go_of_and_counted_until_all_is_written() -> None:
    lost: list[float] = []
    tape = Tape(lost.append, most=2 * 16_000)
    for at in range(4):
        tape.write(at * 16_000, SECOND)
    assert lost == [1.0, 1.0]
    assert [position for position, _ in await tape.batch() or []] == [0, 16_000]
    tape.write(4 * 16_000, SECOND)
    assert [position for position, _ in await tape.batch() or []] == [64_000]
    assert lost == [1.0, 1.0]


async def test_a_file_waits_for_room_and_a_live_stream_does_not() -> None:
    live, file = Tape(lambda _: None, most=32_000), Tape(lambda _: None, patient=True, most=32_000)
    for tape in (live, file):
        tape.write(0, SECOND)
        tape.write(16_000, SECOND[:, :8_000])
    await live.room()
    waiting = asyncio.ensure_future(file.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    await file.batch()
    await waiting


async def test_what_never_came_is_silence_of_as_many_tracks() -> None:
    tape = Tape(lambda _: None)
    tape.write(0, SECOND)
    tape.miss(16_000, 8_000)
    batch = await tape.batch()
    assert batch is not None
    position, silence = batch[1]
    assert (position, silence.shape) == (16_000, (2, 8_000))
    assert not silence.any()


async def test_a_long_gap_takes_no_room_from_the_sound_after_it() -> None:
    lost: list[float] = []
    tape = Tape(lost.append, most=2 * 16_000)
    tape.write(0, SECOND)
    for at in range(600):
        tape.miss(16_000 + at * 8_000, 8_000)
    tape.write(301 * 16_000, SECOND)
    batch = await tape.batch()
    assert batch is not None
    assert lost == []
    ends = [position + samples.shape[1] for position, samples in batch]
    assert [position for position, _ in batch] == [0, *ends[:-1]], "without a hole"
    assert ends[-1] == 302 * 16_000
    assert not any(samples.any() for _, samples in batch[1:-1])


async def test_a_gap_goes_with_the_sound_that_is_let_go_of() -> None:
    lost: list[float] = []
    tape = Tape(lost.append, most=16_000)
    tape.write(0, SECOND)
    tape.write(16_000, SECOND)
    tape.miss(32_000, 8_000)
    assert lost == [1.0, 0.5]
    assert [position for position, _ in await tape.batch() or []] == [0]
    tape.miss(40_000, 8_000)
    tape.end()
    assert [position for position, _ in await tape.batch() or []] == [40_000]


async def test_nothing_is_taken_after_the_end() -> None:
    tape = Tape(lambda _: None)
    tape.end()
    tape.write(0, SECOND)
    assert await tape.batch() is None
