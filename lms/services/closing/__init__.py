"""Closing: what stands between a completed course and its credential, and how each is done."""

from lms.services.closing.disclosures import (
    DisclosureLine,
    Interest,
    digest_of,
    disclose,
    end_disclosure,
    list_disclosures,
    mark_seen,
)
from lms.services.closing.gates import Gate, GateKind, list_gates, list_open
from lms.services.closing.promises import attest, evaluate, is_same_name

__all__ = [
    "DisclosureLine",
    "Gate",
    "GateKind",
    "Interest",
    "attest",
    "digest_of",
    "disclose",
    "end_disclosure",
    "evaluate",
    "is_same_name",
    "list_disclosures",
    "list_gates",
    "list_open",
    "mark_seen",
]
