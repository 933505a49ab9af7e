"""A speech detector that takes loudness for speech. Keeps the contract of `asr.vad`'s streams.

In: windows of 512 samples. Out: one probability each. Like the real one it has a state for each stream (the
tail of the window before), which does not depend on how the windows were handed over.
"""

import numpy as np
import numpy.typing as npt

from asr.types import Waveform

LOUD = 0.05
SPEECH, NOISE = 0.95, 0.02


class EnergyVad:
    """One stream."""

    def probabilities(self, windows: Waveform) -> npt.NDArray[np.float32]:
        """`SPEECH` for windows whose level is above `LOUD`, `NOISE` for the others."""
        levels = np.sqrt(np.mean(np.square(windows), axis=1)) if len(windows) else np.zeros(0)
        return np.where(levels > LOUD, SPEECH, NOISE).astype(np.float32)
