"""Completion reports to an accreditor: what is sent, what came back rejected."""

from lms.services.reporting.completions import (
    Completion,
    CourseLine,
    list_completions,
    list_courses,
    set_activity,
)
from lms.services.reporting.consents import (
    Consent,
    find_consent,
    give,
    problems_with,
    withdraw,
    wording_for,
)
from lms.services.reporting.rejections import Rejected, settle, take_rejections, waiting_for
from lms.services.reporting.reports import (
    ReportLineView,
    ReportOverview,
    as_tab_text,
    list_lines,
    list_reports,
    make,
    reference_of,
    report_for,
    report_table,
)
from lms.services.reporting.sealing import Particulars, seal, unseal

__all__ = [
    "Completion",
    "Consent",
    "CourseLine",
    "Particulars",
    "Rejected",
    "ReportLineView",
    "ReportOverview",
    "as_tab_text",
    "find_consent",
    "give",
    "list_completions",
    "list_courses",
    "list_lines",
    "list_reports",
    "make",
    "problems_with",
    "reference_of",
    "report_for",
    "report_table",
    "seal",
    "set_activity",
    "settle",
    "take_rejections",
    "unseal",
    "waiting_for",
    "withdraw",
    "wording_for",
]
