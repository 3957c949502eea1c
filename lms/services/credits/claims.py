"""Claims: what holders may claim for a credential by each approval, and what they claimed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import db
from lms.errors import NotFound, Refused
from lms.models.credentials import CredentialRecord
from lms.models.credits import CreditClaim, ProviderApproval
from lms.services import audit
from lms.services.credentials import Attested
from lms.services.credits.approvals import ApprovalLine, line_of, list_approvals

CLAIMABLE = ("valid", "update-outstanding", "past-currency")
"""What a credential may be worth when credits are claimed for it: time taught stays taught."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Credits claimed, once and for all."""

    id: int
    line: ApprovalLine
    amount: Decimal
    minutes: int
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be claimed by one approval; `claim` once it was, `hindrance` why it cannot be."""

    line: ApprovalLine
    most: Decimal
    claim: Claim | None
    hindrance: str


def list_offers(session: Session, found: Attested) -> list[Offer]:
    """Return, approval by approval, what the holder of a credential may claim, or has.

    Empty as long as the programme has stored no approval: without one, no credit exists.
    """
    claims = {each.line.id: each for each in list_claims(session, found.id)}
    offers = []
    for line in list_approvals(session, found.programme_id):
        made = claims.get(line.id)
        if made is None and line.is_ended:
            continue
        most = certificates.credits_offered(line.rule, found.credential.minutes)
        offers.append(Offer(line, most, made, "" if made else _hindrance(line, found, most)))
    return offers


def list_claims(session: Session, credential_id: int) -> list[Claim]:
    """Return what was claimed for a credential, the earliest first."""
    query = (
        sa.select(CreditClaim, ProviderApproval)
        .join(ProviderApproval, ProviderApproval.id == CreditClaim.approval_id)
        .where(CreditClaim.credential_id == credential_id)
        .order_by(CreditClaim.id)
    )
    return [
        Claim(row.id, line_of(approval), Decimal(row.amount), row.minutes, row.claimed_at)
        for row, approval in session.execute(query)
    ]


def claim_for(session: Session, found: Attested, claim_id: int) -> Claim:
    """Return a claim that was made for this credential, or raise NotFound."""
    made = next((each for each in list_claims(session, found.id) if each.id == claim_id), None)
    if made is None:
        raise NotFound()
    return made


def claim(
    session: Session, found: Attested, approval_id: int, amount: str, *, now: datetime
) -> Claim:
    """Claim credits for a credential by an approval, once; what is claimed cannot be changed.

    Refused when the approval did not cover the day of completion or is off the list, when the
    credential is suspended or revoked, for more than the instruction makes, and a second time.
    """
    db.lock(session)
    session.execute(
        sa.select(CredentialRecord.id).where(CredentialRecord.id == found.id).with_for_update()
    )
    offers = {offer.line.id: offer for offer in list_offers(session, found)}
    offer = offers.get(approval_id)
    if offer is None:
        raise NotFound()
    if offer.claim is not None:
        raise Refused("These credits are claimed already.")
    if offer.hindrance:
        raise Refused(offer.hindrance)
    value = _read(amount)
    fault = certificates.claim_fault(offer.line.rule, found.credential.minutes, value)
    if fault:
        raise Refused(fault)
    row = CreditClaim(
        credential_id=found.id,
        approval_id=approval_id,
        amount=certificates.written_credits(value),
        minutes=found.credential.minutes,
        claimed_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=found.account_id,
        programme_id=found.programme_id,
        act="credits.claimed",
        subject=f"credential {certificates.format_serial(found.credential.serial)}",
        detail={"approval": approval_id, "amount": row.amount, "unit": offer.line.rule.unit},
    )
    return Claim(row.id, offer.line, value, row.minutes, now)


def _read(amount: str) -> Decimal:
    try:
        return Decimal(amount.strip().replace(",", "."))
    except InvalidOperation:
        raise Refused("Give a number of credits, such as 6.25.") from None


def _hindrance(line: ApprovalLine, found: Attested, most: Decimal) -> str:
    if found.verdict.status not in CLAIMABLE:
        return "No credits can be claimed for a certificate that is suspended or revoked."
    if not line.covers(found.credential.completed_on):
        return "The approval did not cover the day on which you completed the course."
    if not most:
        return "The instruction is shorter than the smallest part of a credit."
    return ""
