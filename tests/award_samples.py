"""Many holders of the same certificate, for what is done to all of them."""

import hashlib
import json
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.models.credentials import CredentialRecord
from lms.services import register
from tests.cast import THEN
from tests.stories import Told

NAMES = ("Vera Achterberg", "Nguyễn Thị Ánh", "Владимир Вернадский", "محمد الفارسي", "王小明")


def award_many(session: Session, told: Told, count: int) -> None:
    """Give `count` more people of the autumn cohort a credential such as Leo's."""
    row = session.scalars(
        sa.select(CredentialRecord).where(CredentialRecord.serial == told.serial)
    ).one()
    columns = [column.key for column in CredentialRecord.__table__.columns]
    given = {name: getattr(row, name) for name in columns if name != "id"}
    attested = certificates.credential_from_document(json.loads(row.document))
    for number in range(count):
        name = f"{NAMES[number % len(NAMES)]} {number:04}"
        account = Account(
            email=f"holder-{number}@example.org",
            password="-",
            active=True,
            fs_uniquifier=f"holder-{number}",
            confirmed_at=THEN,
            full_name=name,
            profession="Psychotherapist",
            created_at=THEN,
        )
        session.add(account)
        session.flush()
        enrolment = Enrolment(cohort_id=told.cast.autumn, account_id=account.id, enrolled_at=THEN)
        session.add(enrolment)
        session.flush()
        serial = certificates.new_serial(hashlib.sha256(b"%d" % number).digest()[:17])
        credential = replace(attested, serial=serial, holder_name=name)
        digest = certificates.digest(credential)
        attested_row = CredentialRecord(
            **{
                **given,
                "document": json.dumps(certificates.credential_to_document(credential)),
                "digest": digest,
                "serial": serial,
                "account_id": account.id,
                "enrolment_id": enrolment.id,
            }
        )
        session.add(attested_row)
        session.flush()
        register.enter_award(session, attested_row.id, digest, attested_row.issued_at)
