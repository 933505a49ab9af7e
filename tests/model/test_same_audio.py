"""The transcript depends on the audio, not on how it was cut or written."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loadtest.client import Speaker, run
from loadtest.wer import WordErrors, normalise, score
from streaming.utterance import INCOMPLETE
from tests.support.evalset import Recording, enough
from tests.support.offline import offline, text
from tests.support.process import Server
from tests.support.recordings import RATE, Samples, encoded, raw, s16, samples
from tests.support.wire import PCM, Wire, pieces, wire

pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]

MILLISECOND = 2 * RATE // 1000
SIZES = {
    "20 ms": 20 * MILLISECOND,
    "100 ms": 100 * MILLISECOND,
    "1 s": 1000 * MILLISECOND,
    "one blob": 1 << 20,
}
MEETING = samples()[: 30 * RATE]


async def test_finals_are_the_same_however_the_audio_is_cut(tiny_server: Server) -> None:
    heard = {
        name: (await _stream(tiny_server, pieces(s16(MEETING), size), interim=False)).finals
        for name, size in SIZES.items()
    }
    for name, finals in heard.items():
        assert finals, name
        assert _bare(finals) == _bare(heard["20 ms"]), name


@dataclass(frozen=True, slots=True)
class Breathless:
    """Speech without a pause, what is said in it, and the errors of offline decoding."""

    audio: Samples
    reference: str
    offline: WordErrors


@pytest.fixture(scope="module")
def breathless(models: Path, eval_manifest: Sequence[Recording]) -> Breathless:
    """Several speakers in one breath."""
    rows = [row for row in eval_manifest if row.file.startswith("en/ls_")]
    audio = np.concatenate([_without_pauses(samples(row.path)) for row in rows])
    reference = " ".join(row.reference for row in rows)
    (whole,) = offline("tiny.en", models, [audio], "en")
    return Breathless(audio, reference, score([(reference, text(whole))]))


@pytest.mark.parametrize("interim", [True, False])
async def test_a_breathless_speaker_is_cut_without_a_word_lost_or_doubled(
    tiny_server: Server, breathless: Breathless, report: list[str], interim: bool
) -> None:
    audio, reference, whole = breathless.audio, breathless.reference, breathless.offline
    speaker = Speaker(tiny_server.url, {"endpointing_ms": 3000, "interim": interim}, speed=float(interim))
    log = await run(speaker, [audio], lambda _: None)
    finals = [a.message for a in log.of("caption") if a.message["final"]]
    lengths = [later["start"] - sooner["start"] for sooner, later in pairwise(finals)]
    assert len(finals) >= len(audio) / RATE // 25
    assert max(lengths) <= 25.5
    errors = score([(reference, " ".join(caption["text"] for caption in finals))])
    report.append(
        f"tiny.en, {len(audio) / RATE:.0f} s without a pause, interim {interim}: {errors.rate:.1%} word "
        f"error rate, {whole.rate:.1%} offline"
    )
    for sooner, later in pairwise(finals):
        assert normalise(sooner["text"])[-2:] != normalise(later["text"])[:2], "said twice at a cut"
    # Words that are settled while they are spoken are decoded without alternatives, which costs most where
    # there is no pause and so nothing but settled words.
    assert errors.rate <= whole.rate + (0.06 if interim else 0.02), report[-1]
    # A word that is settled wrongly may swallow the next one; a cut that loses words loses several.
    assert errors.deletions <= whole.deletions + (6 if interim else 2), "a word at a cut is not lost"
    if not interim:
        assert errors.insertions <= whole.insertions + 1, "a word at a cut is not said twice"


def _without_pauses(audio: Samples) -> Samples:
    """Speech whose pauses are cut to a tenth of a second."""
    loud = np.convolve(np.abs(audio), np.ones(800) / 800, "same") > 0.006
    near = np.convolve(loud, np.ones(1_600), "same") > 0
    return audio[near]


RAW = [("pcm_f32le", 16_000), ("pcm_s16le", 48_000), ("pcm_s16le", 44_100)]
NARROW = ("pcm_s16le", 8_000)
TELEPHONE = ["mulaw", "alaw"]
CONTAINERS = [
    ("webm", "libopus", 48_000),
    ("ogg", "libopus", 48_000),
    ("mp3", "libmp3lame", 44_100),
    ("flac", "flac", 16_000),
    ("adts", "aac", 44_100),
    ("wav", "pcm_s16le", 22_050),
]


@pytest.fixture(scope="module")
def narrow(tiny_server: Server, eval_manifest: Sequence[Recording]) -> WordErrors:
    """With the bandwidth of a telephone, and else untouched."""
    return asyncio.run(_raw_rate(tiny_server, _read_speech(eval_manifest), *NARROW))


@pytest.mark.eval
async def test_the_encoding_changes_the_word_error_rate_by_less_than_two_points(
    tiny_server: Server, eval_manifest: Sequence[Recording], narrow: WordErrors, report: list[str]
) -> None:
    rows = _read_speech(eval_manifest)
    base = await _rate(tiny_server, rows, PCM, s16)
    for encoding, rate in RAW:
        errors = await _raw_rate(tiny_server, rows, encoding, rate)
        _close_to(base, errors, f"{encoding} at {rate} Hz", report)
    _close_to(base, narrow, f"{NARROW[0]} at {NARROW[1]} Hz", report)
    for container, codec, rate in CONTAINERS:
        write = partial(encoded, container=container, codec=codec, rate=rate)
        errors = await _rate(tiny_server, rows, {"encoding": "auto"}, write)
        _close_to(base, errors, f"{codec} in {container}", report)


@pytest.mark.eval
async def test_a_telephone_costs_no_more_than_its_bandwidth(
    tiny_server: Server, eval_manifest: Sequence[Recording], narrow: WordErrors, report: list[str]
) -> None:
    rows = _read_speech(eval_manifest)
    for encoding in TELEPHONE:
        errors = await _raw_rate(tiny_server, rows, encoding, 8_000)
        _close_to(narrow, errors, f"{encoding} at 8000 Hz", report)


@pytest.mark.eval
async def test_one_recording_in_every_format_of_the_set(
    tiny_server: Server, eval_manifest: Sequence[Recording]
) -> None:
    for row in eval_manifest:
        if row.kind != "format" or row.file.endswith((".pcm", ".m4a", ".mp4")):
            continue  # the first has no header; the others keep their index at the end
        async with wire(tiny_server.stream) as client:
            await client.start({"encoding": "auto"}, interim=False)
            await client.send(pieces(row.path.read_bytes(), 8_000))
            await client.say({"type": "stop"})
            assert await client.rest() == 1000, row.file
        # The telephone's 8 kHz and the cut ones cost a word or two.
        errors = score([(row.reference, client.text)])
        assert errors.rate <= 0.25, f"{row.file}: {client.text!r}"


def _read_speech(manifest: Sequence[Recording]) -> list[Recording]:
    return enough([row for row in manifest if row.file.startswith(("en/ljspeech", "en/ls_"))])


async def _raw_rate(server: Server, rows: Sequence[Recording], encoding: str, rate: int) -> WordErrors:
    form = {"encoding": encoding, "sample_rate": rate, "channels": 1}
    return await _rate(server, rows, form, partial(raw, encoding=encoding, rate=rate))


async def _rate(
    server: Server,
    rows: Sequence[Recording],
    form: dict[str, Any],
    write: Callable[[Samples], bytes],
) -> WordErrors:
    pairs = []
    for row in rows:
        data = pieces(write(samples(row.path)), 16_000)
        client = await _stream(server, data, audio=form, interim=False)
        pairs.append((row.reference, client.text))
    return score(pairs)


def _close_to(base: WordErrors, errors: WordErrors, what: str, report: list[str]) -> None:
    report.append(f"tiny.en, {what}: {errors.rate:.1%} word error rate, {base.rate:.1%} as plain PCM")
    assert errors.rate <= base.rate + 0.02, report[-1]


async def _stream(server: Server, data: list[bytes], **fields: Any) -> Wire:
    async with wire(server.stream) as client:
        await client.start(**fields)
        await client.send(data)
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    (ended,) = client.of("ended")
    assert ended["coverage"]["lost"] == 0, client.of("gap")
    assert not [one for one in client.finals if INCOMPLETE in one.get("flags", ())]
    return client


def _bare(finals: list[dict[str, object]]) -> list[dict[str, object]]:
    """Finals without what names the session."""
    return [
        {name: value for name, value in caption.items() if name not in {"segment", "seq"}}
        for caption in finals
    ]
