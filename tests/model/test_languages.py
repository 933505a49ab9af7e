"""A meeting in two languages: every piece is written in the language in which it was said."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from loadtest.client import Speaker, run
from loadtest.wer import WordErrors, score
from tests.support.evalset import Recording
from tests.support.process import Server
from tests.support.recordings import RATE, Samples, samples

pytestmark = [pytest.mark.model, pytest.mark.eval, pytest.mark.timeout(1800)]

SCRIPT = (
    "ru/ivr_vm-newuser_8k.wav",
    "en/librivox_sas_0880.wav",
    "ru/ivr_ss-noservice_8k.wav",
    "en/ljspeech/LJ001-0008.flac",
    "ru/ivr_queue-youarenext_8k.wav",
    "en/ljspeech/LJ001-0002.flac",
    "en/ljspeech/LJ001-0011.flac",
    "ru/pisets_neural_nets.wav",
    "ru/ivr_pbx-invalid_8k.wav",
    "en/librivox_sas_0930.wav",
)
"""Alternating clips of 1.8 to 6 s."""
PAUSE = np.zeros(RATE, np.float32)


async def test_each_piece_is_in_its_own_language_and_as_good_as_if_that_were_named(
    base_server: Server, eval_manifest: Sequence[Recording], report: list[str]
) -> None:
    rows = [next(row for row in eval_manifest if row.file == file) for file in SCRIPT]
    heard = await _finals(base_server, rows, ["ru", "en"])
    for row, finals in zip(rows, heard, strict=True):
        assert finals, row.file
        assert {final["language"] for final in finals} == {row.language}, (row.file, finals)
    for language in ("ru", "en"):
        said = [(row, finals) for row, finals in zip(rows, heard, strict=True) if row.language == language]
        own = [row for row, _ in said]
        detected = _errors(own, [finals for _, finals in said])
        named = _errors(own, await _finals(base_server, own, [language]))
        report.append(
            f"base, two languages in one meeting, {language}: {detected.rate:.1%} word error rate, "
            f"{named.rate:.1%} with the language named, over {detected.words} words"
        )
        assert detected.errors <= named.errors + 1, report[-1]


async def _finals(server: Server, rows: Sequence[Recording], languages: list[str]) -> list[list[Any]]:
    """The finals of each clip, of all clips with a pause after each in one session."""
    parts = [part for row in rows for part in (samples(row.path), PAUSE)]
    speaker = Speaker(server.url, {"languages": languages, "interim": False}, speed=0)
    log = await run(speaker, [np.concatenate(parts)], lambda _: None)
    finals = [arrival.message for arrival in log.of("caption") if arrival.message["final"]]
    ends = np.cumsum([len(clip) / RATE for clip in _pairs(parts)])
    places = [int(np.searchsorted(ends, final["start"] + 0.2)) for final in finals]
    return [
        [final for final, place in zip(finals, places, strict=True) if place == at] for at in range(len(rows))
    ]


def _pairs(parts: Sequence[Samples]) -> list[Samples]:
    return [np.concatenate(parts[at : at + 2]) for at in range(0, len(parts), 2)]


def _errors(rows: Sequence[Recording], heard: Sequence[list[Any]]) -> WordErrors:
    texts = [" ".join(final["text"] for final in finals) for finals in heard]
    return score((row.reference, text) for row, text in zip(rows, texts, strict=True))
