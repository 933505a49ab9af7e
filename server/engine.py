"""A running speech model: which files, which device, which thread."""

from collections.abc import Callable

import structlog

from asr.device import Device
from asr.engine import Engine
from asr.modelfiles import ModelFiles
from asr.tiers import TieredEngine
from asr.whisper import WhisperEngine
from asr.worker import Worker

log = structlog.get_logger(__name__)


class Recognition:
    """The worker, and what is known of its model, or its two models, once they are loaded."""

    def __init__(
        self,
        files: ModelFiles,
        device: Device,
        *,
        clock: Callable[[], float],
        partials: ModelFiles | None = None,
    ) -> None:
        """`partials`: a smaller model for drafts, where there is one."""
        self._files = files
        self._partials = partials
        self._device = device
        self._languages: tuple[str, ...] = ()
        self.worker = Worker(
            self._load,
            max_batch=device.max_batch,
            clock=clock,
            lanes=device.lanes,
            report=_model_hangs,
        )

    def languages(self) -> tuple[str, ...]:
        """The languages that the model knows; empty until it is warm."""
        return self._languages if self.worker.ready else ()

    def names(self) -> tuple[str, ...]:
        """The name of the model that hears, as it was configured."""
        return (self._files.name,)

    @property
    def state(self) -> tuple[bool, str]:
        """Whether the model is ready, and what to tell a person."""
        if self.worker.failure is not None:
            return False, f"the model {self._name} could not be loaded"
        if self.worker.stuck:
            return False, f"the speech model hangs: {self.worker.stuck} of its threads do not come back"
        return self.worker.ready, self._name if self.worker.ready else "the model is loading"

    @property
    def _name(self) -> str:
        return f"{self._files.name}, drafts {self._partials.name}" if self._partials else self._files.name

    def _load(self) -> Engine:
        engine = self._loaded(self._files)
        self._languages = engine.languages
        drafts = self._loaded(self._partials) if self._partials else None
        log.info(
            "model_loaded",
            model=self._files.name,
            partial_model=self._partials.name if self._partials else None,
            device=self._device.device,
            type=self._device.compute_type,
        )
        return TieredEngine(engine, drafts) if drafts else engine

    def _loaded(self, files: ModelFiles) -> WhisperEngine:
        return WhisperEngine(
            str(files.path),
            device=self._device.device,
            compute_type=self._device.compute_type,
            threads=self._device.threads_each,
            lanes=self._device.lanes,
        )


def _model_hangs(sentence: str) -> None:
    log.error("model_hangs", detail=sentence)
