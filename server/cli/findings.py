"""What a check of the doctor says. Pure data, and the one way to run a check."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from server.settings import Settings


class Mark(StrEnum):
    """Good, worth knowing, or in the way of a start."""

    GOOD = "✓"
    NOTE = "!"
    BAD = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's answer; `remedies` are what a person can do about it."""

    mark: Mark
    subject: str
    detail: str
    remedies: tuple[str, ...] = ()


Check = Callable[[Settings], Finding]


def good(subject: str, detail: str) -> Finding:
    """Nothing to do."""
    return Finding(Mark.GOOD, subject, detail)


def note(subject: str, detail: str, *remedies: str) -> Finding:
    """Works, and somebody should know."""
    return Finding(Mark.NOTE, subject, detail, remedies)


def bad(subject: str, detail: str, *remedies: str) -> Finding:
    """A start would fail, or what starts would not work."""
    return Finding(Mark.BAD, subject, detail, remedies)


def examine(check: Check, settings: Settings) -> Finding:
    """Runs a check; one that breaks is a finding too, so that the others are still made."""
    try:
        return check(settings)
    except Exception as error:
        return bad(check.__name__, f"the check itself failed: {type(error).__name__}: {error}")
