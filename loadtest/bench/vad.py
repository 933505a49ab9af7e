"""What the speech detector costs for a window of 32 ms: one stream window by window, and many at once."""

import numpy as np

from asr.vad import WINDOW, shared_vad
from loadtest.bench.timing import Row, seconds_of, show

SIZES = (1, 2, 4, 8, 16, 32)


def main() -> None:
    """Print the table."""
    audio = np.random.default_rng(1).normal(0, 0.1, (max(SIZES), WINDOW)).astype(np.float32)
    stream = shared_vad().stream()
    each = {size: seconds_of(lambda n=size: stream.probabilities(audio[:n])) / size for size in SIZES}  # type: ignore[misc]
    rows = [Row(f"{size} at a time", each[size], each[max(SIZES)]) for size in SIZES]
    show("Speech detector", "a window", f"{max(SIZES)} windows of one stream in one call", rows)


if __name__ == "__main__":
    main()
