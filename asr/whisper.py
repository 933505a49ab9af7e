"""Whisper on CTranslate2: a batch of windows in, a hypothesis for each out. Blocking; one thread a lane.

Only as much is encoded as was said: windows are padded to a bucket of at least ten seconds with zeros in
the normalised mel domain, which is what the model saw in training. Shorter windows, and padding with
recorded silence, send the decoder into loops. A window that loops all the same is decoded again at the
full 30 s. Files come from `asr.models`; everything that decides how a window is decoded is in the request.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from asr import hotwords, prompt, quality
from asr.detection import Choice, choose
from asr.rest import after_pause, continued, rest_of, stopped_at_pause, with_rest
from asr.steps import UNTIMED, StepClock, Timing
from asr.types import SAMPLE_RATE, DecodeRequest, Hypothesis, Kind, Waveform, Word
from asr.words import Alignment, place

FRAMES_PER_SECOND = 100
FULL_WINDOW = 30 * FRAMES_PER_SECOND
BUCKETS = (1000, 1400, 1800, 2200, 2600, FULL_WINDOW)
"""Window lengths in mel frames; the first is the floor below which decoding becomes unsafe."""

MULTILINGUAL_FINAL_FLOOR = 2000
"""Mel frames, for finals that are not known to be English. Word error rate of finals of `base` from windows
of 10 and 20 s: Russian 17.2 and 16.4 %, English 4.8 and 4.9 %."""

ENCODED_TOGETHER = {"cpu": 1}
"""Windows in one call of the encoder. On a processor a larger call only drives the weights out of the cache
(tiny.en, 10 s: 28 ms a window alone, 31 in a call of four, 47 in one of sixteen); a GPU takes them all."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A window ready for the decoder."""

    request: DecodeRequest
    mel: npt.NDArray[np.float32]
    prompt: list[int]
    prefix: list[int]
    choice: Choice


@dataclass(frozen=True, slots=True)
class _Decoded:
    tokens: list[int]
    text: str
    logprob: float
    no_speech: float
    looped: bool


class WhisperEngine:
    """The loaded model. Safe for as many threads as it has lanes: a call keeps no state of its own."""

    def __init__(self, path: str, *, device: str, compute_type: str, threads: int, lanes: int = 1) -> None:
        """`lanes` batches can be decoded at once, each by `threads` threads."""
        self._whisper = WhisperModel(
            path,
            device=device,
            compute_type=compute_type,
            cpu_threads=threads,
            num_workers=lanes,
            local_files_only=True,
        )
        self._together = ENCODED_TOGETHER.get(device, 0)
        self._clock = StepClock()
        self._model: ctranslate2.models.Whisper = self._whisper.model
        self.multilingual: bool = self._model.is_multilingual
        self._tokenizer = self._tokenizer_for("en")
        self._suppressed = list(get_suppressed_tokens(self._tokenizer, [-1]))
        self.languages: tuple[str, ...] = tuple(self._whisper.supported_languages)

    def warm_up(self) -> None:
        """Run every step once, so that the first speaker does not pay for lazy initialisation."""
        silence = np.zeros(SAMPLE_RATE, np.float32)
        # A pause takes the same steps as a final.
        for kind in (Kind.PARTIAL, Kind.FINAL):
            self.decode_batch([DecodeRequest("warm-up", 0, kind, silence, 0, 0.0, beam=5)])

    def seconds(self) -> dict[tuple[str, str], float]:
        """Where the time went so far, by kind of window and step."""
        return self._clock.seconds()

    def batch_key(self, request: DecodeRequest) -> Hashable:
        """Windows with equal keys may be decoded together."""
        hints = prompt.hotword_tokens(self._tokenizer, request.hotwords)
        return self._frames(request), len(hints), request.kind, request.beam

    def _frames(self, request: DecodeRequest) -> int:
        """The window to encode. Finals of the multilingual models lose words in short windows."""
        longer = self.multilingual and request.kind.whole and request.language != "en"
        return max(MULTILINGUAL_FINAL_FLOOR if longer else 0, bucket(len(request.audio)))

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """Hypotheses in the order of `requests`, which share one batch key."""
        kind = requests[0].kind
        hypotheses = self._decode(requests, self._frames(requests[0]), self._clock.of(kind))
        if not kind.whole:
            drafts = map(self._past_pause, requests, hypotheses)
            return [hotwords.shown(*pair) for pair in zip(requests, drafts, strict=True)]
        with self._clock.of(kind).step("redo"):
            return [self._to_the_end(*pair) for pair in zip(requests, hypotheses, strict=True)]

    def _past_pause(self, request: DecodeRequest, heard: Hypothesis) -> Hypothesis:
        """A draft, also where the model stops at a pause after which somebody went on."""
        if not stopped_at_pause(request, heard):
            return heard
        rest = after_pause(request)
        return continued(request, self._alone(rest))

    def _to_the_end(self, request: DecodeRequest, first: Hypothesis) -> Hypothesis:
        """A whole window up to its last words, however often the model stops before them."""
        heard = self._unhinted(request, first)
        while (rest := rest_of(request, heard)) is not None:
            more = self._unhinted(rest, self._alone(rest))
            if (longer := with_rest(heard, more)) is None:
                break
            heard = longer
        return heard

    def _unhinted(self, request: DecodeRequest, first: Hypothesis) -> Hypothesis:
        """A final whose hotwords were said: what is nothing but hotwords is decoded without them as well."""
        best = self._second_try(request, first)
        if not hotwords.leaked(best, request.hotwords):
            return best
        bare = replace(request, hotwords=())
        heard = self._second_try(bare, self._alone(bare))
        return replace(hotwords.better(best, heard), redone=True)

    def _alone(self, request: DecodeRequest) -> Hypothesis:
        """What is heard in a window that is decoded outside its turn."""
        return self._decode([request], self._frames(request), UNTIMED)[0]

    def _second_try(self, request: DecodeRequest, first: Hypothesis) -> Hypothesis:
        """Decode a doubtful final again with the full window, and keep the better of both."""
        if not quality.doubtful(first):
            return first
        second = self._decode([request], FULL_WINDOW, UNTIMED)[0]
        if quality.looped(second):
            second = self._decode([request], FULL_WINDOW, UNTIMED, no_repeat=4)[0]
        better = quality.looped(first) or second.average_logprob > first.average_logprob
        return replace(second if better else first, redone=True)

    def _decode(
        self, requests: Sequence[DecodeRequest], frames: int, timing: Timing, no_repeat: int = 0
    ) -> list[Hypothesis]:
        with timing.step("features"):
            mels = [self._mel(request.audio) for request in requests]
        with timing.step("encode"):
            encoded = self._encode(mels, frames)
        languages = self._languages(requests, encoded)
        items = [
            self._prepare(request, mel, language)
            for request, mel, language in zip(requests, mels, languages, strict=True)
        ]
        with timing.step("generate"):
            decoded = self._generate(items, encoded, no_repeat)
        if not requests[0].kind.whole:
            return [_hypothesis(*pair, ()) for pair in _pairs(items, decoded)]
        with timing.step("align"):
            words = self._align(items, decoded, encoded)
        return [_hypothesis(*parts) for parts in zip(items, decoded, words, strict=True)]

    def _encode(self, mels: Sequence[npt.NDArray[np.float32]], frames: int) -> ctranslate2.StorageView:
        """The encoder's output for all windows, in calls of the size that the device likes."""
        size = self._together or len(mels)
        parts = [self._model.encode(_stack(mels[at : at + size], frames)) for at in range(0, len(mels), size)]
        if len(parts) == 1:
            return parts[0]
        return ctranslate2.StorageView.from_array(np.concatenate([np.array(part) for part in parts]))

    def _mel(self, audio: Waveform) -> npt.NDArray[np.float32]:
        mel = self._whisper.feature_extractor(audio, padding=160)
        return np.asarray(mel[:, : min(FULL_WINDOW, len(audio) // 160)], np.float32)

    def _languages(self, requests: Sequence[DecodeRequest], encoded: ctranslate2.StorageView) -> list[Choice]:
        if not self.multilingual:
            return [Choice("en")] * len(requests)
        if all(request.language for request in requests):
            return [Choice(request.language or "") for request in requests]
        heard = self._model.detect_language(encoded)
        return [choose(*pair) for pair in zip(requests, heard, strict=True)]

    def _prepare(self, request: DecodeRequest, mel: npt.NDArray[np.float32], choice: Choice) -> _Prepared:
        name = f"<|{choice.language}|>"
        token = self._tokenizer.tokenizer.token_to_id(name) if self.multilingual else None
        prefix = prompt.prefix_tokens(self._tokenizer, request.prefix)
        tokens = [
            *prompt.hotword_tokens(self._tokenizer, request.hotwords),
            *prompt.task_tokens(self._tokenizer, token),
            *prefix,
        ]
        return _Prepared(request, mel, tokens, prefix, choice)

    def _generate(
        self, items: Sequence[_Prepared], encoded: ctranslate2.StorageView, no_repeat: int
    ) -> list[_Decoded]:
        limit = max(self._limit(item.request) for item in items)
        whole = items[0].request.kind.whole
        start = len(items[0].prompt) - len(items[0].prefix)
        longest = max(len(item.prefix) for item in items) + limit
        results = self._model.generate(
            encoded,
            [item.prompt for item in items],
            beam_size=items[0].request.beam,
            no_repeat_ngram_size=no_repeat,
            max_length=prompt.max_length(start, longest),
            return_scores=whole,
            return_no_speech_prob=whole,
            suppress_tokens=self._suppressed,
        )
        return [self._decoded(item, result, limit) for item, result in zip(items, results, strict=True)]

    def _limit(self, request: DecodeRequest) -> int:
        """The most tokens to decode; what a draft has shown already is not counted by the second."""
        if request.kind.whole or not request.draft:
            return quality.token_limit(len(request.audio) / SAMPLE_RATE)
        new = max(0, len(request.audio) - request.drafted)
        said = prompt.prefix_tokens(self._tokenizer, request.draft)
        return len(said) + quality.token_limit(new / SAMPLE_RATE)

    def _decoded(self, item: _Prepared, result: Any, limit: int) -> _Decoded:
        # CTranslate2 repeats the forced prefix at the head of its answer.
        answer = result.sequences_ids[0][len(item.prefix) :]
        tokens = [token for token in answer if token < self._tokenizer.eot]
        if not item.request.kind.whole:
            # A partial is shown for a moment only: what it says before it runs into a loop is good enough.
            tokens = list(quality.before_restart(quality.before_loop(tokens)))
        text = self._tokenizer.decode(tokens).rstrip("\ufffd")
        # CTranslate2 divides by the length; Whisper counts the end token too.
        score = result.scores[0] if result.scores else 0.0
        logprob = score * len(tokens) / (len(tokens) + 1)
        looped = quality.loops(tokens, text, limit)
        return _Decoded(tokens, text, logprob, result.no_speech_prob, looped)

    def _align(
        self, items: Sequence[_Prepared], decoded: Sequence[_Decoded], encoded: ctranslate2.StorageView
    ) -> list[tuple[Word, ...]]:
        """Words of each item. One call a language, since a call takes one start sequence."""
        words: list[tuple[Word, ...]] = [()] * len(items)
        # An item without text still needs a token in the call; what comes of it is not used.
        texts = [
            item.prefix + one.tokens or [self._tokenizer.eot - 1] for item, one in _pairs(items, decoded)
        ]
        frames = [item.mel.shape[1] for item in items]
        for language in {item.choice.language for item in items}:
            tokenizer = self._tokenizer_for(language)
            placed = self._model.align(encoded, tokenizer.sot_sequence, texts, frames)
            for index, (item, one) in enumerate(_pairs(items, decoded)):
                tokens = item.prefix + one.tokens
                if item.choice.language == language and tokens:
                    words[index] = _words(tokenizer, tokens, placed[index], item.request)
        return words

    def _tokenizer_for(self, language: str) -> Tokenizer:
        return Tokenizer(self._whisper.hf_tokenizer, self.multilingual, task="transcribe", language=language)


def bucket(samples: int) -> int:
    """The window in mel frames that holds so many samples; longer audio takes the full window."""
    frames = samples // 160
    return next((size for size in BUCKETS if frames <= size), FULL_WINDOW)


def _stack(mels: Sequence[npt.NDArray[np.float32]], frames: int) -> ctranslate2.StorageView:
    batch = np.zeros((len(mels), mels[0].shape[0], frames), np.float32)
    for row, mel in zip(batch, mels, strict=True):
        row[:, : mel.shape[1]] = mel[:, :frames]
    return ctranslate2.StorageView.from_array(batch)


def _pairs(items: Sequence[_Prepared], decoded: Sequence[_Decoded]) -> "zip[tuple[_Prepared, _Decoded]]":
    return zip(items, decoded, strict=True)


def _words(tokenizer: Tokenizer, tokens: list[int], result: Any, request: DecodeRequest) -> tuple[Word, ...]:
    words, pieces = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    alignment = Alignment(result.alignments, result.text_token_probs)
    lengths = [len(piece) for piece in pieces[:-1]]
    return place(words[:-1], lengths, alignment, request.start, request.start + len(request.audio))


def _hypothesis(item: _Prepared, decoded: _Decoded, words: tuple[Word, ...]) -> Hypothesis:
    committed = item.request.prefix.strip()
    return Hypothesis(
        text=committed + decoded.text.rstrip() if committed else decoded.text.strip(),
        language=item.choice.language,
        language_probability=item.choice.probability,
        detected=item.choice.detected,
        words=words,
        average_logprob=decoded.logprob,
        no_speech_probability=decoded.no_speech,
        compression_ratio=max(quality.compression_ratio(decoded.text), 99.0 if decoded.looped else 0.0),
    )
