"""How late the event loop is, measured on a clock that a test holds up."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from server.looplag import EVERY, LoopLag
from server.metrics import loop_lag
from tests.support.virtual_time import VirtualLoop, virtual_time


def hold_up(seconds: float) -> None:
    """Work on the loop for so long."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop._jumps.now += seconds


@virtual_time
async def test_work_on_the_loop_shows_as_lag() -> None:
    told: list[float] = []
    with LoopLag(told.append).measured():
        await asyncio.sleep(10 * EVERY)
        assert max(told) < 0.001
        hold_up(2.0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert told[-1] == pytest.approx(2.0, abs=EVERY)
        before = len(told)
        await asyncio.sleep(10 * EVERY)
        assert len(told) - before == pytest.approx(10, abs=1), "one stall is measured once"
        assert max(told[before:]) < 0.001


@virtual_time
async def test_nothing_is_measured_after_the_end() -> None:
    told: list[float] = []
    with LoopLag(told.append).measured():
        await asyncio.sleep(1)
    before = len(told)
    await asyncio.sleep(1)
    assert len(told) == before > 0


def test_the_lag_is_told_as_a_histogram() -> None:
    registry = CollectorRegistry()
    tell = loop_lag(registry)
    for seconds in (0.0004, 0.03, 0.7):
        tell(seconds)
    lines = generate_latest(registry).decode().splitlines()
    assert 'steno_event_loop_lag_seconds_bucket{le="0.001"} 1.0' in lines
    assert 'steno_event_loop_lag_seconds_bucket{le="0.05"} 2.0' in lines
    assert "steno_event_loop_lag_seconds_count 3.0" in lines
