"""Revocations: the end of a credential, for a reason that may be published."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import db
from lms.errors import Refused
from lms.models.accounts import Account
from lms.models.credentials import CredentialRecord, RevocationRecord
from lms.services import audit, mail
from lms.services.credentials.attested import PUBLIC_REASONS, Attested


def revoke(
    session: Session, found: Attested, *, reason: str, note: str, by: int, now: datetime
) -> None:
    """End a credential for a reason from the closed list; its page says so from now on.

    The private `note` stays with the programme. Refused when it is revoked already.
    """
    if reason not in PUBLIC_REASONS:
        raise Refused("Choose one of the listed reasons.")
    db.lock(session)
    serial = found.credential.serial
    record_id = session.scalars(
        sa.select(CredentialRecord.id).where(CredentialRecord.serial == serial).with_for_update()
    ).one()
    ended = sa.select(RevocationRecord.id).where(RevocationRecord.credential_id == record_id)
    if session.scalar(ended) is not None:
        raise Refused("This credential is revoked already.")
    session.add(
        RevocationRecord(
            credential_id=record_id, reason=reason, note=note, revoked_by=by, revoked_at=now
        )
    )
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=found.programme_id,
        act="credential.revoked",
        subject=f"credential {certificates.format_serial(serial)}",
        detail={"reason": reason, "note": note},
    )
    recipient = session.scalars(
        sa.select(Account.email).where(Account.id == found.account_id)
    ).one()
    mail.write(
        session,
        recipient=recipient,
        subject=f"Your certificate was revoked: {found.credential.title}",
        body=(
            f"Dear {found.credential.holder_name},\n\n{found.credential.programme} has revoked "
            f"your certificate {certificates.format_serial(serial)}. "
            f"{PUBLIC_REASONS[reason]}\n\nIf you think this is wrong, answer to the programme: "
            "its address stands on its page.\n"
        ),
        at=now,
    )
