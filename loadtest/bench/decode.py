"""What a window costs from sound to text, by how many are decoded together: the engine of the live server
beside offline batched faster-whisper, on the same clips, with the same model, beam and batch."""

from itertools import cycle, islice

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel

from asr.types import SAMPLE_RATE, DecodeRequest, Kind
from asr.whisper import WhisperEngine
from loadtest.bench.timing import Row, model_option, seconds_of, show, speech
from loadtest.client import Audio
from streaming.utterance import WHOLE_BEAM

SIZES = (1, 4, 16)
BEAM = {Kind.PARTIAL: 1, Kind.PAUSE: WHOLE_BEAM, Kind.FINAL: WHOLE_BEAM}
LONGEST = 6.5
"""Seconds of a clip: a typical utterance."""


def main() -> None:
    """Print the table."""
    chosen = model_option()
    name, kind_of_number, threads = chosen.device, chosen.compute_type, chosen.threads
    engine = WhisperEngine(chosen.path, device=name, compute_type=kind_of_number, threads=threads)
    whisper = WhisperModel(chosen.path, device=name, compute_type=kind_of_number, cpu_threads=threads)
    offline = BatchedInferencePipeline(whisper)
    clips = speech(LONGEST)
    rows = []
    for kind in (Kind.PARTIAL, Kind.FINAL):
        for size in SIZES:
            batch = list(islice(cycle(clips), size))
            least = seconds_of(lambda b=batch, k=kind: _offline(offline, b, k), rounds=3)  # type: ignore[misc]
            taken = seconds_of(lambda b=batch, k=kind: _live(engine, b, k), rounds=3)  # type: ignore[misc]
            rows.append(Row(f"{kind}, {size} together", taken / size, least / size))
    show("Sound to text", "a window", "offline batched faster-whisper (30 s windows), same clips", rows)


def _live(engine: WhisperEngine, clips: list[Audio], kind: Kind) -> None:
    engine.decode_batch(
        [DecodeRequest("bench", 0, kind, clip, 0, 0.0, beam=BEAM[kind], language="en") for clip in clips]
    )


def _offline(pipeline: BatchedInferencePipeline, clips: list[Audio], kind: Kind) -> None:
    ends = np.cumsum([len(clip) for clip in clips]) / SAMPLE_RATE
    starts = [0.0, *ends[:-1]]
    segments, _ = pipeline.transcribe(
        np.concatenate(clips),
        language="en",
        beam_size=BEAM[kind],
        temperature=0.0,
        batch_size=len(clips),
        word_timestamps=kind.whole,
        clip_timestamps=[{"start": start, "end": end} for start, end in zip(starts, ends, strict=True)],
    )
    list(segments)


if __name__ == "__main__":
    main()
