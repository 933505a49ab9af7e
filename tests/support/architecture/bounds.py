"""Queues without a bound, and deques that do not say how they are bounded.

In: a source. Out: complaints. A `deque` without `maxlen` must carry a comment `# bounded: <rule>` on a
line of the call or on the line before it; any other queue needs a `maxsize`.
"""

import ast
import re
from collections.abc import Iterator

from tests.support.architecture.source import Source

QUEUES = frozenset(
    f"{module}.{name}"
    for module, names in {
        "asyncio": ("Queue", "LifoQueue", "PriorityQueue"),
        "queue": ("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"),
        "multiprocessing": ("Queue", "JoinableQueue", "SimpleQueue"),
        "janus": ("Queue", "LifoQueue", "PriorityQueue"),
        "culsans": ("Queue", "LifoQueue", "PriorityQueue"),
        "anyio": ("create_memory_object_stream",),
    }.items()
    for name in names
)
DEQUE = "collections.deque"
BOUND = {"maxsize", "max_buffer_size"}
STATED = re.compile(r"#\s*bounded:\s*\S")
ONLY_NAMES = {"isinstance", "issubclass", "cast", "typing.cast"}


def unbounded(source: Source) -> Iterator[str]:
    """Every queue whose bound is neither given nor stated."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield from _call(source, node)
            yield from _handed_over(source, node)


def _call(source: Source, call: ast.Call) -> Iterator[str]:
    name = source.dotted(call.func)
    if name in QUEUES and not _has_size(call):
        yield source.at(call, f"{name} without a bound: give maxsize, and state the rule for full")
    elif name == DEQUE and not _has_maxlen(call) and not _stated(source, call):
        yield source.at(call, "deque without maxlen: give one, or state its rule in '# bounded: …'")


def _handed_over(source: Source, call: ast.Call) -> Iterator[str]:
    """`default_factory=deque` and the like: whoever calls it gives no bound."""
    if source.dotted(call.func) in ONLY_NAMES:
        return
    for value in [*call.args, *(keyword.value for keyword in call.keywords)]:
        name = source.dotted(value)
        if name in QUEUES or (name == DEQUE and not _stated(source, call)):
            yield source.at(value, f"{name} handed over to be called without a bound")


def _has_size(call: ast.Call) -> bool:
    sizes = [*call.args[:1], *(item.value for item in call.keywords if item.arg in BOUND)]
    return any(not (isinstance(size, ast.Constant) and not size.value) for size in sizes)


def _has_maxlen(call: ast.Call) -> bool:
    sizes = [*call.args[1:2], *(item.value for item in call.keywords if item.arg == "maxlen")]
    return any(not (isinstance(size, ast.Constant) and size.value is None) for size in sizes)


def _stated(source: Source, call: ast.Call) -> bool:
    first, last = max(call.lineno - 2, 0), call.end_lineno or call.lineno
    return any(STATED.search(line) for line in source.lines[first:last])
