"""What a report consists of, as data: the sections, their headings and what each asks of a model.

In: TOML. Out: a `Template`, or `InvalidTemplate` with the place and the reason in one sentence. The built-in
ones lie in `templates/`; a workspace's own copy is read by the same function.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from summarizer.faults import first_fault

BUILT_IN = (
    "general",
    "standup",
    "sales-call",
    "hiring-interview",
    "user-research",
    "one-to-one",
    "retrospective",
    "lecture",
    "formal-minutes",
)
LARGEST = 64_000
"""Characters of a template's TOML."""

_Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
_Heading = Annotated[str, Field(min_length=1, max_length=80)]


class InvalidTemplate(ValueError):
    """The text is no template."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Headings(_Part):
    """The same words in each language; other languages read English."""

    en: _Heading
    ru: _Heading

    def of(self, language: str) -> str:
        """The words for the language of this code."""
        return self.ru if language.split("-", maxsplit=1)[0] == "ru" else self.en


class TemplateSection(_Part):
    """One section: an empty one is always allowed, and is left out of the report."""

    key: _Key
    kind: Literal["bullets", "actions", "decisions", "qa"]
    max_items: Annotated[int, Field(ge=1, le=50)]
    instruction: Annotated[str, Field(min_length=1, max_length=1000)]
    heading: Headings


class Template(_Part):
    """A report's sections in their order, at most 12."""

    name: _Key
    version: Annotated[int, Field(ge=1)]
    title: Headings
    sections: Annotated[list[TemplateSection], Field(min_length=1, max_length=12)]

    @field_validator("sections")
    @classmethod
    def _keys_differ(cls, sections: list[TemplateSection]) -> list[TemplateSection]:
        keys = [section.key for section in sections]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"the key {twice[0]!r} stands twice")
        return sections


def read_template(text: str) -> Template:
    """The template that a TOML text describes. Raises `InvalidTemplate`."""
    if len(text) > LARGEST:
        raise InvalidTemplate(f"the template has {len(text)} characters, more than {LARGEST}")
    try:
        return Template.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidTemplate(f"the template is not TOML: {error}") from error
    except RecursionError as error:
        raise InvalidTemplate("the template is nested too deeply") from error
    except ValidationError as error:
        raise InvalidTemplate(f"the template's {first_fault(error)}") from error


@cache
def built_in(name: str) -> Template:
    """A template that comes with Steno. Raises `InvalidTemplate`, with the names there are, for another."""
    if name not in BUILT_IN:
        raise InvalidTemplate(f"no template is called {name!r}; there are {', '.join(BUILT_IN)}")
    return read_template(source_of(name))


def source_of(name: str) -> str:
    """The TOML of a template that comes with Steno."""
    return (files("summarizer") / "templates" / f"{name}.toml").read_text("utf-8")
