"""The yardstick: faster-whisper's own offline decoding, with the model that the server uses."""

from collections.abc import Iterable
from pathlib import Path

from faster_whisper import WhisperModel

from asr.models import resolve
from tests.support.recordings import Samples


def offline(model: str, models: Path, recordings: Iterable[Samples], language: str) -> list[str]:
    """The text of each recording, with the options that faster-whisper has by default."""
    whisper = WhisperModel(str(resolve(model, models).path), device="cpu", compute_type="int8")
    return [
        "".join(segment.text for segment in whisper.transcribe(recording, language=language)[0])
        for recording in recordings
    ]
