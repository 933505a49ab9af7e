"""The report that a reader is given in the end: what a model wrote as far as it came, else the words alone.

In: a meeting, and the model's drafts if there are any. Out: a `Report`. No model is asked.
"""

from dataclasses import replace

from summarizer.assemble import report_of
from summarizer.drafts import Drafts, Meeting
from summarizer.extractive import extractive_report
from summarizer.reasons import in_language
from summarizer.schema import Report
from summarizer.template import Template


def from_words(meeting: Meeting, reason: str | None = None) -> Report:
    """The report that needs no language model; `reason` says why none wrote it, if one should have."""
    return extractive_report(
        meeting.id, meeting.lines, title=meeting.title, language=meeting.language, reason=reason
    )


def finished(meeting: Meeting, template: Template, drafts: Drafts, failure: str | None) -> Report:
    """The report of these drafts, to which nothing more comes; `failure` is why the model did not finish."""
    written = report_of(meeting, template, drafts)
    if written.sections and written.status != "failed":
        return replace(written, reason=in_language(failure, meeting.language) or written.reason)
    if written.status == "ok":  # It was asked everything, and had nothing to say.
        return written
    return from_words(meeting, failure or written.reason)
