"""What no text of the repository may say, and what only one file of the web pages may know.

In: the text of any file. Out: complaints with their places.
"""

import re
from collections.abc import Iterator, Mapping

WORDS = {
    "a registry host": r"|".join(
        map(
            re.escape,
            (
                "py" + "pi.org",
                "python" + "hosted.org",
                "npm" + "js.org",
                "npm" + "js.com",
                "deb." + "debian.org",
                "crates" + ".io",
                "un" + "pkg.com",
                "js" + "delivr.net",
                "cdn" + "js.cloudflare.com",
            ),
        )
    ),
    "a path of one machine": r"(?<![\w.])/" + "work" + "/",
    "a note to oneself": r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b",
    "a tracker's number": r"(?i)\b(?:closes|fixes|resolves|see) " + r"#\d+",
    "who helped to write it": r"(?i)co-authored" + r"-by|\bAI[- ]" + r"(?:assistant|helper|generated)\b",
    "an index address": r"(?m)^--(?:extra-)?index" + r"-url|^--find" + r"-links",
}


def forbidden(path: str, text: str, words: Mapping[str, str] = WORDS) -> Iterator[str]:
    """Each forbidden expression where it is first said."""
    for what, pattern in words.items():
        if found := re.search(pattern, text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{path}:{line}: says {found.group(0)!r}: {what}"


def wire_knowledge(path: str, text: str, words: tuple[str, ...]) -> Iterator[str]:
    """Words of the wire in a page or module that is not the one which knows it."""
    for number, line in enumerate(text.splitlines(), 1):
        for word in words:
            if re.search(word, line) and not line.lstrip().startswith(("*", "//", "/*")):
                yield f"{path}:{number}: knows the wire ({word}), which only web/protocol.js does"
