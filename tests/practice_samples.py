"""The small course with rules of practice and a checklist, and rows of a log to test with."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.cohorts import Cohort
from lms.services import cohorts, observed, practice, publishing
from tests.cast import PEOPLE, SMALL, THEN, Cast

RULES = """\
intro: Practise with people.
demanded: false
rules:
  - {measure: administration-hours, amount: 40, rests_on: [SL-PRAC]}
"""
CHECKLIST = """\
title: Touch
intro: Judge what you saw.
reviewed_on: 2026-11-22
lines:
  - {id: BND-1, critical: true, text: "Asks first.[@TST-001]"}
  - {id: BND-2, text: "Stops when asked.[@TST-001]"}
  - {id: BND-3, text: "Documents it.[@TST-001]"}
"""
LINES = ("BND-1", "BND-2", "BND-3")
DAY = date(2026, 9, 10)
LATER = THEN + timedelta(days=20)


def give_a_practice(session: Session, folder: Path, cast: Cast, *, to_cohort: bool = True) -> int:
    """Publish the course with both, let the autumn cohort learn from it; return its release."""
    root = folder / f"practice-{len(list(folder.iterdir()))}"
    shutil.copytree(SMALL, root)
    course = next((root / "courses" / "content").glob("*/course.yaml")).parent
    (course / "practice.yaml").write_text(RULES, encoding="utf-8")
    (course / "checklists").mkdir()
    (course / "checklists" / "01-touch.yaml").write_text(CHECKLIST, encoding="utf-8")
    release = publishing.publish(session, root, now=THEN, actor_id=None)[0]
    if to_cohort:
        session.execute(
            sa.update(Cohort).where(Cohort.id == cast.autumn).values(release_id=release.id)
        )
    session.flush()
    return release.id


def list_places(session: Session, cast: Cast) -> tuple[int, int, int]:
    """Enter a site, Saul who signs by account and Nan who has none; return their ids."""
    site = practice.add_site(
        session, cast.northgate, name="River Clinic", place="Bend, US", by=cast.ada, now=THEN
    )
    saul, nan = (
        practice.add_supervisor(
            session,
            cast.northgate,
            name=name,
            email=email,
            licence_number=number,
            licence_jurisdiction="Someland",
            by=cast.ada,
            now=THEN,
        )
        for name, email, number in (
            (PEOPLE["Saul"], "saul@example.org", "L-1"),
            ("Nan Abara", "nan@elsewhere.example", "L-2"),
        )
    )
    return site, saul, nan


def stated(site: int, supervisor: int, **changes: Any) -> practice.Stated:
    """Return a day of practicum with two hours in a session."""
    values: dict[str, Any] = {
        "kind": "practicum",
        "practised_on": DAY,
        "supervisor_id": supervisor,
        "site_id": site,
        "role": "assist",
        "substance": "classic",
        "administration_minutes": 120,
        "dosing_sessions": 1,
        "consented": True,
    }
    return practice.Stated(**(values | changes))


def practise(session: Session, cast: Cast, folder: Path, now: datetime) -> None:
    """Leo enters a day that waits for Saul; Ivo and Ed have sheets to judge him by."""
    release = give_a_practice(session, folder, cast, to_cohort=False)
    site, saul, _nan = list_places(session, cast)
    seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    row = stated(site, saul, practised_on=now.date() - timedelta(days=1))
    practice.enter(session, seat, row, ticket="a" * 32, now=now)
    own = session.scalars(sa.select(Cohort.release_id).where(Cohort.id == cast.autumn)).one()
    session.execute(sa.update(Cohort).where(Cohort.id == cast.autumn).values(release_id=release))
    open_for(session, cast, cast.leo_seat, now)
    session.execute(sa.update(Cohort).where(Cohort.id == cast.autumn).values(release_id=own))
    session.flush()


def open_for(session: Session, cast: Cast, enrolment: int, now: datetime, **changes: Any) -> int:
    """Open an observation of a learner by Ivo and Ed; return its id."""
    values: dict[str, Any] = {
        "enrolment_id": enrolment,
        "checklist": "touch",
        "setting": "role-play",
        "observed_on": now.date(),
        "raters": (cast.ivo, cast.ed),
        "ticket": f"{enrolment:032x}",
        "by": cast.ada,
        "now": now,
    }
    cohort = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    return observed.open_observation(session, cohort, **(values | changes))
