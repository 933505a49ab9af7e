"""How a command behaves in a terminal: one sentence for an error, Ctrl-C ends in order, exit codes tell.

A coroutine goes in, the process ends or goes on. What the commands print of speech is in `screen`.
"""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from asr.types import EngineError
from loadtest.errors import LoadTestError
from streaming.errors import StenoError
from summarizer.failures import WriterFailed

INTERRUPTED = 130
"""Exit code after Ctrl-C that left something undone (128 + SIGINT)."""

errors = Console(stderr=True)


def run(work: Coroutine[None, None, None]) -> None:
    """Run a command to its end. A failure is one sentence and exit code 1, never a traceback."""
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        errors.print("Interrupted.")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        fail(sentence(error))


def tell(sentence: str) -> None:
    """Say something in passing, apart from what the command prints."""
    errors.print(sentence, markup=False, highlight=False, soft_wrap=True)


def fail(message: str) -> NoReturn:
    """Say what went wrong and end the command with exit code 1."""
    errors.print(f"Error: {message}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1) from None


def sentence(error: Exception) -> str:
    """What went wrong, for a person. Of several errors at once the first one is told."""
    if isinstance(error, ExceptionGroup):
        return sentence(error.exceptions[0])
    if isinstance(error, (StenoError, LoadTestError)):
        return error.message
    if isinstance(error, WriterFailed):
        return error.sentence
    if isinstance(error, EngineError):
        return str(error)
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"The setting {'.'.join(map(str, first['loc']))} is wrong: {first['msg']}."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}{f': {error.filename}' if error.filename else ''}."
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


@contextmanager
def on_interrupt(finish: Callable[[], None]) -> Iterator[None]:
    """Within the block the first Ctrl-C calls `finish`; a second one interrupts as always."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)

    def first() -> None:
        restore()
        finish()

    def restore() -> None:
        if loop.remove_signal_handler(signal.SIGINT) and before is not None:
            signal.signal(signal.SIGINT, before)

    with suppress(NotImplementedError):  # loops that know no signals keep the usual Ctrl-C
        loop.add_signal_handler(signal.SIGINT, first)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            restore()
