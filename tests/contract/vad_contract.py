"""What every speech detector keeps, scripted or real."""

import numpy as np
import numpy.typing as npt
import pytest

from asr.types import VadStream, Waveform

WINDOW = 512
NOISE_SEED = 7


def windows(audio: Waveform) -> Waveform:
    """Whole windows of a waveform."""
    return audio[: len(audio) // WINDOW * WINDOW].reshape(-1, WINDOW)


class VadContract:
    """Give `new` and `speech`; pytest runs the rest."""

    @pytest.fixture
    def stream(self) -> VadStream:
        """A fresh stream."""
        raise NotImplementedError

    @pytest.fixture
    def other(self) -> VadStream:
        """Another fresh stream of the same detector."""
        raise NotImplementedError

    @pytest.fixture
    def speech(self) -> Waveform:
        """A few seconds in which somebody speaks."""
        raise NotImplementedError

    def test_one_probability_for_each_window(self, stream: VadStream, speech: Waveform) -> None:
        probabilities = stream.probabilities(windows(speech))
        assert probabilities.shape == (len(speech) // WINDOW,)
        assert probabilities.dtype == np.float32
        assert ((probabilities >= 0) & (probabilities <= 1)).all()

    def test_no_windows_no_probabilities(self, stream: VadStream) -> None:
        assert stream.probabilities(np.zeros((0, WINDOW), np.float32)).shape == (0,)

    def test_speech_is_heard_and_silence_is_not(self, stream: VadStream, speech: Waveform) -> None:
        spoken = stream.probabilities(windows(speech))
        assert (spoken >= 0.5).mean() > 0.3
        silence = stream.probabilities(np.zeros((60, WINDOW), np.float32))
        assert (silence[20:] < 0.35).all()

    def test_faint_noise_is_not_speech(self, stream: VadStream) -> None:
        noise = np.random.default_rng(NOISE_SEED).normal(0, 0.001, (60, WINDOW)).astype(np.float32)
        assert (stream.probabilities(noise) < 0.5).all()

    @pytest.mark.parametrize("size", [1, 2, 7])
    def test_how_windows_are_handed_over_does_not_matter(
        self, stream: VadStream, other: VadStream, speech: Waveform, size: int
    ) -> None:
        whole = stream.probabilities(windows(speech))
        all_windows = windows(speech)
        parts: list[npt.NDArray[np.float32]] = [
            other.probabilities(all_windows[begin : begin + size])
            for begin in range(0, len(all_windows), size)
        ]
        assert np.concatenate(parts) == pytest.approx(whole, abs=1e-3)

    def test_streams_do_not_hear_each_other(
        self, stream: VadStream, other: VadStream, speech: Waveform
    ) -> None:
        alone = stream.probabilities(windows(speech))
        other.probabilities(np.zeros((5, WINDOW), np.float32))
        half = len(windows(speech)) // 2
        other.probabilities(windows(speech)[:half])
        again = stream.probabilities(np.zeros((40, WINDOW), np.float32))
        assert (again[20:] < 0.35).all()
        assert alone.shape == (len(windows(speech)),)

    def test_its_input_is_left_as_it_was(self, stream: VadStream, speech: Waveform) -> None:
        given = windows(speech).copy()
        stream.probabilities(given)
        assert np.array_equal(given, windows(speech))
