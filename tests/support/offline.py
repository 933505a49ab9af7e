"""The yardstick: faster-whisper's own offline decoding, with the model that the server uses."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment

from asr.models import resolve
from tests.support.recordings import Samples

LANES = 2
"""Recordings decoded at once, each by one thread: threads that share a recording spend an eighth of their
time waiting for one another."""


def offline(
    model: str, models: Path, recordings: Sequence[Samples], language: str, *, timed: bool = False
) -> list[list[Segment]]:
    """What is said in each recording, with the options that faster-whisper has by default; `timed`: with
    times of words, which cut the recording otherwise."""
    path = str(resolve(model, models).path)
    whisper = WhisperModel(path, device="cpu", compute_type="int8", cpu_threads=1, num_workers=LANES)

    def said(recording: Samples) -> list[Segment]:
        return list(whisper.transcribe(recording, language=language, word_timestamps=timed)[0])

    with ThreadPoolExecutor(LANES) as lanes:
        return list(lanes.map(said, recordings))


def text(segments: Sequence[Segment]) -> str:
    """All that was said."""
    return "".join(segment.text for segment in segments)
