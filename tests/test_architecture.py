"""The house keeps its rules: who imports whom, how large things are, what is bounded, who starts tasks.

Each rule is data here and a function over source text in `tests/support/architecture`; each is first shown
to catch a planted violation and to leave sound code alone, then applied to the repository.
"""

from collections.abc import Callable, Iterable, Iterator
from textwrap import dedent

import pytest

from tests.support.architecture import bounds, imports, sizes, tasks, texts
from tests.support.architecture.source import ROOMS, Source, read_text, repository_files
from tests.support.evalset import ROOT

MAY_IMPORT = {
    "asr/": frozenset[str](),
    "summarizer/": frozenset[str](),
    "streaming/": frozenset({"asr.types"}),
    "loadtest/": frozenset({"streaming.protocols"}),
    # Small benchmarks of single parts, which nothing imports: what they measure they must call.
    "loadtest/bench/": frozenset({"asr", "streaming"}),
    "server/": frozenset({"asr", "streaming", "summarizer"}),
    "server/cli/": frozenset({"asr", "streaming", "summarizer", "loadtest"}),
}
PURITY = imports.Purity(
    modules=("streaming/", "asr/types.py", "asr/scheduler.py"),
    edges=("streaming/driver.py",),
    forbidden=frozenset(
        {"asyncio", "threading", "time", "os", "starlette", "av", "aiortc", "sqlalchemy", "redis"}
        | {"concurrent", "multiprocessing", "queue", "socket", "subprocess", "httpx", "streaming.driver"}
    ),
)
COMPOSITION_ROOTS = ("server/app.py", "server/cli/", "server/settings.py")
CAPS = sizes.Caps(module=400, function=60, class_=250)
MEDIAN_MODULE, MEDIAN_FUNCTION = 150, 8
TASKS_OUTSIDE_GROUPS: dict[str, str] = {}
"""File → why it may start a task that no task group waits for."""
WIRE_WORDS = (
    r"pcm_(?:s16|f32)le",
    r"bearer\.",
    r"steno\.v1",
    r"\bresume_token\b",
    r"/v1/stream\b",
    r"""type["']?: ["'](?:start|resume|flush|ping|stop)["']""",
)
KNOWS_THE_WIRE = "web/protocol.js"

Rule = Callable[[Source], Iterable[str]]
RULES: dict[str, Rule] = {
    "imports": lambda source: imports.siblings(source, MAY_IMPORT),
    "purity": lambda source: imports.impurities(source, PURITY),
    "environment": lambda source: imports.environment(source, COMPOSITION_ROOTS),
    "sizes": lambda source: sizes.too_large(source, CAPS),
    "docstrings": sizes.undocumented,
    "bounds": bounds.unbounded,
    "tasks": lambda source: () if source.path in TASKS_OUTSIDE_GROUPS else tasks.stray(source),
}
ALSO_FOR_TESTS = {"sizes"}

LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 60
LONG_CLASS = "class C:\n" + "    x = 1\n" * 250
PLANTED = [
    ("imports", "asr/a.py", "from streaming import errors"),
    ("imports", "asr/a.py", "import importlib\nimportlib.import_module('server.app')"),
    ("imports", "summarizer/a.py", "import asr.types"),
    ("imports", "streaming/a.py", "from asr import scheduler"),
    ("imports", "streaming/protocols/a.py", "from ... import asr"),
    ("imports", "loadtest/a.py", "from streaming.errors import StenoError"),
    ("imports", "loadtest/bench/a.py", "from server.app import assembled"),
    ("imports", "server/live/a.py", "def f():\n    import loadtest.plan"),
    ("purity", "streaming/a.py", "from time import monotonic"),
    ("purity", "streaming/a.py", "from streaming.driver import run"),
    ("purity", "asr/scheduler.py", "import asyncio.queues"),
    ("purity", "server/store/a.py", '"""Pure data."""\nimport os.path'),
    ("environment", "server/live/a.py", "import os as o\no.environ['X']"),
    ("environment", "asr/a.py", "from os import getenv"),
    ("environment", "server/http/a.py", "from server.settings import Settings"),
    ("sizes", "asr/a.py", "x = 1\n" * 401),
    ("sizes", "tests/a.py", LONG_FUNCTION),
    ("sizes", "asr/a.py", LONG_CLASS),
    ("docstrings", "web/a.py", "x = 1"),
    ("bounds", "server/a.py", "import asyncio as aio\nq = aio.Queue[int]()"),
    ("bounds", "server/a.py", "from queue import Queue\nq = Queue(0)"),
    ("bounds", "server/a.py", "from queue import Queue\nq = Queue(maxsize=0)"),
    ("bounds", "server/a.py", "import queue\nq = queue.SimpleQueue()"),
    ("bounds", "server/a.py", "from collections import deque\nd = deque()"),
    ("bounds", "server/a.py", "from collections import deque\n# bounded:\nd = deque([], None)"),
    ("bounds", "server/a.py", "import collections\nd = collections.defaultdict(collections.deque)"),
    ("bounds", "server/a.py", "import asyncio\nx = field(default_factory=asyncio.Queue)"),
    ("tasks", "server/a.py", "import asyncio\nasyncio.create_task(f())"),
    ("tasks", "server/a.py", "from asyncio import ensure_future as go\ngo(f())"),
    ("tasks", "server/a.py", "def f(loop):\n    loop.create_task(g())"),
    ("tasks", "server/a.py", "class A:\n    def f(self):\n        self.loop.create_task(g())"),
    (
        "tasks",
        "server/a.py",
        """
        import asyncio
        async def f():
            async with asyncio.TaskGroup() as tasks:
                pass
        def g(tasks):
            tasks.create_task(h())
        """,
    ),
]
SOUND = [
    (
        "imports",
        "streaming/a.py",
        "from asr.types import Word\nfrom asr import types\nimport streaming.errors",
    ),
    ("imports", "server/cli/bench.py", "import loadtest.plan\nfrom asr import models"),
    ("imports", "loadtest/a.py", "from streaming.protocols import native\nimport asyncio"),
    ("imports", "loadtest/bench/a.py", "from asr import scheduler\nfrom streaming.session import Session"),
    ("imports", "tests/unit/a.py", "import server.app, loadtest"),
    ("purity", "streaming/driver.py", "import asyncio, time"),
    ("purity", "server/a.py", '"""Holds a purely local thing."""\nimport os'),
    ("environment", "server/cli/doctor.py", "import os\nfrom server.settings import Settings\nos.environ"),
    ("environment", "asr/a.py", "import os\nos.cpu_count()"),
    ("docstrings", "asr/__init__.py", ""),
    ("bounds", "server/a.py", "import asyncio\nq: asyncio.Queue[int] = asyncio.Queue(maxsize=SIZE)"),
    ("bounds", "server/a.py", "from collections import deque\nd: deque[int] = deque(maxlen=9)"),
    ("bounds", "server/a.py", "from collections import deque\nd = deque((), 9)\nisinstance(d, deque)"),
    ("bounds", "server/a.py", "from collections import deque\n# bounded: one a track\nd = deque()"),
    ("bounds", "server/a.py", "from collections import deque\nd = deque()  # bounded: one a track"),
    (
        "tasks",
        "server/a.py",
        """
        import asyncio
        from asyncio import TaskGroup
        class A:
            group: asyncio.TaskGroup | None
            def __init__(self, tasks: TaskGroup):
                self._tasks = tasks
            def f(self):
                self._tasks.create_task(g())
                self.group.create_task(g())
        async def f(stack, given: "asyncio.TaskGroup" = None):
            mine = await stack.enter_async_context(TaskGroup())
            async with mine, asyncio.TaskGroup() as tasks:
                tasks.create_task(g())
                def later():
                    tasks.create_task(g())
                mine.create_task(g())
        """,
    ),
]


@pytest.fixture(scope="module")
def repository() -> list[Source]:
    """Every Python file of the rooms and the tests."""
    files = [path for path in repository_files(ROOT) if path.suffix == ".py"]
    sources = [Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in files]
    return [source for source in sources if source.room in {*ROOMS, "tests"}]


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_a_planted_violation_is_caught(rule: str, path: str, text: str) -> None:
    (complaint,) = RULES[rule](Source(path, dedent(text)))
    assert complaint.startswith(f"{path}:")


@pytest.mark.parametrize(("rule", "path", "text"), SOUND)
def test_sound_code_is_left_alone(rule: str, path: str, text: str) -> None:
    assert list(RULES[rule](Source(path, dedent(text)))) == []


@pytest.mark.parametrize("rule", RULES)
def test_the_repository_keeps_the_rule(rule: str, repository: list[Source]) -> None:
    rooms = {*ROOMS, "tests"} if rule in ALSO_FOR_TESTS else set(ROOMS)
    broken = [line for source in repository if source.room in rooms for line in RULES[rule](source)]
    assert not broken, "\n" + "\n".join(broken)


def test_modules_and_functions_are_small(repository: list[Source]) -> None:
    rooms = [source for source in repository if source.room in ROOMS]
    assert sizes.median_module(rooms) <= MEDIAN_MODULE
    assert sizes.median_function(rooms) <= MEDIAN_FUNCTION


def test_medians_count_what_is_there() -> None:
    sources = [
        Source("a.py", "def f():\n    x = 1\n    y = 1\n"),
        Source("b.py", "x = 1\n"),
        Source("c.py", ""),
    ]
    assert sizes.median_module(sources) == 2
    assert sizes.median_function(sources) == 3


def test_every_documented_exception_is_still_needed(repository: list[Source]) -> None:
    sources = {source.path: source for source in repository}
    needless = [path for path in TASKS_OUTSIDE_GROUPS if not any(tasks.stray(sources[path]))]
    assert needless == []


def test_no_text_says_what_it_must_not() -> None:
    assert [line for path, text in _texts() for line in texts.forbidden(path, text)] == []


def test_only_one_file_of_the_pages_knows_the_wire() -> None:
    pages = [
        (path, text)
        for path, text in _texts()
        if path.startswith("web/") and not path.startswith("web/vendor/") and path != KNOWS_THE_WIRE
        if path.endswith((".js", ".mjs", ".html"))
    ]
    assert [line for path, text in pages for line in texts.wire_knowledge(path, text, WIRE_WORDS)] == []


@pytest.mark.parametrize(
    "text",
    [
        "cd /" + "work/main",
        "pip -i https://py" + "pi.org/simple",
        "# TO" + "DO later",
        "Closes " + "#12",
        "--find" + "-links here",
        "Co-Authored" + "-By: x",
    ],
)
def test_a_forbidden_word_is_caught(text: str) -> None:
    assert list(texts.forbidden("a.md", f"first line\n{text}"))
    assert not list(texts.forbidden("a.md", "Networks, see RFC 6455, ./" + "work/ and homework/x"))


@pytest.mark.parametrize(
    "line",
    ["socket.send({ type: 'start' })", '{"type": "stop"}', "[`bearer.${key}`]", "encoding: 'pcm_s16le'"],
)
def test_knowledge_of_the_wire_is_caught(line: str) -> None:
    assert list(texts.wire_knowledge("web/live.js", line, WIRE_WORDS))
    assert not list(texts.wire_knowledge("web/live.js", 'send({ type: "phase" }) // x', WIRE_WORDS))


def _texts() -> Iterator[tuple[str, str]]:
    for path in repository_files(ROOT):
        if (text := read_text(path)) is not None:
            yield path.relative_to(ROOT).as_posix(), text
