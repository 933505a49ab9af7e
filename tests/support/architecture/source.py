"""One Python file as the rules see it: its path, its text, and what the syntax tree says of both.

In: text. Out: names resolved through the file's own imports, places as `path:line`. Never imports or
runs what it reads.
"""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOMS = ("asr", "loadtest", "server", "streaming", "summarizer", "web")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A file of the repository; `path` is relative to its root, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed module."""
        return ast.parse(self.text, self.path)

    @cached_property
    def lines(self) -> list[str]:
        """The text line by line."""
        return self.text.splitlines()

    @property
    def room(self) -> str:
        """The top folder."""
        return self.path.split("/", 1)[0]

    def under(self, patterns: tuple[str, ...]) -> bool:
        """Whether the path is one of `patterns`: a file, or a folder written with a closing slash."""
        return any(self.path == item or (item[-1] == "/" and self.path.startswith(item)) for item in patterns)

    def at(self, node: ast.AST, complaint: str) -> str:
        """A complaint with its place."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {complaint}"

    @cached_property
    def imports(self) -> list[tuple[ast.AST, str]]:
        """Every imported module, in dotted form; `from a import b` gives `a.b`."""
        return [(node, name) for node in ast.walk(self.tree) for name in self._imported(node)]

    def _imported(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = self._absolute(node)
            yield from (f"{base}.{alias.name}".lstrip(".") for alias in node.names)
        elif isinstance(node, ast.Call) and self.dotted(node.func) in {
            "importlib.import_module",
            "__import__",
        }:
            yield from (str(arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant))

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parents = PurePosixPath(self.path).parts[: -node.level]
        return ".".join([*parents, *([node.module] if node.module else [])])

    @cached_property
    def bindings(self) -> dict[str, str]:
        """Local name → what an import bound it to, in dotted form."""
        bound = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    bound[alias.asname or alias.name.split(".")[0]] = (
                        alias.name if alias.asname else alias.name.split(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    bound[alias.asname or alias.name] = f"{self._absolute(node)}.{alias.name}"
        return bound

    def dotted(self, node: ast.expr) -> str:
        """`asyncio.Queue` for any spelling of it (`aio.Queue[int]`, `Queue`); "" for other expressions."""
        if isinstance(node, ast.Subscript):
            return self.dotted(node.value)
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        if isinstance(node, ast.Name):
            return self.bindings.get(node.id, node.id)
        return ""


def repository_files(root: Path) -> list[Path]:
    """What belongs to the repository: tracked files and new ones that are not ignored."""
    # In a container the checkout may belong to another user, which git distrusts.
    git = ["git", "-c", f"safe.directory={root}", "ls-files", "-z"]
    options = ["--cached", "--others", "--exclude-standard"]
    listed = subprocess.run([*git, *options], cwd=root, capture_output=True, check=True, text=True).stdout
    return [root / name for name in sorted(set(listed.split("\0"))) if name and (root / name).is_file()]


def read_text(path: Path) -> str | None:
    """The text of a file, or None for one that is not text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None
