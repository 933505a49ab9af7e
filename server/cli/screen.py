"""Captions in a terminal: settled text as lines that stay, what may still change dim in a live block below.

Messages of the native wire go in. Where the output is no terminal only finals are printed, one a line.
Text from the wire never reaches the terminal as markup or as control characters.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from loadtest.latency import Figure, Latency


class CaptionScreen:
    """Shows one stream while its context is entered."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._open: dict[str, Text] = {}
        self._live = (
            Live(console=console, transient=True, auto_refresh=False) if console.is_terminal else None
        )

    def __enter__(self) -> "CaptionScreen":
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()
        for line in self._open.values():  # a segment that never became final was still shown
            self._console.print(line, soft_wrap=True)

    def show(self, message: Mapping[str, Any]) -> None:
        """Take one message of the server; what is no caption, gap or error leaves no trace."""
        if message.get("type") == "caption":
            self._caption(message)
        elif message.get("type") == "gap":
            line = f"[{clock(message.get('start', 0))}] … audio missing: {plain(message.get('reason', ''))}"
            self._console.print(Text(line, style="yellow"), soft_wrap=True)
        elif message.get("type") in {"resumed", "ended"}:
            # What still holds is told again; a server that was killed may hear it as another segment.
            self._open.clear()
        elif message.get("type") == "error":
            self._console.print(Text(plain(message.get("message", "")), style="red"), soft_wrap=True)
        if self._live:
            self._live.update(Group(*self._open.values()), refresh=True)

    def _caption(self, message: Mapping[str, Any]) -> None:
        line = caption_line(message)
        segment = str(message.get("segment"))
        if message.get("final"):
            self._open.pop(segment, None)
            self._console.print(line, soft_wrap=True)
        elif self._live:
            self._open[segment] = line


def caption_line(message: Mapping[str, Any]) -> Text:
    """`[0:12] Name: settled text` with the pending words dim."""
    line = Text(f"[{clock(message.get('start', 0))}] ", style="cyan")
    name = message.get("speaker") or message.get("track")
    if name:
        line.append(f"{plain(name)}: ", style="bold not dim")
    line.append(plain(message.get("text", "")), style="default")
    if pending := plain(message.get("pending", "")).strip():
        line.append(f" {pending}" if message.get("text") else pending, style="default dim")
    return line


def plain(text: object) -> str:
    """Text without anything that a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text or ""))


def clock(seconds: float) -> str:
    """83.4 -> 1:23, 3683 -> 1:01:23."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def latency_table(latency: Latency) -> Table:
    """The figures of one stream, median and 95th percentile."""
    table = Table(title="Latency", title_justify="left")
    table.add_column("measured")
    table.add_column("count", justify="right")
    table.add_column("median", justify="right")
    table.add_column("p95", justify="right")
    rows = (
        ("first word spoken → first text", latency.first_text),
        ("word spoken → word in a caption", latency.word_to_caption),
        ("end of speech → final caption", latency.end_to_final),
    )
    for name, figure in rows:
        table.add_row(name, str(figure.count), *_seconds(figure))
    flicker = "–" if latency.flicker is None else f"{latency.flicker:.2f}"
    table.add_row("words revised per word shown", "", flicker, "")
    return table


def _seconds(figure: Figure) -> tuple[str, str]:
    return (
        "–" if figure.median is None else f"{figure.median:.2f} s",
        "–" if figure.p95 is None else f"{figure.p95:.2f} s",
    )
