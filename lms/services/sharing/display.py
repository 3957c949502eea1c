"""What a holder lets the public page of a credential show, and the door that keeps it."""

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import db
from lms.models.credentials import CredentialRecord
from lms.models.sharing import CredentialDisplay, ShownName
from lms.services import audit
from lms.services.credentials import Attested


@dataclass(frozen=True, slots=True)
class Display:
    """What the public page shows of a credential; by default everything.

    The title, the programme, the dates that decide its worth and what it does not authorise are
    always shown while the page is published.
    """

    is_published: bool = True
    shown_name: ShownName = "full"
    shows_profession: bool = True
    shows_hours: bool = True
    shows_assessment: bool = True

    @property
    def shows_all(self) -> bool:
        """Whether nothing of the credential is held back."""
        return self == Display()


@dataclass(frozen=True, slots=True)
class Published:
    """A credential that its holder lets the public see: which, whose, and how.

    `has_others` tells whether the holder has further credentials of the same course.
    """

    credential_id: int
    account_id: int
    display: Display
    has_others: bool


_OTHER = sa.orm.aliased(CredentialRecord)
_DOOR = (
    sa.select(
        CredentialRecord.id,
        CredentialRecord.account_id,
        CredentialDisplay.credential_id.label("chosen"),
        CredentialDisplay.shown_name,
        CredentialDisplay.shows_profession,
        CredentialDisplay.shows_hours,
        CredentialDisplay.shows_assessment,
        sa.exists()
        .where(
            _OTHER.account_id == CredentialRecord.account_id,
            _OTHER.programme_id == CredentialRecord.programme_id,
            _OTHER.course_slug == CredentialRecord.course_slug,
            _OTHER.id != CredentialRecord.id,
        )
        .label("has_others"),
    )
    .outerjoin(CredentialDisplay, CredentialDisplay.credential_id == CredentialRecord.id)
    .where(
        CredentialRecord.serial == sa.bindparam("serial"),
        sa.or_(CredentialDisplay.credential_id.is_(None), CredentialDisplay.is_published),
    )
)


def find_published(session: Session, text: str) -> Published | None:
    """Return what the public may see under a number; None alike for unknown, malformed, hidden.

    One query answers all three, and nothing of a hidden credential is read: neither the answer
    nor its time tells them apart.
    """
    serial = certificates.parse_serial(text)
    row = session.connection().execute(_DOOR, {"serial": serial or ""}).one_or_none()
    if row is None:
        return None
    display = Display()
    if row.chosen is not None:
        display = Display(
            shown_name=row.shown_name,
            shows_profession=row.shows_profession,
            shows_hours=row.shows_hours,
            shows_assessment=row.shows_assessment,
        )
    return Published(row.id, row.account_id, display, row.has_others)


def display_of(session: Session, credential_id: int) -> Display:
    """Return what the holder of a credential has chosen; everything, as long as nothing was."""
    return displays_of(session, [credential_id]).get(credential_id, Display())


def displays_of(session: Session, credential_ids: list[int]) -> dict[int, Display]:
    """Return the choices made for these credentials; one without a choice is left out."""
    rows = session.scalars(
        sa.select(CredentialDisplay).where(CredentialDisplay.credential_id.in_(credential_ids))
    )
    return {row.credential_id: _display(row) for row in rows}


def choose_display(session: Session, found: Attested, display: Display, now: datetime) -> bool:
    """Keep what a holder lets the public see of their credential; return whether it changed.

    Call it for the holder alone. That a page was published or hidden is recorded for the
    programme; how a name is shown is nobody else's business.
    """
    db.lock(session)
    row = session.get(CredentialDisplay, found.id, with_for_update=True)
    known = _display(row) if row is not None else Display()
    if known == display:
        return False
    values = asdict(display) | {"changed_at": now}
    if row is None:
        session.add(CredentialDisplay(credential_id=found.id, **values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
    if known.is_published != display.is_published:
        audit.record(
            session,
            at=now,
            actor_id=found.account_id,
            programme_id=found.programme_id,
            act="credential.published" if display.is_published else "credential.hidden",
            subject=f"credential {certificates.format_serial(found.credential.serial)}",
        )
    session.flush()
    return True


def name_as_shown(name: str, how: ShownName) -> str:
    """Return the name as a holder lets others see it; empty where they show none.

    Initials are the first characters of the parts of the name, whatever its script.
    """
    if how == "full":
        return name
    if how == "none":
        return ""
    return "\u00a0".join(f"{part[0].upper()}." for part in name.replace("-", " ").split())


def _display(row: CredentialDisplay) -> Display:
    return Display(
        is_published=row.is_published,
        shown_name=row.shown_name,
        shows_profession=row.shows_profession,
        shows_hours=row.shows_hours,
        shows_assessment=row.shows_assessment,
    )
