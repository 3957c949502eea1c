"""What a programme has issued: page by page, found by number or by the name of the account."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.models.accounts import Account
from lms.models.credentials import CredentialRecord
from lms.services.credentials.attested import Attested, list_of_ids

PAGE = 50


@dataclass(frozen=True, slots=True)
class Issued:
    """A page of a programme's credentials; `before` continues the list, None at its end."""

    found: list[Attested]
    before: int | None


def list_issued(
    session: Session,
    programme_id: int,
    *,
    words: str = "",
    before: int | None = None,
    now: datetime,
) -> Issued:
    """Return credentials of a programme, the latest first.

    `words` is a number as it is printed, or part of the name a holder's account bears today.
    """
    query = (
        sa.select(CredentialRecord.id)
        .join(Account, Account.id == CredentialRecord.account_id)
        .where(CredentialRecord.programme_id == programme_id)
        .order_by(CredentialRecord.id.desc())
        .limit(PAGE + 1)
    )
    if words.strip():
        serial = certificates.parse_serial(words)
        by_name = Account.full_name.icontains(words.strip(), autoescape=True)
        query = query.where(CredentialRecord.serial == serial if serial else by_name)
    if before is not None:
        query = query.where(CredentialRecord.id < before)
    ids = list(session.scalars(query))
    shown = ids[:PAGE]
    return Issued(list_of_ids(session, shown, now), shown[-1] if len(ids) > PAGE else None)
