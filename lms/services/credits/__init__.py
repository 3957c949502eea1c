"""Credits: approvals a programme holds, what holders may claim by them, and the statements."""

from lms.services.credits.approvals import (
    ApprovalLine,
    end_approval,
    list_approvals,
    record_approval,
)
from lms.services.credits.claims import Claim, Offer, claim, claim_for, list_claims, list_offers
from lms.services.credits.statements import statement_of

__all__ = [
    "ApprovalLine",
    "Claim",
    "Offer",
    "claim",
    "claim_for",
    "end_approval",
    "list_approvals",
    "list_claims",
    "list_offers",
    "record_approval",
    "statement_of",
]
