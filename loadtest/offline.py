"""Live throughput beside what offline batched decoding reaches in the same run, and where the rest goes.
Pure.

A run's figures and the offline measurement (`loadtest.bench.offline`) go in, shares of the time come out.
"""

from collections.abc import Mapping
from typing import Any

from loadtest.engine import REDO, EngineReport

CAREFUL = ("final", "pause")
"""Kinds that are decoded as finals are: a window decoded in a pause becomes the final if nothing follows."""
ENCODING = ("features", "encode")

DEFINITIONS: Mapping[str, str] = {
    "offline": "batched faster-whisper over the clips of the runs, joined, with the server stopped: the same "
    "model, device, threads, and beam and word times of finals; seconds of speech per second",
    "of_offline": "live throughput (speech_per_second) as a share of what offline batched decoding reaches "
    "with the same model on the same speech; offline decoding would have needed that share of the time",
    "rest": "where the rest of the time went, in shares of it: of_offline + finals_dearer + encoding_again + "
    "decoding_again + redone + untold + idle = 1",
    "finals_dearer": "finals, and windows decoded in a pause, beyond what offline decoding would have "
    "needed: they are short, padded, and come one by one; negative where they were cheaper",
    "encoding_again": "features and encoder for partials: the same speech is encoded anew for each",
    "decoding_again": "decoder and all else for partials",
    "redone": "doubtful finals decoded a second time",
    "untold": "the model was at work, and the server does not say at what",
    "idle": "the model waited for windows",
    "small_batches": "part of the above: what the same windows would have cost less at the price that they "
    "have in full batches, measured with the same engine after the runs",
}


def against_offline(
    speech_per_second: float, engine: EngineReport | None, offline: Mapping[str, Any]
) -> dict[str, Any]:
    """Live throughput as a share of the offline one, and where the rest of the time went."""
    of_offline = speech_per_second / offline["speech_per_second"]
    if engine is None or not engine.share:
        return {"of_offline": of_offline, "rest": None}
    others = {kind: steps for kind, steps in engine.share.items() if kind not in CAREFUL}
    again = [(step, part) for steps in others.values() for step, part in steps.items() if step != REDO]
    return {
        "of_offline": of_offline,
        "rest": {
            "finals_dearer": sum(engine.share_of(kind) for kind in CAREFUL) - of_offline,
            "encoding_again": sum(part for step, part in again if step in ENCODING),
            "decoding_again": sum(part for step, part in again if step not in ENCODING),
            "redone": sum(steps.get(REDO, 0.0) for steps in engine.share.values()),
            "untold": engine.busy_share - sum(sum(steps.values()) for steps in engine.share.values()),
            "idle": 1.0 - engine.busy_share,
            "small_batches": _small_batches(engine, offline.get("full_batch", {})),
        },
    }


def _small_batches(engine: EngineReport, full: Mapping[str, float]) -> float | None:
    """What the same windows would have cost less in full batches, as a share of the time."""
    known = [kind for kind in engine.seconds_per_window if kind in full]
    if not known:
        return None
    return sum(
        max(engine.share_of(kind) - engine.windows[kind] * full[kind] / engine.seconds, 0.0) for kind in known
    )
