"""`steno doctor`: what is configured and from where, what was found, what is missing, and what would help.

In: the environment. Out: two tables, and exit code 1 when something would keep Steno from working. It changes
nothing, downloads nothing, and shows no secret.
"""

import os
from collections.abc import Mapping, Sequence

import typer
from pydantic import SecretStr, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from server.cli.findings import Check, Finding, Mark, examine
from server.settings import Settings

COLOURS = {Mark.GOOD: "green", Mark.NOTE: "yellow", Mark.BAD: "red"}


def doctor() -> None:
    """Check this machine and the configuration, and say what to do about what is wrong."""
    # Imported here: it loads the libraries of the model, which no other command should wait for.
    from server.cli.checks import CHECKS  # noqa: PLC0415

    if not report(Console(), os.environ, CHECKS):
        raise typer.Exit(1)


def report(console: Console, environ: Mapping[str, str], checks: Sequence[Check]) -> bool:
    """Prints the tables; False when a finding is bad."""
    try:
        settings = Settings()
    except ValidationError as error:
        console.print("[red]✗[/] The configuration is not usable:")
        for line in faults(error):
            console.print(f"  → {escape(line)}")
        return False
    console.print(_settings_table(settings, environ))
    findings = [examine(check, settings) for check in checks]
    console.print(_findings_table(findings))
    worst = sum(finding.mark is Mark.BAD for finding in findings)
    console.print(f"[red]{worst} in the way of a start.[/]" if worst else "[green]Ready to start.[/]")
    return not worst


def variable(name: str) -> str:
    """The environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"{Settings.model_config['env_prefix']}{name}".upper()


def origin(name: str, settings: Settings, environ: Mapping[str, str]) -> str:
    """Where the value of a setting came from."""
    if variable(name) in {key.upper() for key in environ}:
        return "environment"
    return f"{Settings.model_config['env_file']} file" if name in settings.model_fields_set else "default"


def shown(value: object) -> str:
    """A setting's value, or only that there is one."""
    if value is None:
        return "not set"
    return "set, hidden" if isinstance(value, SecretStr) else str(value)


def faults(error: ValidationError) -> list[str]:
    """What is wrong with the environment, one line a variable, without the value of a secret."""
    return [_fault(str(fault["loc"][0]), fault["msg"], fault["input"]) for fault in error.errors()]


def _fault(place: str, message: str, value: object) -> str:
    names = {variable(name): name for name in Settings.model_fields}
    name = names.get(place.upper(), place)
    field = Settings.model_fields.get(name)
    secret = field is None or "SecretStr" in str(field.annotation)
    given = "" if secret else f" (it is {str(value)[:80]!r})"
    meaning = f" {field.description}" if field and field.description else ""
    return f"{variable(name) if field else place}: {message}{given}.{meaning}"


def _settings_table(settings: Settings, environ: Mapping[str, str]) -> Table:
    table = Table("Setting", "Value", "From", title="Configuration", title_justify="left")
    for name in Settings.model_fields:
        value = shown(getattr(settings, name))
        table.add_row(variable(name), escape(value), origin(name, settings, environ))
    return table


def _findings_table(findings: Sequence[Finding]) -> Table:
    table = Table("", "Check", "Found, and what to do", title="This machine", title_justify="left")
    for finding in findings:
        lines = [finding.detail, *(f"→ {remedy}" for remedy in finding.remedies)]
        mark = f"[{COLOURS[finding.mark]}]{finding.mark}[/]"
        table.add_row(mark, escape(finding.subject), escape("\n".join(lines)))
    return table
