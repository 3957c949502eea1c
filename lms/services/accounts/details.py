"""One's own account: name, profession, licence and password."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.services import audit
from lms.services.accounts.sign_ins import end_other_sign_ins


def change_details(
    session: Session,
    account: Account,
    *,
    full_name: str,
    profession: str,
    licence_number: str | None,
    licence_jurisdiction: str | None,
    now: datetime,
) -> None:
    """Change what a person says about themselves; certificates already issued keep their name."""
    if full_name != account.full_name:
        note(session, account, "account.renamed", now, {"from": account.full_name, "to": full_name})
    session.add(account)
    account.full_name = full_name
    account.profession = profession
    account.licence_number = licence_number
    account.licence_jurisdiction = licence_jurisdiction
    session.flush()


def note(
    session: Session,
    account: Account,
    act: str,
    now: datetime,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Write an act of somebody on their own account into the audit trail."""
    subject = f"account {account.id}"
    audit.record(session, at=now, actor_id=account.id, act=act, subject=subject, detail=detail)


def change_password(session: Session, account: Account, act: str, now: datetime) -> None:
    """Follow a new password through: other sign-ins end, and the trail says so."""
    note(session, account, act, now)
    end_other_sign_ins(session, account.id, keep=account.sign_in_id, now=now)
