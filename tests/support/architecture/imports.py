"""Who may import whom, and who may read the environment.

In: sources and the rules as data. Out: complaints. The rules themselves stand in
`tests/test_architecture.py`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.architecture.source import ROOMS, Source

SAYS_PURE = re.compile(r"\bPure (data|functions?|maths|logic|state|object|Python)\b|\bPure:")


@dataclass(frozen=True)
class Purity:
    """Pure are `modules` but for `edges`, and any module whose docstring says so (`Pure data.`)."""

    modules: tuple[str, ...]
    edges: tuple[str, ...]
    forbidden: frozenset[str]


def names(module: str, allowed: str) -> bool:
    """Whether the dotted `module` is `allowed` or lies in it."""
    return module == allowed or module.startswith(allowed + ".")


def siblings(source: Source, allowed: dict[str, frozenset[str]]) -> Iterator[str]:
    """Imports of another room than those `allowed` to this one (a folder or, first, a longer path)."""
    home = max((place for place in allowed if source.under((place,))), key=len, default=None)
    if home is None:
        return
    for node, module in source.imports:
        room = module.split(".", 1)[0]
        if room not in ROOMS or room == source.room or any(names(module, item) for item in allowed[home]):
            continue
        rooms = ", ".join(sorted(allowed[home])) or "no other room"
        yield source.at(node, f"imports {module}; {home} may import {rooms}")


def is_pure(source: Source, purity: Purity) -> bool:
    """Whether a module is held to purity."""
    if source.room not in ROOMS or source.under(purity.edges):
        return False
    docstring = ast.get_docstring(source.tree) or ""
    return source.under(purity.modules) or bool(SAYS_PURE.search(docstring))


def impurities(source: Source, purity: Purity) -> Iterator[str]:
    """What a pure module imports that it must not."""
    if not is_pure(source, purity):
        return
    for node, module in source.imports:
        for item in purity.forbidden:
            if names(module, item):
                yield source.at(node, f"is pure and imports {module}")


ENVIRONMENT = ("os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv", "server.settings")


def environment(source: Source, roots: tuple[str, ...]) -> Iterator[str]:
    """Reads of the environment, or of the settings, outside the composition roots."""
    if source.room not in ROOMS or source.under(roots):
        return
    for node, module in source.imports:
        if any(names(module, item) for item in ENVIRONMENT):
            yield source.at(node, f"imports {module}; only {', '.join(roots)} may")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and source.dotted(node) in ENVIRONMENT:
            yield source.at(node, f"uses {source.dotted(node)}; only {', '.join(roots)} may")
