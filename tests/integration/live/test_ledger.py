"""A stream whose account of its audio does not add up: the server's fault, which is told to who runs it."""

from structlog.testing import capture_logs

from tests.fakes.store import MemoryStore
from tests.support.node import node, wire_audio
from tests.support.speech import join, say, silence
from tests.support.wire import wire

AUDIO = wire_audio(join(say("alpha bravo"), silence(1.0)))


async def violations(planted: int) -> tuple[float, list[str]]:
    """How many were counted and logged when so many samples more were received than are accounted for."""
    with capture_logs() as logs:
        async with node(MemoryStore()) as one, wire(one.url) as client:
            await client.start()
            (live,) = one.sessions.kept()
            await client.say(AUDIO)
            await client.say({"type": "flush", "id": "all"})
            await client.until("flushed")
            live.session._tracks[0].ledger.totals["silence"] -= planted
            await client.say({"type": "stop"})
            assert await client.rest() == 1000
            await live.over.wait()
            counted = one.sessions._services.metrics.ledger_violations._value.get()
        told = [
            f"{line['log_level']} {line['session'] == live.id}" for line in logs if "ledger" in line["event"]
        ]
    return counted, told


async def test_a_sample_without_an_outcome_is_an_error_in_the_log_and_counted() -> None:
    assert await violations(0) == (0, [])
    assert await violations(1) == (1, ["error True"])
