"""What the mel features of a window cost, by its length, beside the Fourier transform that they rest on."""

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

from loadtest.bench.timing import Row, seconds_of, show

RATE, HOP, SIZE = 16_000, 160, 400
LENGTHS = (10, 20, 30)


def main() -> None:
    """Print the table."""
    extract = FeatureExtractor()
    rows = []
    for length in LENGTHS:
        audio = np.random.default_rng(1).normal(0, 0.1, length * RATE).astype(np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(audio, SIZE)[::HOP].copy()
        taken = seconds_of(lambda sound=audio: extract(sound, padding=HOP))  # type: ignore[misc]
        least = seconds_of(lambda blocks=frames: np.fft.rfft(blocks))  # type: ignore[misc]
        rows.append(Row(f"{length} s", taken, least))
    show("Mel features", "a window", "the Fourier transform of its frames alone", rows)


if __name__ == "__main__":
    main()
