"""The calls on the templates of reports: list, read, keep one's own, go back to the built-in one."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from server.http.answers import json_answer
from server.http.models import PageQuery, Storable
from server.http.operations import Call
from server.http.services import Services
from server.reporting import templates
from server.store.cursor import paged, read_place, write_place
from streaming.errors import NotFound, ProtocolError
from summarizer.template import (
    BUILT_IN,
    LARGEST,
    Headings,
    InvalidTemplate,
    Template,
    TemplateSection,
    built_in,
    read_template,
    source_of,
)


class TemplateBody(BaseModel):
    """A template of your own."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=LARGEST), Storable] = Field(
        description="The template as TOML; `GET` gives one to begin with."
    )


class TemplateOut(BaseModel):
    """A template without its sections."""

    name: str
    version: int
    title: Headings
    built_in: bool

    @classmethod
    def of(cls, template: Template, is_built_in: bool) -> "TemplateOut":
        """From the template."""
        return cls(name=template.name, version=template.version, title=template.title, built_in=is_built_in)


class TemplatesOut(BaseModel):
    """A page of templates."""

    data: list[TemplateOut]
    next_cursor: str | None


class TemplateDetail(TemplateOut):
    """A template with its sections, and as TOML."""

    sections: list[TemplateSection]
    source: str


class WithdrawnOut(BaseModel):
    """The name, and what it means now."""

    name: str
    now: Literal["built-in", "none"]


def template_not_found() -> NotFound:
    """The error for a name that means no template."""
    return NotFound("template_not_found", "There is no template of this name; GET /v1/templates lists them.")


async def list_templates(services: Services, call: Call) -> Response:
    """The built-in ones in their order, then the others by name."""
    query: PageQuery = call.query
    found = await templates.every(services.reports, call.workspace)
    if query.cursor:
        (last,) = read_place(query.cursor, str)
        found = _after(found, last)
    shown, following = paged(found[: query.limit + 1], query.limit, lambda one: write_place(one[0].name))
    out = TemplatesOut(data=[TemplateOut.of(*one) for one in shown], next_cursor=following)
    return json_answer(out)


def _after(found: list[tuple[Template, bool]], last: str) -> list[tuple[Template, bool]]:
    """Those after the one named `last`, which may have been withdrawn since."""
    names = [template.name for template, _ in found]
    if last in names:
        return found[names.index(last) + 1 :]
    return [one for one in found[len(BUILT_IN) :] if one[0].name > last]


async def get_template(services: Services, call: Call) -> Response:
    """One template."""
    name = _name(call)
    stored = await services.reports.template(call.workspace, name)
    template = await templates.find(services.reports, call.workspace, name)
    if template is None:
        raise template_not_found()
    source = stored.source if stored else source_of(name)
    return _detail(template, source, is_built_in=stored is None)


async def put_template(services: Services, call: Call) -> Response:
    """A new version of one's own template."""
    body: TemplateBody = call.body
    name = _name(call)
    try:
        read_template(body.source)
    except InvalidTemplate as error:
        sentence = str(error)
        raise ProtocolError(
            "template_invalid", f"{sentence[:1].upper()}{sentence[1:]}.", status=422
        ) from None
    least = built_in(name).version + 1 if name in BUILT_IN else 1
    stored = await services.reports.put_template(call.workspace, name, least, body.source)
    return _detail(templates.read(stored), stored.source, is_built_in=False)


async def delete_template(services: Services, call: Call) -> Response:
    """The name means the built-in template again, or none."""
    name = _name(call)
    if not await services.reports.withdraw_template(call.workspace, name):
        raise template_not_found()
    out = WithdrawnOut(name=name, now="built-in" if name in BUILT_IN else "none")
    return json_answer(out)


def _name(call: Call) -> str:
    return call.named("name", template_not_found())


def _detail(template: Template, source: str, *, is_built_in: bool) -> Response:
    out = TemplateDetail(
        name=template.name,
        version=template.version,
        title=template.title,
        built_in=is_built_in,
        sections=template.sections,
        source=source,
    )
    return json_answer(out)
