"""How large modules, functions and classes are.

In: sources. Out: complaints against the caps, and medians. Lines are counted as an editor shows them,
docstrings and decorators included.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from tests.support.architecture.source import FunctionNode, Source


@dataclass(frozen=True)
class Caps:
    """The most lines that each may have."""

    module: int
    function: int
    class_: int


def lines_of(node: FunctionNode | ast.ClassDef) -> int:
    """From the `def` (or `class`) to its last line."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def functions(source: Source) -> Iterator[FunctionNode]:
    """Every function and method, nested ones too."""
    return (node for node in ast.walk(source.tree) if isinstance(node, FunctionNode))


def too_large(source: Source, caps: Caps) -> Iterator[str]:
    """What is larger than it may be."""
    if len(source.lines) > caps.module:
        yield f"{source.path}: {len(source.lines)} lines, more than {caps.module}: two ideas in one file?"
    for function in functions(source):
        if lines_of(function) > caps.function:
            yield source.at(function, f"{function.name} has {lines_of(function)} lines, cap {caps.function}")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and lines_of(node) > caps.class_:
            yield source.at(node, f"class {node.name} has {lines_of(node)} lines, cap {caps.class_}")


def median_module(sources: Iterable[Source]) -> float:
    """Lines of the median module; empty ones do not count."""
    return median([len(source.lines) for source in sources if source.lines] or [0])


def median_function(sources: Iterable[Source]) -> float:
    """Lines of the median function."""
    return median([lines_of(node) for source in sources for node in functions(source)] or [0])


def undocumented(source: Source) -> Iterator[str]:
    """A module that does not say what it is for."""
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield f"{source.path}:1: has no docstring"
