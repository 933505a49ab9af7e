"""How the writing of a report by a model can fail.

`WriterFailed` says what the reader of a report is told, and what whoever runs the work must know to try
again. What a server says of itself is not repeated: it may hold the transcript or a key.
"""


class WriterFailed(Exception):
    """The model did not answer. What was answered before lies with whoever was given it to save.

    `code` is stable (`llm_busy`, `llm_unavailable`, `llm_slow`, `llm_cut_off`, `llm_no_answer`,
    `llm_refused`, `llm_no_quota`, `llm_unreadable`, `llm_context`, `llm_limit`), `sentence` is for people,
    `retry_after` is seconds that the server asked to wait. `permanent` says that trying again will not help.
    """

    def __init__(
        self, code: str, sentence: str, retry_after: float | None = None, permanent: bool = False
    ) -> None:
        # All in `args`, so that it can be pickled.
        super().__init__(code, sentence, retry_after, permanent)
        self.code = code
        self.sentence = sentence
        self.retry_after = retry_after
        self.permanent = permanent

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"
