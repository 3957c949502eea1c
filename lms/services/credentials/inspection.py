"""Inspection of every credential: what is stored, against the log and what a witness remembers."""

import json
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.config import Settings
from lms.models.acts import CredentialAct
from lms.models.credentials import CredentialRecord
from lms.services import register


def inspect(
    session: Session, settings: Settings, seen: register.Seen | None = None
) -> Iterator[str]:
    """Tell everything that was altered, removed, added or dated back; nothing when all is well."""
    records, faults = [], []
    acts = _acts(session)
    for row in session.scalars(sa.select(CredentialRecord).order_by(CredentialRecord.id)):
        where = f"Credential {row.id}"
        try:
            credential = certificates.credential_from_document(json.loads(row.document))
        except ValueError as error:
            faults.append(f"{where}: its document cannot be read: {error}.")
            continue
        digest = certificates.digest(credential)
        told = (row.digest, row.serial, row.issued_at)
        if told != (digest, credential.serial, credential.issued_at):
            faults.append(f"{where}: its row says something else than its document.")
        done = (("award", credential.issued_at), *acts.get(row.id, ()))
        records.append(register.Record(row.id, digest, done))
    yield from faults
    yield from register.discrepancies(session, settings, records, seen)


def _acts(session: Session) -> dict[int, list[tuple[str, datetime]]]:
    query = sa.select(CredentialAct.credential_id, CredentialAct.kind, CredentialAct.done_at)
    found: dict[int, list[tuple[str, datetime]]] = {}
    for row in session.execute(query.order_by(CredentialAct.id)):
        found.setdefault(row.credential_id, []).append((row.kind, row.done_at))
    return found
