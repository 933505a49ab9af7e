"""Templates by name: the workspace's own before the built-in ones."""

from server.store.report_records import StoredTemplate
from server.store.reports_api import Reports
from summarizer.template import BUILT_IN, InvalidTemplate, Template, built_in, read_template

DEFAULT = "general"


def read(stored: StoredTemplate) -> Template:
    """The template of a stored text, under its stored name and version. Raises `InvalidTemplate`."""
    named = {"name": stored.name, "version": stored.version}
    return read_template(stored.source).model_copy(update=named)


async def find(reports: Reports, workspace: str, name: str) -> Template | None:
    """The template that a name means, or None."""
    stored = await reports.template(workspace, name)
    if stored is not None:
        try:
            return read(stored)
        except InvalidTemplate:  # It was written by a version of Steno that took it.
            return None
    return built_in(name) if name in BUILT_IN else None


async def find_or_default(reports: Reports, workspace: str, name: str | None) -> Template:
    """The template that a name means, or the default one."""
    found = await find(reports, workspace, name) if name else None
    return found or await find(reports, workspace, DEFAULT) or built_in(DEFAULT)


async def every(reports: Reports, workspace: str) -> list[tuple[Template, bool]]:
    """All templates, the built-in ones in their order first; whether each is built in."""
    own: dict[str, Template] = {}
    for stored in await reports.templates(workspace):
        try:
            own[stored.name] = read(stored)
        except InvalidTemplate:
            continue
    first = [(own.pop(name), False) if name in own else (built_in(name), True) for name in BUILT_IN]
    return first + [(template, False) for template in own.values()]
