"""Silero voice activity detection on ONNX Runtime, one model for all streams, state per stream.

The model file is the one that faster-whisper ships (Silero v6). A window is 512 samples at 16 kHz
(32 ms), preceded by the 64 last samples of the window before it. One window costs about 0.1 ms, so
callers on an event loop pass a second of audio at a time, not minutes.
"""

from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import onnxruntime

from asr.types import VadStream, Waveform

WINDOW = 512
CONTEXT = 64


class SileroVad:
    """The loaded model. Safe to share: a run keeps no state of its own."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = 1
        # Spinning threads would take a core from the speech model while they wait.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        path = files("faster_whisper") / "assets" / "silero_vad_v6.onnx"
        self._session = onnxruntime.InferenceSession(
            str(path), providers=["CPUExecutionProvider"], sess_options=options
        )

    def stream(self) -> VadStream:
        """A fresh state for one track."""
        return SileroStream(self._session)


class SileroStream:
    """The recurrent state and the context of one track."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros((1, CONTEXT), np.float32)

    def probabilities(self, windows: Waveform) -> npt.NDArray[np.float32]:
        """Speech probability per window; `windows` has shape (n, 512), consecutive in time."""
        if not len(windows):
            return np.zeros(0, np.float32)
        context = np.concatenate([self._context, windows[:-1, -CONTEXT:]])
        probabilities, self._h, self._c = self._session.run(
            None,
            {"input": np.concatenate([context, windows], axis=1), "h": self._h, "c": self._c},
        )
        self._context = windows[-1:, -CONTEXT:].copy()
        return np.asarray(probabilities, np.float32).reshape(-1)


@cache
def shared_vad() -> SileroVad:
    """The process's one model, loaded on first use."""
    return SileroVad()
