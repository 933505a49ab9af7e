"""Tasks that no task group waits for.

In: a source. Out: complaints. `x.create_task(…)` is accepted where `x` is, as far as this file shows, an
`asyncio.TaskGroup`: bound by `async with`, by an assignment of one, or by its annotation.
"""

import ast
from collections.abc import Iterator

from tests.support.architecture.source import FunctionNode, Source

GROUPS = {"asyncio.TaskGroup", "asyncio.taskgroups.TaskGroup"}
STARTERS = {"create_task", "ensure_future"}
Scope = ast.Module | FunctionNode | ast.Lambda


def stray(source: Source) -> Iterator[str]:
    """Every task that is started outside a task group."""
    yield from _walk(source, source.tree, _groups(source, source.tree), _attributes(source))


def _walk(source: Source, node: ast.AST, groups: set[str], attributes: set[str]) -> Iterator[str]:
    """Goes down with what is known of the names in scope."""
    for child in ast.iter_child_nodes(node):
        inner = groups | _groups(source, child) if isinstance(child, FunctionNode) else groups
        if isinstance(child, ast.Call) and _starts(source, child) and not _grouped(child, inner, attributes):
            yield source.at(child, f"{ast.unparse(child.func)} outside a TaskGroup: nobody waits for it")
        yield from _walk(source, child, inner, attributes)


def _starts(source: Source, call: ast.Call) -> bool:
    """Whether a call starts a task, however it is spelled."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in STARTERS
    return source.dotted(call.func) in {f"asyncio.{name}" for name in STARTERS}


def _grouped(call: ast.Call, groups: set[str], attributes: set[str]) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "create_task":
        return False
    owner = call.func.value
    if isinstance(owner, ast.Name):
        return owner.id in groups
    return isinstance(owner, ast.Attribute) and owner.attr in attributes


def _groups(source: Source, scope: ast.AST) -> set[str]:
    """Names that a function (or the module) binds to a task group, nested functions left out."""
    found: set[str] = set()
    if isinstance(scope, FunctionNode):
        arguments = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
        found |= {item.arg for item in arguments if _annotated(source, item.annotation)}
    for node in _inside(scope):
        found |= {target.id for target in _targets(source, node) if isinstance(target, ast.Name)}
    return found


def _attributes(source: Source) -> set[str]:
    """Attributes that this file annotates as, or assigns from, a task group."""
    found: set[str] = set()
    for scope in [node for node in ast.walk(source.tree) if isinstance(node, FunctionNode | ast.ClassDef)]:
        groups = _groups(source, scope)
        for node in _inside(scope):
            found |= {item.attr for item in _targets(source, node) if isinstance(item, ast.Attribute)}
            if isinstance(scope, ast.ClassDef) and isinstance(node, ast.AnnAssign):
                found |= {item.id for item in _targets(source, node) if isinstance(item, ast.Name)}
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in groups:
                found |= {item.attr for item in node.targets if isinstance(item, ast.Attribute)}
    return found


def _targets(source: Source, node: ast.AST) -> list[ast.expr]:
    """What one statement binds to a task group."""
    if isinstance(node, ast.AsyncWith):
        made = [item for item in node.items if _makes(source, item.context_expr)]
        return [item.optional_vars for item in made if item.optional_vars]
    if isinstance(node, ast.AnnAssign) and _annotated(source, node.annotation):
        return [node.target]
    if isinstance(node, ast.Assign) and _makes(source, node.value):
        return node.targets
    return []


def _makes(source: Source, value: ast.expr) -> bool:
    """`TaskGroup()`, or an `await stack.enter_async_context(TaskGroup())`."""
    calls = [node for node in ast.walk(value) if isinstance(node, ast.Call)]
    return any(source.dotted(call.func) in GROUPS for call in calls)


def _annotated(source: Source, annotation: ast.expr | None) -> bool:
    if annotation is None:
        return False
    names = [node for node in ast.walk(annotation) if isinstance(node, ast.Attribute | ast.Name)]
    return any(source.dotted(name) in GROUPS for name in names)


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope without those of the functions and classes within it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, FunctionNode | ast.ClassDef | ast.Lambda):
            yield child
            yield from _inside(child)
