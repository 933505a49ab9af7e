"""The scripted speech detector and the real one keep the same contract."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.audio import decode_audio

from asr.types import VadStream, Waveform
from asr.vad import shared_vad
from tests.contract.vad_contract import VadContract
from tests.fakes.vad import EnergyVad
from tests.support.evalset import Recording
from tests.support.speech import join, say, silence


class TestEnergyVad(VadContract):
    """The scripted one."""

    @pytest.fixture
    def stream(self) -> VadStream:
        return EnergyVad()

    @pytest.fixture
    def other(self) -> VadStream:
        return EnergyVad()

    @pytest.fixture
    def speech(self) -> Waveform:
        return join(silence(0.5), say("one two three four five six seven eight"))


class TestSileroVad(VadContract):
    """The real one, on a real voice."""

    @pytest.fixture
    def stream(self) -> VadStream:
        return shared_vad().stream()

    @pytest.fixture
    def other(self) -> VadStream:
        return shared_vad().stream()

    @pytest.fixture
    def speech(self, eval_manifest: tuple[Recording, ...]) -> Waveform:
        recording = next(one for one in eval_manifest if one.scored and one.language == "en")
        return read(recording.path)[: 6 * 16_000]


@cache
def read(path: Path) -> Waveform:
    """A file as a 16 kHz waveform."""
    return np.asarray(decode_audio(str(path)), np.float32)
