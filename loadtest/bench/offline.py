"""How many seconds of speech offline batched faster-whisper transcribes in a second, and what windows of the
live engine cost in full batches: what a live server is compared with. Prints JSON.

Beam, word times and model are those of the live server's finals. Every language is transcribed by itself,
over enough sound to fill a batch of 30 s windows.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel

from asr.device import MAX_BATCH
from asr.modelfiles import ModelError
from asr.types import SAMPLE_RATE, DecodeRequest, Kind
from asr.whisper import WhisperEngine
from loadtest.bench.timing import Model, add_model_options, model_of, seconds_of
from loadtest.client import Audio
from loadtest.corpus import packaged_corpus
from streaming.utterance import WHOLE_BEAM

WINDOW = 30
"""Seconds that the model sees at once."""

Clips = Mapping[str, list[Audio]]
"""By language."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    add_model_options(parser)
    parser.add_argument("--batch", type=int, default=0, help="0: as many as the server decodes at once")
    parser.add_argument("--seconds", type=float, default=20.0, help="least length of the measurement")
    parser.add_argument(
        "--clips", type=Path, help=".npz of arrays named LANGUAGE/NUMBER; else a packaged meeting"
    )
    given = parser.parse_args()
    try:
        model = model_of(given)
    except ModelError as error:
        sys.exit(error.message)
    clips = _read(given.clips) if given.clips else _packaged()
    batch = given.batch or MAX_BATCH[model.device]
    speech, seconds = _offline(model, clips, given.seconds, batch)
    told = {
        "speech_per_second": speech / seconds,
        "speech_seconds": speech,
        "seconds": seconds,
        "batch": batch,
        "beam": WHOLE_BEAM,
        "full_batch": _full_batch(model, clips, batch),
    }
    print(json.dumps(told))


def _packaged() -> Clips:
    clips: dict[str, list[Audio]] = {}
    for clip in packaged_corpus().clips:
        clips.setdefault(clip.language, []).append(clip.audio)
    return clips


def _read(path: Path) -> Clips:
    clips: dict[str, list[Audio]] = {}
    with np.load(path) as arrays:
        for name in sorted(arrays):
            clips.setdefault(name.partition("/")[0], []).append(arrays[name])
    return clips


def _offline(model: Model, clips: Clips, least: float, batch: int) -> tuple[float, float]:
    """Seconds of speech, and the seconds that they took: at least `least`."""
    whisper = WhisperModel(
        model.path, device=model.device, compute_type=model.compute_type, cpu_threads=model.threads
    )
    pipeline = BatchedInferencePipeline(whisper)
    joined = {language: _joined(audio, batch * WINDOW) for language, audio in clips.items()}
    for language, audio in joined.items():
        _transcribe(pipeline, audio[: WINDOW * SAMPLE_RATE], language, batch)
    speech, began = 0.0, time.perf_counter()
    while not speech or time.perf_counter() - began < least:
        for language, audio in joined.items():
            _transcribe(pipeline, audio, language, batch)
            speech += len(audio) / SAMPLE_RATE
    return speech, time.perf_counter() - began


def _joined(clips: list[Audio], seconds: float) -> Audio:
    """The clips one after the other, again and again, up to a length."""
    length = round(seconds * SAMPLE_RATE)
    once = np.concatenate(clips)
    return np.tile(once, -(-length // len(once)))[:length]


def _transcribe(pipeline: BatchedInferencePipeline, audio: Audio, language: str, batch: int) -> None:
    segments, _ = pipeline.transcribe(
        audio,
        language=language,
        beam_size=WHOLE_BEAM,
        temperature=0.0,
        batch_size=batch,
        word_timestamps=True,
    )
    for _ in segments:
        pass


def _full_batch(model: Model, clips: Clips, size: int) -> dict[str, float]:
    """Seconds of the live engine for one window in a full batch, by kind."""
    engine = WhisperEngine(
        model.path, device=model.device, compute_type=model.compute_type, threads=model.threads
    )
    costs = {}
    for kind in Kind:
        batch = _batch(engine, list(_windows(clips, kind)), size)
        costs[str(kind)] = seconds_of(partial(engine.decode_batch, batch), rounds=3) / len(batch)
    return costs


def _windows(clips: Clips, kind: Kind) -> Iterator[DecodeRequest]:
    """A final has the whole clip, a partial on average half of it."""
    for language, audios in clips.items():
        for audio in audios:
            part = audio[: len(audio) // 2] if kind is Kind.PARTIAL else audio
            beam = WHOLE_BEAM if kind.whole else 1
            yield DecodeRequest("bench", 0, kind, part, 0, 0.0, language=language, beam=beam)


def _batch(engine: WhisperEngine, windows: list[DecodeRequest], size: int) -> list[DecodeRequest]:
    """As many windows as a batch takes, of those that may be decoded together and are the most frequent."""
    keys = Counter(engine.batch_key(window) for window in windows)
    ((commonest, _),) = keys.most_common(1)
    return list(islice(cycle(w for w in windows if engine.batch_key(w) == commonest), size))


if __name__ == "__main__":
    main()
