"""Two models as one engine: a small one for drafts, the session's own for all that lasts. Pure.

Windows go in; a partial whose language the small model knows for certain is answered by it, anything else by
the main one: finals, pauses, what is decoded again, and what has no language yet. A batch never mixes them.
What the small one says is marked provisional: it may be shown, not settled. Text alone crosses from one to
the other, since their tokens differ.

What the main model heard up to a pause is better than anything a draft could say of it, and a pause cuts no
word: the small model hears only what follows, in a short window that costs the same however long the
utterance is.

`base` alone and with drafts of `tiny.en` over read English, two cores of an Intel Xeon, 27 Nov 2026, one run
each: `steno bench --model base --partial-model tiny.en --language en --seconds 60 --duty 0.75 --curve 6,12`
with a folder of recordings. Word delay and final delay in seconds, flicker, word error rate:

                        p50   p95     p50   p95
    6, base             0.81  1.62    0.56  1.06    0.12    6.7 %
    6, with tiny.en     0.59  1.17    0.52  0.88    0.21    5.7 %
    12, with tiny.en    0.68  1.45    0.53  0.90    0.22    6.2 %

What is left of the percentiles is the main model's: words that the small one heard wrongly are shown rightly
once a pause is decoded.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace

from asr.engine import Speaking
from asr.rest import after_pause, continued
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
        if self._provisional(request):
            return True, self._small.batch_key(after_pause(request))
        return False, self._main.batch_key(request)

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """Hypotheses in the order of `requests`, which share one batch key."""
        if not self._provisional(requests[0]):
            return self._main.decode_batch(requests)
        heard = self._small.decode_batch([after_pause(request) for request in requests])
        drafts = (continued(*pair) for pair in zip(requests, heard, strict=True))
        return [replace(draft, provisional=True) for draft in drafts]

    def seconds(self) -> dict[tuple[str, str], float]:
        """Of both together."""
        return dict(Counter(self._main.seconds()) + Counter(self._small.seconds()))

    def _provisional(self, request: DecodeRequest) -> bool:
        """Whether the small model answers: it must not be what tells the language of an utterance."""
        known = self.languages[0] if len(self.languages) == 1 else request.language
        return request.kind is Kind.PARTIAL and known in self._small.languages
