"""Hotwords help to spell what is said and are heard nowhere else."""

from collections.abc import Sequence

import pytest

from asr.types import DecodeRequest, Kind
from loadtest.client import Speaker, run
from loadtest.wer import normalise
from tests.support.evalset import Recording
from tests.support.heard import Heard
from tests.support.process import Server
from tests.support.recordings import RATE, samples

pytestmark = [pytest.mark.model, pytest.mark.eval, pytest.mark.timeout(1800)]

NAMED = {"en/ls_5703-47212-0000.ogg": "Inverashiel", "en/ls_3436-172162-0000.ogg": "Guenever"}
"""Recordings with a name that the model does not know."""
HOTWORDS = (*NAMED.values(), "Kubernetes", "Steno")
UNNAMED = ("en/jfk.flac", "en/ljspeech/LJ001-0002.flac", "en/ljspeech/LJ001-0008.flac")


async def _text(server: Server, row: Recording, hotwords: Sequence[str]) -> str:
    start = {"hotwords": list(hotwords), "interim": False}
    log = await run(Speaker(server.url, start, speed=0), [samples(row.path)], lambda _: None)
    return " ".join(arrival.message["text"] for arrival in log.of("caption") if arrival.message["final"])


async def test_a_hotword_is_written_where_it_is_said_and_nowhere_else(
    tiny_server: Server, eval_manifest: Sequence[Recording]
) -> None:
    for row in eval_manifest:
        said = NAMED.get(row.file)
        if said is not None:
            assert said not in await _text(tiny_server, row, ())
        if said is not None or row.file in UNNAMED:
            words = normalise(await _text(tiny_server, row, HOTWORDS))
            assert {word for word in HOTWORDS if word.lower() in words} == ({said} if said else set())


async def test_no_hotword_is_heard_where_nobody_speaks(
    tiny_server: Server, eval_manifest: Sequence[Recording]
) -> None:
    for row in eval_manifest:
        if row.kind == "nonspeech":
            start = {"hotwords": list(HOTWORDS)}
            log = await run(Speaker(tiny_server.url, start, speed=0), [samples(row.path)], lambda _: None)
            assert not log.of("caption"), row.file


@pytest.mark.patient
@pytest.mark.parametrize("kind", [Kind.PARTIAL, Kind.FINAL])
def test_no_hotword_is_heard_in_noise_that_reaches_the_model(
    kind: Kind, heard: Heard, eval_manifest: Sequence[Recording]
) -> None:
    """As if the speech detector had let a burst of it through. A pause is decoded as a final is."""
    engine = heard.engine("tiny.en")
    for row in eval_manifest:
        if row.kind == "nonspeech":
            burst = samples(row.path)[: int(1.2 * RATE)]
            request = DecodeRequest("u", 1, kind, burst, 0, 0.0, hotwords=HOTWORDS)
            (hypothesis,) = engine.decode_batch([request])
            assert not {word.lower() for word in HOTWORDS} & set(normalise(hypothesis.text)), row.file
