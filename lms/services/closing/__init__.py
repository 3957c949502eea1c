"""Closing: what stands between a completed course and its credential, and how each is done."""

from lms.services.closing.controllers import (
    CONTROL_CONTENT,
    Undisclosed,
    list_undisclosed,
    refuse_undisclosed,
    without_disclosure,
)
from lms.services.closing.disclosures import (
    DisclosureLine,
    Interest,
    digest_of,
    disclose,
    end_disclosure,
    has_to_see,
    list_disclosed_to,
    list_disclosures,
    mark_seen,
)
from lms.services.closing.gates import Gate, GateKind, list_gates, list_open
from lms.services.closing.promises import attest, evaluate, is_same_name

__all__ = [
    "CONTROL_CONTENT",
    "DisclosureLine",
    "Gate",
    "GateKind",
    "Interest",
    "Undisclosed",
    "attest",
    "digest_of",
    "disclose",
    "end_disclosure",
    "evaluate",
    "has_to_see",
    "is_same_name",
    "list_disclosed_to",
    "list_disclosures",
    "list_gates",
    "list_open",
    "list_undisclosed",
    "mark_seen",
    "refuse_undisclosed",
    "without_disclosure",
]
