"""The live path without a server: a track with the real detector, and the real model behind it.

In: recordings of 16 kHz. Out: what a track concludes of each utterance it finds, as a session would tell it,
without partials.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from asr.models import resolve
from asr.types import SAMPLE_RATE, DecodeRequest, Hypothesis, Kind
from asr.vad import shared_vad
from asr.whisper import WhisperEngine
from streaming.segmenter import OFFSET, WINDOW, Voice
from streaming.track import Track
from streaming.utterance import Conclusion, Style, Utterance
from tests.support.recordings import Samples

BATCH = 8
LANES = 2
"""Batches decoded at once, each by one thread, as the server does on two cores."""


def engine(model: str, models: Path) -> WhisperEngine:
    """The model as the server loads it on a machine without a GPU."""
    path = str(resolve(model, models).path)
    return WhisperEngine(path, device="cpu", compute_type="int8", threads=1, lanes=LANES)


def conclude(whisper: WhisperEngine, recordings: Sequence[Samples], language: str) -> list[list[Conclusion]]:
    """What is concluded of the utterances of each recording."""
    tracks = [Track(None, shared_vad().stream(), SAMPLE_RATE // 2, _style(language), _id) for _ in recordings]
    asked = [
        (at, request)
        for at, (track, recording) in enumerate(zip(tracks, recordings, strict=True))
        for request in track.feed(recording, 0.0).requests + track.flush(0.0).requests
    ]
    answers = _decode(whisper, [request for _, request in asked])
    for (at, request), hypothesis in zip(asked, answers, strict=True):
        utterance = tracks[at].utterance(request.key)
        assert utterance is not None
        utterance.conclude(hypothesis)
    return [[conclusion for _, conclusion in track.release()[0]] for track in tracks]


def conclude_as_speech(whisper: WhisperEngine, pieces: Sequence[Samples], language: str) -> list[Conclusion]:
    """What would be concluded of sounds if they were taken for utterances, speech or not."""
    utterances = [
        Utterance(str(at), 0, 0, None, _style(language), language=language) for at in range(len(pieces))
    ]
    requests = []
    for utterance, piece in zip(utterances, pieces, strict=True):
        utterance.end = utterance.speech_end = len(piece)
        utterance.voice = _voice(piece)
        request = utterance.final(piece, 0.0)
        assert request is not None
        requests.append(request)
    answers = _decode(whisper, requests)
    return [utterance.conclude(answer) for utterance, answer in zip(utterances, answers, strict=True)]


def _style(language: str) -> Style:
    return Style(languages=(language,))


def _id(number: int) -> str:
    return f"u{number}"


def _voice(piece: Samples) -> Voice:
    windows = piece[: len(piece) // WINDOW * WINDOW].reshape(-1, WINDOW)
    heard = shared_vad().stream().probabilities(windows)
    return Voice(WINDOW * int(np.count_nonzero(heard >= OFFSET)), float(heard.max(initial=0.0)))


def _decode(whisper: WhisperEngine, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
    """Answers in the order of the requests, decoded in batches of equal keys."""
    assert all(request.kind is Kind.FINAL for request in requests)
    answers: dict[int, Hypothesis] = {}
    keys = [whisper.batch_key(request) for request in requests]
    batches: list[list[int]] = []
    for key in dict.fromkeys(keys):
        members = [at for at in range(len(requests)) if keys[at] == key]
        batches += [members[first : first + BATCH] for first in range(0, len(members), BATCH)]
    with ThreadPoolExecutor(LANES) as lanes:
        heard = lanes.map(lambda batch: whisper.decode_batch([requests[at] for at in batch]), batches)
        for batch, hypotheses in zip(batches, heard, strict=True):
            answers |= zip(batch, hypotheses, strict=True)
    return [answers[at] for at in range(len(requests))]
