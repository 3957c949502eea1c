"""Observed skills of the demonstration: judged by two, some disputed, some to be worked on."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

import courses
from lms.demo.scene import Scene
from lms.models.cohorts import Cohort
from lms.models.observed import Observation, ObservedRating, RemediationPlan
from lms.services import catalogue

RATES = ("director", "administrator", "educator", "instructor", "supervisor")
ONE_IN, A_COHORT = 3, 24  # of every third learner, so many of a cohort were observed
SETTINGS = ("role-play", "simulation", "simulation", "recording")
FIRST = timedelta(days=50)
DIFFER, MISSED, UNSEEN = 0.05, 0.03, 0.04
STEPS = "Role-play it twice with your supervisor, then be observed again."


def fill(session: Session, scene: Scene) -> None:
    """Let two of the staff judge some learners of each cohort, and a third where they differ."""
    raters = [scene.staff[role] for role in RATES if role in scene.staff]
    if len(set(raters)) < 3:
        return
    for cohort_id in scene.cohorts:
        cohort = session.get_one(Cohort, cohort_id)
        checklists = catalogue.release(session, cohort.release_id).course.practice.checklists
        day = cohort.starts_on + FIRST
        for place, enrolment in enumerate(scene.enrolments[cohort_id][1::ONE_IN][:A_COHORT]):
            on = day + timedelta(days=place * 2)
            if checklists and on < scene.now.date() - timedelta(days=2):
                checklist = checklists[place % len(checklists)]
                _observe(session, scene, enrolment, cohort.release_id, checklist, on, raters)
    session.flush()


def _observe(
    session: Session,
    scene: Scene,
    enrolment: int,
    release: int,
    checklist: courses.Checklist,
    on: date,
    raters: Sequence[int],
    *,
    again: bool = False,
) -> None:
    opened = datetime.combine(on, datetime.min.time(), scene.now.tzinfo) + timedelta(hours=16)
    first, second, third = scene.chance.sample(raters, 3)
    row = Observation(
        enrolment_id=enrolment,
        release_id=release,
        checklist=checklist.slug,
        digest=checklist.digest,
        setting=scene.chance.choice(SETTINGS),
        observed_on=on,
        ticket=f"{scene.chance.getrandbits(128):032x}",
        opened_by=first,
        opened_at=opened,
    )
    session.add(row)
    session.flush()
    one = {line.id: "met" if again else _judgement(scene) for line in checklist.lines}
    two = {
        line: _another(judged) if scene.chance.random() < DIFFER and not again else judged
        for line, judged in one.items()
    }
    handed = opened + timedelta(hours=3)
    is_half = scene.chance.random() < DIFFER and not again
    _rate(session, row.id, 1, first, one, opened, handed)
    _rate(session, row.id, 2, second, {} if is_half else two, opened, None if is_half else handed)
    if is_half:
        return
    disputed = checklist.disputed(one, two)
    result = dict(one)
    if disputed:
        if scene.chance.random() < MISSED * 2:
            return
        decided = {line: one[line] for line in disputed}
        _rate(session, row.id, 3, third, decided, handed, handed + timedelta(days=2))
        result |= decided
    if checklist.unmet(result) and scene.chance.random() < 1 - MISSED * 2:
        due = on + timedelta(days=28)
        _plan(session, row.id, due, third, handed + timedelta(days=3))
        if due < scene.now.date() - timedelta(days=3):
            _observe(session, scene, enrolment, release, checklist, due, raters, again=True)


def _another(judged: str) -> str:
    return "not-seen" if judged == "met" else "met"


def _judgement(scene: Scene) -> str:
    luck = scene.chance.random()
    return "not-met" if luck < MISSED else "not-seen" if luck < MISSED + UNSEEN else "met"


def _rate(
    session: Session,
    observation: int,
    seat: int,
    account: int,
    judged: dict[str, str],
    named: datetime,
    handed: datetime | None,
) -> None:
    session.add(
        ObservedRating(
            observation_id=observation,
            seat=seat,
            account_id=account,
            judged=json.dumps(judged, sort_keys=True),
            named_at=named,
            handed_in_at=handed,
        )
    )


def _plan(session: Session, observation: int, due: date, by: int, at: datetime) -> None:
    session.add(
        RemediationPlan(observation_id=observation, due_on=due, steps=STEPS, made_by=by, made_at=at)
    )
