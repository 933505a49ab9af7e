"""From a model's drafts to the report: every statement is held against the lines.

In: the meeting, the template and the drafts, complete or not. Out: a `Report` of status `ok`, or `partial`
with the stretches that were read, or `failed` where no answer can be used. No model is asked.
"""

from summarizer.drafts import Drafts, Meeting
from summarizer.schema import Report
from summarizer.template import Template


def report_of(meeting: Meeting, template: Template, drafts: Drafts) -> Report:
    """The report that these drafts give."""
    raise NotImplementedError
