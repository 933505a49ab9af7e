"""What a window costs from sound to text, by how many are decoded together: the engine of the live server
beside offline batched faster-whisper, on the same clips, with the same model, beam and batch."""

from itertools import cycle, islice

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel

from asr.types import SAMPLE_RATE, DecodeRequest, Kind
from asr.whisper import BEAM, WhisperEngine
from loadtest.bench.timing import Row, model_option, seconds_of, show, speech
from loadtest.client import Audio

SIZES = (1, 4, 16)
LONGEST = 6.5
"""Seconds of a clip: a typical utterance."""


def main() -> None:
    """Print the table."""
    chosen = model_option()
    common = {"device": chosen.device, "compute_type": chosen.compute_type}
    engine = WhisperEngine(chosen.path, threads=chosen.threads, **common)
    offline = BatchedInferencePipeline(WhisperModel(chosen.path, cpu_threads=chosen.threads, **common))
    clips = speech(LONGEST)
    rows = []
    for kind in Kind:
        for size in SIZES:
            batch = list(islice(cycle(clips), size))
            least = seconds_of(lambda b=batch, k=kind: _offline(offline, b, k), rounds=3)  # type: ignore[misc]
            taken = seconds_of(lambda b=batch, k=kind: _live(engine, b, k), rounds=3)  # type: ignore[misc]
            rows.append(Row(f"{kind}, {size} together", taken / size, least / size))
    show("Sound to text", "a window", "offline batched faster-whisper (30 s windows), same clips", rows)


def _live(engine: WhisperEngine, clips: list[Audio], kind: Kind) -> None:
    engine.decode_batch([DecodeRequest("bench", 0, kind, clip, 0, 0.0, language="en") for clip in clips])


def _offline(pipeline: BatchedInferencePipeline, clips: list[Audio], kind: Kind) -> None:
    ends = np.cumsum([len(clip) for clip in clips]) / SAMPLE_RATE
    starts = [0.0, *ends[:-1]]
    segments, _ = pipeline.transcribe(
        np.concatenate(clips),
        language="en",
        beam_size=BEAM[kind],
        temperature=0.0,
        batch_size=len(clips),
        word_timestamps=kind is Kind.FINAL,
        clip_timestamps=[{"start": start, "end": end} for start, end in zip(starts, ends, strict=True)],
    )
    list(segments)


if __name__ == "__main__":
    main()
