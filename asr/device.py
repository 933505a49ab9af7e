"""Where the model runs, and in which numbers: the settings turned into what CTranslate2 takes.

In: what was asked for, `auto` and 0 included. Out: a `Device` that this machine has, or `ModelError` with
what it could do instead. Loads no model.
"""

import os
from dataclasses import dataclass

import ctranslate2

from asr.modelfiles import ModelError

PREFERRED = {"cpu": ("int8", "int8_float32", "float32"), "cuda": ("float16", "int8_float16", "float32")}
"""The compute types tried for `auto`, best first."""

LANES = 2
MAX_BATCH = {"cpu": 8, "cuda": 32}
"""Windows decoded together at the most. Every window of a batch waits for all of it: on a processor
each adds its own time, on a GPU hardly any."""


@dataclass(frozen=True, slots=True)
class Device:
    """`device` is cpu or cuda, `compute_type` one that it supports, `threads` at least 1.

    `lanes` batches are decoded at once, each by its share of the threads. Two on a processor: a step of the
    decoder is too small to keep two cores busy, and a final need not wait for the partials before it.
    """

    device: str
    compute_type: str
    threads: int
    lanes: int = 1

    @property
    def max_batch(self) -> int:
        """Windows decoded together at the most."""
        return MAX_BATCH[self.device]

    @property
    def threads_each(self) -> int:
        """Threads of one lane."""
        return max(1, self.threads // self.lanes)


def choose(device: str = "auto", compute_type: str = "auto", threads: int = 0) -> Device:
    """What this machine can do of what was asked: `auto` takes a GPU when there is one.

    Raises `ModelError` for a device that is not there or a compute type that it does not have.
    """
    chosen = _device(device)
    threads = threads or available_cores()
    lanes = LANES if chosen == "cpu" and threads >= LANES else 1
    return Device(chosen, _compute_type(chosen, compute_type), threads, lanes)


def available_cores() -> int:
    """Cores that this process may use, which in a container can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _device(asked: str) -> str:
    if asked not in {"auto", *PREFERRED}:
        raise ModelError(f"There is no device {asked!r}.", "STENO_DEVICE is auto, cpu or cuda")
    if asked == "cpu":
        return "cpu"
    if ctranslate2.get_cuda_device_count():
        return "cuda"
    if asked == "cuda":
        raise ModelError(
            "STENO_DEVICE is cuda, and no CUDA device is found.",
            "Check the driver with nvidia-smi; in a container, give it the GPU (docker run --gpus all)",
            "Or run on the processor: STENO_DEVICE=cpu",
        )
    return "cpu"


def _compute_type(device: str, asked: str) -> str:
    supported = ctranslate2.get_supported_compute_types(device)
    if asked == "auto":
        return next((item for item in PREFERRED[device] if item in supported), "float32")
    if asked not in supported:
        raise ModelError(
            f"The device {device} cannot compute in {asked!r}.",
            f"STENO_COMPUTE_TYPE is auto or one of {', '.join(sorted(supported))}",
        )
    return asked
