"""What encoding costs by the window's length, for a second of window, beside the model's native 30 s."""

import ctranslate2
import numpy as np

from asr.whisper import BUCKETS, FRAMES_PER_SECOND, FULL_WINDOW
from loadtest.bench.timing import Model, Row, model_option, seconds_of, show


def main() -> None:
    """Print the table."""
    chosen = model_option()
    model = ctranslate2.models.Whisper(
        chosen.path, device=chosen.device, compute_type=chosen.compute_type, intra_threads=chosen.threads
    )
    taken = {frames: _encode(model, chosen, frames) for frames in BUCKETS}
    full = taken[FULL_WINDOW] / FULL_WINDOW
    rows = [
        Row(f"{frames // FRAMES_PER_SECOND} s", seconds, full * frames) for frames, seconds in taken.items()
    ]
    show("Encoder", "a window", "its share of a window of 30 s", rows)


def _encode(model: ctranslate2.models.Whisper, chosen: Model, frames: int) -> float:
    mel = np.random.default_rng(1).normal(0, 0.5, (1, model.n_mels, frames)).astype(np.float32)
    features = ctranslate2.StorageView.from_array(mel)
    # On a GPU the call returns at once; bringing the answer to the processor waits for it.
    return seconds_of(lambda: model.encode(features, to_cpu=chosen.device != "cpu"), least=1.0)


if __name__ == "__main__":
    main()
