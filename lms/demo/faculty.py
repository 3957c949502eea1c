"""Faculty of the demonstration: competences, disclosures in date, cohorts taught, one partner."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.demo.scene import Scene
from lms.models.accounts import Account, RoleGrant
from lms.models.closing import DisclosureReceipt
from lms.models.cohorts import Cohort, CohortFaculty
from lms.models.faculty import PartnerConsent
from lms.services import catalogue, closing, faculty

CONSENTING = 12
TEACHING = ("director", "educator", "instructor")
GROUNDS = (
    ("degree", "Doctorate in clinical psychology"),
    ("licence", "Licensed to practise, seen in the public register"),
    ("training", "Two-year psychotherapy training, certificate seen"),
    ("experience", "Eight years of inpatient psychiatry, reference seen"),
)


def fill(session: Session, scene: Scene) -> None:
    """Record who may teach what and disclose anew, name who teaches, and let a partner see some."""
    query = (
        sa.select(Account.id, Account.full_name, RoleGrant.role)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.programme_id == scene.programme_id, RoleGrant.role.in_(TEACHING))
        .order_by(RoleGrant.id)
    )
    people = session.execute(query).all()
    if not people:
        return
    recorder = scene.staff["administrator"]
    _record(session, scene, [person.id for person in people], recorder)
    _disclose_anew(session, scene, recorder)
    _teach(session, scene, [person.id for person in people], recorder)
    if (partner := scene.staff.get("partner")) is not None:
        _consent(session, scene, partner)


def _record(session: Session, scene: Scene, people: list[int], recorder: int) -> None:
    """Record competences for every module, save the last module of the last person."""
    newest = session.get_one(Cohort, scene.cohorts[-1])
    course = catalogue.release(session, newest.release_id).course
    for place, person in enumerate(people):
        modules = course.modules[:-1] if place == len(people) - 1 else course.modules
        for number, module in enumerate(modules):
            basis, evidence = GROUNDS[(place + number) % len(GROUNDS)]
            ends = (scene.now + timedelta(days=120 + 90 * number)).date()
            faculty.record_competence(
                session,
                scene.programme_id,
                person,
                course_slug=course.slug,
                module_key=module.key,
                basis=basis,
                evidence=evidence,
                valid_until=ends if basis == "licence" else None,
                by=recorder,
                now=scene.now,
            )


def _disclose_anew(session: Session, scene: Scene, recorder: int) -> None:
    """Have everybody whose disclosure is too old repeat it; learners have seen that since."""
    today = scene.now.date()
    before = {line.person: line for line in closing.list_disclosures(session, scene.programme_id)}
    for each in closing.list_undisclosed(session, scene.programme_id, today):
        known = before.get(each.name)
        closing.disclose(
            session,
            scene.programme_id,
            person=each.name,
            role=known.role if known else each.role.capitalize(),
            interests=known.interests if known else (),
            made_on=today - timedelta(days=200),
            by=recorder,
            now=scene.now,
        )
    digest = closing.digest_of(closing.list_disclosures(session, scene.programme_id))
    seen = sa.select(DisclosureReceipt.enrolment_id, sa.func.max(DisclosureReceipt.seen_at))
    rows = session.execute(seen.group_by(DisclosureReceipt.enrolment_id)).all()
    up_to_date = set(
        session.scalars(
            sa.select(DisclosureReceipt.enrolment_id).where(DisclosureReceipt.digest == digest)
        )
    )
    session.add_all(
        DisclosureReceipt(enrolment_id=enrolment, digest=digest, seen_at=seen_at)
        for enrolment, seen_at in rows
        if enrolment not in up_to_date
    )
    session.flush()


def _teach(session: Session, scene: Scene, people: list[int], recorder: int) -> None:
    """Have everybody teach every cohort that names nobody yet."""
    for cohort in scene.cohorts:
        named = sa.select(CohortFaculty.account_id).where(CohortFaculty.cohort_id == cohort)
        if session.scalars(named).first() is None:
            session.add_all(
                CohortFaculty(
                    cohort_id=cohort, account_id=each, added_by=recorder, added_at=scene.now
                )
                for each in people
            )
    session.flush()


def _consent(session: Session, scene: Scene, partner: int) -> None:
    """Name the partner's site, and let some of the youngest cohort be seen."""
    faculty.name_site(session, scene.programme_id, partner, "Harbour Row Clinic")
    session.add_all(
        PartnerConsent(
            enrolment_id=enrolment,
            partner_id=partner,
            is_given=True,
            said_at=scene.now - timedelta(days=2),
        )
        for enrolment in scene.enrolments[scene.cohorts[-1]][:CONSENTING]
    )
    session.flush()
