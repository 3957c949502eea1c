"""A programme's own settings: what it says of itself, and what it demands."""

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound
from lms.models.catalogue import Programme
from lms.models.faculty import ProgrammeRules
from lms.services import audit


@dataclass(frozen=True, slots=True)
class ProgrammeRecord:
    """What a programme's settings page shows and changes.

    Director and educator are named as they sign certificates; who holds which role stands with
    the people. With `director_confers` a certificate waits until a director confers completion.
    """

    name: str
    summary: str
    time_zone: str
    web: str | None
    contact_email: str
    director_name: str
    director_title: str
    educator_name: str | None
    educator_title: str | None
    director_confers: bool


def settings_of(session: Session, programme_id: int) -> ProgrammeRecord:
    """Return the settings of a programme, or raise NotFound."""
    row = session.get(Programme, programme_id)
    if row is None:
        raise NotFound()
    return ProgrammeRecord(
        name=row.name,
        summary=row.summary,
        time_zone=row.time_zone,
        web=row.web,
        contact_email=row.contact_email,
        director_name=row.director_name,
        director_title=row.director_title,
        educator_name=row.educator_name,
        educator_title=row.educator_title,
        director_confers=director_confers(session, programme_id),
    )


def director_confers(session: Session, programme_id: int) -> bool:
    """Whether a certificate of this programme waits for a director."""
    rule = sa.select(ProgrammeRules.director_confers)
    return bool(session.scalar(rule.where(ProgrammeRules.programme_id == programme_id)))


def change_programme(
    session: Session, programme_id: int, wanted: ProgrammeRecord, *, by: int, now: datetime
) -> list[str]:
    """Store what has changed and tell the trail; return the names of what changed."""
    db.lock(session)
    before = asdict(settings_of(session, programme_id))
    changed = {name: value for name, value in asdict(wanted).items() if value != before[name]}
    if not changed:
        return []
    demanded = changed.pop("director_confers", None)
    if changed:
        session.execute(sa.update(Programme).where(Programme.id == programme_id).values(**changed))
    if demanded is not None:
        session.merge(ProgrammeRules(programme_id=programme_id, director_confers=demanded))
        changed["director_confers"] = demanded
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme_id,
        act="programme.changed",
        subject=wanted.name,
        detail={name: {"before": before[name], "after": value} for name, value in changed.items()},
    )
    return list(changed)
