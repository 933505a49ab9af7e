"""One recording, sped up, through a speaker that resumes, and what faults have changed of its outcome."""

from collections.abc import Callable
from dataclasses import dataclass

from loadtest.backoff import Backoff
from loadtest.client import AudioSource, Speaker, run
from loadtest.records import Arrival, Log
from tests.faults.mortal import Restartable
from tests.faults.outcome import Differences, Outcome, differences, outcome

SPEED = 6.0
START = {"languages": ["en"], "stability": "accurate"}
"""Finals that depend on the audio alone, whatever partials came before them."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """What a speaker saw, and what the server kept."""

    log: Log
    outcome: Outcome


def _ignore(arrival: Arrival) -> None:
    """Nobody listens."""


async def stream(
    server: Restartable,
    audio: AudioSource,
    heard: Callable[[Arrival], None] = _ignore,
    *,
    port: int | None = None,
    patience: float = 20.0,
) -> Streamed:
    """Say all of `audio` to `server`, through another `port` if given, and read back what became of it."""
    url = server.stream if port is None else f"ws://127.0.0.1:{port}/v1/stream"
    speaker = Speaker(url, START, speed=SPEED, patience=patience, backoff=Backoff("faults"))
    log = await run(speaker, audio, heard)
    return Streamed(log, await outcome(server.url, log.of("ready")[0].message["meeting"]))


def assert_same(undisturbed: Outcome, disturbed: Streamed, most_moved: float = 0.0) -> Differences:
    """Nothing lost, nothing doubled, every word in its place but for `most_moved` seconds."""
    found = disturbed.outcome
    cost = differences(undisturbed, found)
    moved = sum(move > 0 for move in cost.moved)
    print(
        f"resumed {disturbed.log.reconnects} times, {disturbed.log.resent:.1f} s sent again; "
        f"words missing {cost.missing}, added {cost.added}, "
        f"{moved} of {len(cost.moved)} moved, by up to {cost.most_moved:.3f} s; "
        f"coverage {found.coverage}"
    )
    assert found.coverage["lost"] == 0
    assert found.coverage["received"] == undisturbed.coverage["received"]
    assert abs(found.unaccounted) < 0.002
    assert found.overlapping == []
    assert disturbed.log.dropped == 0
    assert (cost.missing, cost.added) == ((), ())
    assert cost.most_moved <= most_moved
    return cost
