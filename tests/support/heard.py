"""What a model makes of the reference recordings, each decoded once a run for all tests that compare it.

In: the model's name, rows of the manifest and their language. Out: what the live path concludes of each
without partials and without a server. Nobody may change what is given.
"""

from collections.abc import Sequence
from pathlib import Path

from asr.whisper import WhisperEngine
from streaming.utterance import Conclusion
from tests.support import live
from tests.support.evalset import Recording
from tests.support.recordings import samples


class Heard:
    """All that was heard in this run."""

    def __init__(self, models: Path) -> None:
        self._models = models
        self._engines: dict[str, WhisperEngine] = {}
        self._concluded: dict[tuple[str, str, Path], list[Conclusion]] = {}

    def engine(self, model: str) -> WhisperEngine:
        """The model of this name, loaded once."""
        if model not in self._engines:
            self._engines[model] = live.engine(model, self._models)
        return self._engines[model]

    def concluded(self, model: str, rows: Sequence[Recording], language: str) -> list[list[Conclusion]]:
        """What the live path says of the utterances of each recording."""
        keys = [(model, language, row.path) for row in rows]
        new = [key for key in keys if key not in self._concluded]
        heard = live.conclude(self.engine(model), [samples(path) for _, _, path in new], language)
        self._concluded |= zip(new, heard, strict=True)
        return [self._concluded[key] for key in keys]
