"""Northgate's approval as a provider, invented for tests, and what Leo claims by it."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

import certificates
from lms.services import credentials, credits
from tests.stories import Told


def claim_credits(session: Session, told: Told, now: datetime) -> int:
    """Store the approval and have Leo claim a quarter of a credit; return the claim's number."""
    approval = credits.record_approval(
        session,
        told.cast.northgate,
        certificates.Approval(
            "A board invented for this test",
            "P-1234",
            "Northgate is approved by a board invented for this test.",
            date(2020, 1, 1),
            date(2099, 12, 31),
        ),
        certificates.CreditRule("contact hour", 10, Decimal("0.25")),
        by=told.cast.ada,
        now=now,
    )
    attested = credentials.find_by_serial(session, told.serial, now)
    assert attested is not None
    return credits.claim(session, attested, approval, "0.25", now=now).id
