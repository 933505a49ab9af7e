"""A running speech model: which files, which device, which thread."""

from collections.abc import Callable

import structlog

from asr.device import Device
from asr.modelfiles import ModelFiles
from asr.whisper import WhisperEngine
from asr.worker import Worker

log = structlog.get_logger(__name__)


class Recognition:
    """The worker, and what is known of its model once it is loaded."""

    def __init__(
        self, files: ModelFiles, device: Device, *, max_batch: int, clock: Callable[[], float]
    ) -> None:
        self._files = files
        self._device = device
        self._languages: tuple[str, ...] = ()
        self.worker = Worker(
            self._load, max_batch=max_batch, clock=clock, lanes=device.lanes, report=_model_hangs
        )

    def languages(self) -> tuple[str, ...]:
        """The languages that the model knows; empty until it is warm."""
        return self._languages if self.worker.ready else ()

    @property
    def state(self) -> tuple[bool, str]:
        """Whether the model is ready, and what to tell a person."""
        if self.worker.failure is not None:
            return False, f"the model {self._files.name} could not be loaded"
        if self.worker.stuck:
            return False, f"the speech model hangs: {self.worker.stuck} of its threads do not come back"
        return self.worker.ready, self._files.name if self.worker.ready else "the model is loading"

    def _load(self) -> WhisperEngine:
        chosen = self._device
        engine = WhisperEngine(
            str(self._files.path),
            device=chosen.device,
            compute_type=chosen.compute_type,
            threads=chosen.threads_each,
            lanes=chosen.lanes,
        )
        self._languages = engine.languages
        log.info("model_loaded", model=self._files.name, device=chosen.device, type=chosen.compute_type)
        return engine


def _model_hangs(sentence: str) -> None:
    log.error("model_hangs", detail=sentence)
