"""Who is heard on which track. Pure.

A name that was once known stays, also when it vanishes from the page: who has left has spoken all the same.
Another name from the adapter, though, means that the track has another person now (services use tracks
again). Two people of one name are told apart by a number.
"""

from collections.abc import Mapping
from itertools import count
from typing import Final

from server.recorder.adapter import Sight, tidy_name

MOST: Final = 2_000
"""Names that are remembered of one meeting."""


class Names:
    """The names of one meeting's tracks, by the track's key."""

    def __init__(self) -> None:
        self._sure: dict[str, str] = {}  # bounded: by `MOST`
        self._guessed: dict[str, str] = {}  # bounded: by `MOST`
        self._numbers = count(1)
        self._given: dict[str, str] = {}  # bounded: by `MOST`

    def see(self, sight: Sight, guesses: Mapping[str, str]) -> set[str]:
        """Take what the adapter knows, and the text beside each track's element; the keys of tracks that
        somebody else has now."""
        others = [one.name for one in sight.participants or () if one.name]
        for key, text in guesses.items():
            if key not in self._guessed and (guess := likely(text, others)) and len(self._guessed) < MOST:
                self._guessed[key] = guess
        changed = set()
        for key, name in sight.names.items():
            if key in self._sure and self._sure[key] != name:
                changed.add(key)
                self._given.pop(key, None)
            if key in self._sure or len(self._sure) < MOST:
                self._sure[key] = name
        return changed

    @property
    def named(self) -> list[str]:
        """The tracks that have a name, for sure or guessed."""
        return [*self._sure.keys() | self._guessed.keys()]

    def known(self, key: str) -> bool:
        """Whether the name of a track is known for sure."""
        return key in self._sure

    def name(self, key: str, live: set[str]) -> str:
        """The speaker of a track, for good; `live` are the tracks that are heard now."""
        if key not in self._given:
            name = self._sure.get(key) or self._guessed.get(key) or f"Speaker {next(self._numbers)}"
            taken = {self._given.get(other) for other in live if other != key}
            self._given[key] = next(one for one in _variants(name) if one not in taken)
        return self._given[key]

    def forget(self, key: str) -> None:
        """The track is over; its key does not come again."""
        for names in (self._sure, self._guessed, self._given):
            names.pop(key, None)


def likely(text: str, participants: list[str]) -> str:
    """The name in the text beside an element: a participant's, if it holds just one of them."""
    tidied = tidy_name(text)
    held = {name for name in participants if name in tidied}
    # The longest of several that hold each other: "Anna" is in "Anna K.".
    held = {name for name in held if not any(name != other and name in other for other in held)}
    return held.pop() if len(held) == 1 else tidied


def _variants(name: str) -> "list[str]":
    return [name, *(f"{name} ({number})" for number in range(2, MOST + 2))]
