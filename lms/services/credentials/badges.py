"""Badges: a credential as other people's software reads it, signed once and kept."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import db
from lms.config import Settings
from lms.keys import keys_of
from lms.models.badges import BadgeRecord
from lms.models.credentials import CredentialRecord
from lms.services import register
from lms.services.credentials.attested import Attested


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge as it was signed: its document's text (JSON, with its proof), and its token."""

    text: str
    jwt: str

    @property
    def document(self) -> dict[str, Any]:
        """The document that the text holds."""
        return cast(dict[str, Any], json.loads(self.text))


def badge_of(session: Session, found: Attested, settings: Settings, now: datetime) -> Badge:
    """Return the badge of a credential: the kept one, else a new one, which is kept; so commit.

    `now` is when a new one is signed. Of several who ask at once for the first time, one signs.
    """
    kept = find_badge(session, found)
    if kept is not None:
        return kept
    # Drawn and signed before anybody has to wait for anybody.
    badge = unkept_badge(session, found, settings, now)
    db.lock(session)
    row = sa.select(CredentialRecord.id).where(CredentialRecord.id == found.id)
    session.execute(row.with_for_update(key_share=True))
    kept = find_badge(session, found)
    if kept is not None:
        return kept
    session.add(
        BadgeRecord(credential_id=found.id, document=badge.text, token=badge.jwt, signed_at=now)
    )
    session.flush()
    return badge


def find_badge(session: Session, found: Attested) -> Badge | None:
    """Return the badge that was kept of a credential, if there is one."""
    query = sa.select(BadgeRecord.document, BadgeRecord.token).where(
        BadgeRecord.credential_id == found.id
    )
    row = session.execute(query).one_or_none()
    return None if row is None else Badge(row.document, row.token)


def unkept_badge(session: Session, found: Attested, settings: Settings, now: datetime) -> Badge:
    """Return the badge of a credential as it would be signed at the instant `now`."""
    credential = found.credential
    address = f"{settings.verify_address}/{credential.serial}"
    document = certificates.badge_for(
        credential,
        _issuer(credential, settings),
        verify_url=address,
        criteria=_criteria(credential),
        status=register.status_entries_of(session, found.id, settings),
        image=f"{address}/image.png",
    )
    key = keys_of(settings).credential
    # A key that was made for this very badge signs from its first second on.
    at = max(now, key.valid_from)
    signed = certificates.sign_badge(document, key, at)
    text = json.dumps(signed, ensure_ascii=False, separators=(",", ":"))
    return Badge(text, certificates.sign_badge_jwt(document, key, at))


def picture_words(credential: certificates.Credential) -> tuple[str, str, str]:
    """Return what the picture of a badge says: the title, what kind it is, and whose."""
    particulars = credential.particulars or certificates.Particulars()
    return credential.title, certificates.KIND_WORDS[particulars.kind], credential.programme


def _issuer(credential: certificates.Credential, settings: Settings) -> certificates.Issuer:
    """The site signs, under the name of the programme that awards."""
    return certificates.Issuer(
        certificates.did_of(settings.public_url),
        credential.programme,
        credential.programme_web or settings.public_url,
    )


def _criteria(credential: certificates.Credential) -> str:
    """What was asked for the award, in Markdown: how it was assessed, and the hours by part."""
    hours = [f"* {line.title}: {_spelled(line.minutes)}" for line in credential.hours]
    whole = f"Instruction: {_spelled(credential.minutes)}"
    return "\n\n".join([credential.assessment, whole, "\n".join(hours)]).strip()


def _spelled(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    return " ".join([*parts, f"{rest} min"] if rest or not hours else parts)
