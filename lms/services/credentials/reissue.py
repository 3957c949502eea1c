"""Issuing a credential again: the same award under a new number, the one before superseded."""

import json
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.models.credentials import CredentialRecord
from lms.models.sharing import CredentialDisplay
from lms.models.updates import UpdateCompletion
from lms.services import audit, register
from lms.services.credentials.attested import Attested
from lms.services.credentials.storing import date_entry, new_serial


def issue_again(
    session: Session,
    found: Attested,
    holder_name: str,
    holder_profession: str | None,
    reason: str,
    by: int,
    now: datetime,
) -> CredentialRecord:
    """Enter a credential once more under another name or profession; return its row.

    It is issued `now`, under a serial of its own. Everything else stays as it was attested: the
    training, its dates, and the day until which it is current, so that nothing is gained by it.
    """
    row = session.scalars(sa.select(CredentialRecord).where(CredentialRecord.id == found.id)).one()
    credential = replace(
        found.credential,
        serial=new_serial(),
        holder_name=holder_name,
        holder_profession=holder_profession,
        issued_at=now,
    )
    document = certificates.credential_to_document(credential)
    issued = CredentialRecord(
        serial=credential.serial,
        account_id=row.account_id,
        programme_id=row.programme_id,
        enrolment_id=row.enrolment_id,
        course_slug=row.course_slug,
        cycle=row.cycle,
        version=row.version + 1,
        supersedes_id=row.id,
        document=json.dumps(document, sort_keys=True, ensure_ascii=False),
        digest=certificates.digest(credential),
        evidence=row.evidence,
        issued_at=now,
    )
    session.add(issued)
    session.flush()
    date_entry(session, issued.id, credential, found.release_id)
    register.enter_award(session, issued.id, issued.digest, now)
    _carry_over(session, row.id, issued.id)
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=row.programme_id,
        act="credential.awarded",
        subject=f"credential {certificates.format_serial(issued.serial)}",
        detail={
            "enrolment": row.enrolment_id,
            "reason": reason,
            "supersedes": certificates.format_serial(row.serial),
        },
    )
    return issued


def _carry_over(session: Session, old: int, new: int) -> None:
    """Let a holder's confirmations and choices hold for the new issue: nobody reads twice."""
    for read in session.scalars(
        sa.select(UpdateCompletion).where(UpdateCompletion.credential_id == old)
    ):
        session.add(
            UpdateCompletion(
                update_id=read.update_id,
                credential_id=new,
                minutes=read.minutes,
                completed_at=read.completed_at,
            )
        )
    for choice in session.scalars(
        sa.select(CredentialDisplay).where(CredentialDisplay.credential_id == old)
    ):
        kept = {
            column.key: getattr(choice, column.key)
            for column in sa.inspect(CredentialDisplay).column_attrs
        }
        session.add(CredentialDisplay(**{**kept, "credential_id": new}))
    session.flush()
