"""A pytest plugin: where everything is installed, a test that cannot run has failed.

In: the reports of tests and of collection. Out: the same reports, with a skip turned into a failure that
names its reason. Skips whose reason begins with `allowed:` stay (what no machine can be given, such as
recordings that may not be passed on), and so do expected failures.
"""

from collections.abc import Generator, Mapping

import pytest

ALLOWED = "allowed:"


def required(environ: Mapping[str, str]) -> bool:
    """Whether nothing may be skipped: continuous integration sets `CI`."""
    return environ.get("CI", "").lower() not in {"", "0", "false", "no"}


class NoSkips:
    """The hooks; register one instance where `required` says so."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if not hasattr(report, "wasxfail"):
            _forbid(report)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        _forbid(report)
        return report


def _forbid(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.outcome != "skipped":
        return
    reason = _reason(report)
    if reason.startswith(ALLOWED):
        return
    report.outcome = "failed"
    report.longrepr = (
        f"Skipped where nothing may be skipped (CI is set): {reason or 'no reason given'}. "
        f"Install what is missing in .ci/run, or begin the reason with '{ALLOWED}'."
    )


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The words after `Skipped:` of a skip's (path, line, message)."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ").strip()
    return str(report.longrepr or "")
