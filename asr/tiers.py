"""Two models as one engine: a small one for drafts, the session's own for all that lasts. Pure.

Windows go in; a partial whose language the small model knows for certain is answered by it, anything else by
the main one: finals, pauses, what is decoded again, and what has no language yet. A batch never mixes them.
What the small one says is marked provisional: it may be shown, not settled. Text alone crosses from one to
the other, since their tokens differ.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace

from asr.engine import Engine, Speaking
from asr.types import DecodeRequest, Hypothesis, Kind


class TieredEngine:
    """Implements `asr.engine.Engine`, for as many threads as both models are safe for."""

    def __init__(self, main: Speaking, small: Speaking) -> None:
        self._main = main
        self._small = small
        self.languages = main.languages

    def warm_up(self) -> None:
        """Warm up both."""
        self._main.warm_up()
        self._small.warm_up()

    def batch_key(self, request: DecodeRequest) -> Hashable:
        """The model, and what it says itself."""
        provisional = self._provisional(request)
        return provisional, self._model(provisional).batch_key(request)

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """Hypotheses in the order of `requests`, which share one batch key."""
        provisional = self._provisional(requests[0])
        heard = self._model(provisional).decode_batch(requests)
        return [replace(hypothesis, provisional=True) for hypothesis in heard] if provisional else heard

    def seconds(self) -> dict[tuple[str, str], float]:
        """Of both together."""
        return dict(Counter(self._main.seconds()) + Counter(self._small.seconds()))

    def _model(self, provisional: bool) -> Engine:
        return self._small if provisional else self._main

    def _provisional(self, request: DecodeRequest) -> bool:
        """Whether the small model answers: it must not be what tells the language of an utterance."""
        known = self.languages[0] if len(self.languages) == 1 else request.language
        return request.kind is Kind.PARTIAL and known in self._small.languages
