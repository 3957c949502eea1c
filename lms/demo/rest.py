"""What came of each feature, told once the people of the demonstration have lived their months."""

import random
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.demo import (
    cohorts,
    faculty,
    live,
    messages,
    observed,
    people,
    practice,
    qualifications,
    reporting,
    requests,
    rosters,
    watch,
)
from lms.demo.scene import Scene
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment

FEATURES = (
    faculty,
    cohorts,
    qualifications,
    practice,
    observed,
    live,
    messages,
    rosters,
    reporting,
    requests,
    watch,
)


def scene_of(
    session: Session,
    programme: Programme,
    staff: list[Account],
    chance: random.Random,
    settings: Settings,
    now: datetime,
) -> Scene:
    roles: dict[str, int] = {}
    for person, (_name, _job, role) in zip(staff, people.STAFF, strict=True):
        roles.setdefault(role, person.id)
    started = sa.select(Cohort.id).where(Cohort.programme_id == programme.id)
    cohort_ids = tuple(session.scalars(started.order_by(Cohort.starts_on)))
    enrolled = sa.select(Enrolment.cohort_id, Enrolment.id).order_by(Enrolment.id)
    places: dict[int, list[int]] = {cohort: [] for cohort in cohort_ids}
    for cohort, enrolment in session.execute(enrolled):
        places[cohort].append(enrolment)
    told = {cohort: tuple(ids) for cohort, ids in places.items()}
    return Scene(programme.id, roles, cohort_ids, told, now, chance, settings)


def tell(session: Session, scene: Scene) -> None:
    """Add what came of each feature, the watch over every cohort last."""
    for feature in FEATURES:
        feature.fill(session, scene)
        session.commit()
