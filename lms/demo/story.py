"""A demonstration: a programme, three cohorts and five hundred learners, their months in order.

What forty of them do is done through the services, at the instants at which people would have done
it; the others are a crowd (crowd.py). Scores, credentials and the audit trail are as real as any.
"""

import heapq
import itertools
import random
import secrets
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

import quizzes
from lms import keys
from lms.config import ROOT, Settings
from lms.demo import certificates, people, rest
from lms.demo.crowd import Studying, study
from lms.demo.crowd import names as crowd_names
from lms.demo.habits import ALL, PROFESSIONS, READ_AGAIN, Habit, answer, opinion
from lms.demo.pen import Pen
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort
from lms.services import (
    accounts,
    assessment,
    catalogue,
    closing,
    cohorts,
    credentials,
    learning,
    publishing,
    register,
)
from lms.services.cohorts import Seat

PASSWORD_FILE = "demo-password"  # noqa: S105 -- the name of a file, not a password
# How many more learn in the second cohort and in the third.
CROWDS = (270, 190)
# Who controls content, and so discloses interests.
CONTROL_CONTENT = ("director", "administrator", "educator", "instructor")
EVALUATE_LATER = 9  # one in so many is done with everything but the evaluation


def begins(now: datetime) -> datetime:
    """Return when the story begins that is told `now`; what signs in it has to be as old."""
    return now - timedelta(days=30 * 27)


def is_wanted(session: Session) -> bool:
    """Whether there is room for a demonstration: no programme exists yet."""
    return not session.scalar(sa.select(sa.func.count(Programme.id)))


def present(session: Session, settings: Settings, now: datetime) -> list[str]:
    """Make the demonstration once; return the lines that tell an operator how to sign in."""
    file = settings.data / PASSWORD_FILE
    if not is_wanted(session):
        return _how_to_sign_in(file) if file.exists() else ["A programme exists; left as it is."]
    chance = random.Random(20261122)  # noqa: S311 -- a story, not a secret
    password = secrets.token_urlsafe(12)
    founded = begins(now)
    release = publishing.publish(session, ROOT, now=founded, actor_id=None)[0]
    hashed = hash_password(password)
    staff = [
        people.account(session, name, job, hashed, founded) for name, job, _role in people.STAFF
    ]
    programme = _programme(session, staff[0], founded)
    for person, (_name, _job, role) in zip(staff[1:], people.STAFF[1:], strict=True):
        accounts.grant_role(
            session,
            programme_id=programme.id,
            email=person.email,
            role=role,
            by=staff[0].id,
            now=founded,
        )
    _disclose(session, programme, staff, founded)
    session.commit()
    told = _Telling(session, programme, hashed, chance, settings, Pen(session))
    _tell(told, release.id, staff[0].id, now)
    certificates.act_on_some(session, staff, people.email(people.HOLDER), settings, now)
    certificates.renew_some(session, settings, now)
    session.commit()
    rest.tell(session, rest.scene_of(session, programme, staff, chance, settings, now))
    _keep_password(file, password)
    return _how_to_sign_in(file)


@dataclass(slots=True)
class _Telling:
    """What every part of the story needs: where it is written, and with what."""

    session: Session
    programme: Programme
    hashed: str
    chance: random.Random
    settings: Settings
    pen: Pen
    recent: dict[str, deque[quizzes.Paper]] = field(default_factory=dict)
    awarded_at: datetime | None = None


def _tell(told: _Telling, release_id: int, opener: int, now: datetime) -> None:
    """Let three cohorts live their months: one is certified, one nears its end, one is half-way."""
    lives: list[Iterator[datetime]] = []
    others = iter(crowd_names(sum(CROWDS), told.chance))
    for names, crowd, start, length in (
        (people.FORMER, 0, now - timedelta(days=30 * 26), 150),
        ("", CROWDS[0], now - timedelta(days=184), 196),
        (people.PRESENT, CROWDS[1], now - timedelta(days=70), 126),
    ):
        cohort = cohorts.create_cohort(
            told.session,
            programme_id=told.programme.id,
            release_id=release_id,
            title=f"Cohort of {start:%B %Y}",
            starts_on=start.date(),
            due_on=(start + timedelta(days=length)).date(),
            enrols_until=(start + timedelta(days=length - 28)).date(),
            by=opener,
            now=start - timedelta(days=30),
        )
        for place, name in enumerate(names.replace("\n", "|").split("|") if names else ()):
            habit = _habit(told.chance, place, is_former=names is people.FORMER)
            if name == people.HOLDER:
                habit = replace(habit, first_day=6, pace_days=1.9, skill=1.0)
            lives.append(
                _served(told, _life(told, _person(told, name, start), cohort, habit, start))
            )
        for name in itertools.islice(others, crowd):
            lives.append(_lived(told, _person(told, name, start), cohort, length, start))
    told.session.commit()
    _let_time_pass(told, lives, now)


def _person(told: _Telling, name: str, at: datetime) -> Account:
    job = told.chance.choice(PROFESSIONS)
    return people.account(told.session, name, job, told.hashed, at)


def _served(told: _Telling, life: Iterator[datetime]) -> Iterator[datetime]:
    """Live through the services, which read what the pen has to have written before."""
    while True:
        told.pen.flush()
        at = next(life, None)
        if at is None:
            return
        yield at


def _lived(
    told: _Telling, account: Account, cohort: Cohort, length: int, start: datetime
) -> Iterator[datetime]:
    """Live as one of the crowd: enrol, study, and be awarded what is complete."""
    chance = told.chance
    habit = _crowd_habit(chance, length)
    at = start + timedelta(days=habit.first_day, hours=chance.uniform(6, 21))
    yield at
    told.pen.flush()
    seat = _enrol(told.session, account, cohort, at)
    content = catalogue.release(told.session, seat.release_id)
    person = Studying(told.pen, seat, content, habit, chance, told.recent)
    done = yield from study(person, at)
    if done is None:
        return
    told.pen.flush()
    _close(told.session, seat, chance, done)
    _award(told, seat, done)


def _award(told: _Telling, seat: Seat, at: datetime) -> None:
    address = told.settings.verify_address
    if credentials.award_if_complete(told.session, seat, now=at, verify_address=address):
        told.awarded_at = at


def _crowd_habit(chance: random.Random, length: int) -> Habit:
    """Return how one of the crowd studies: most keep pace, some are slow, some stop on the way."""
    kind = chance.choices(("steady", "quick", "slow", "stops", "guesses"), (55, 24, 9, 7, 5))[0]
    # So many days a unit lead to the end of the plan; retakes and their waits come on top.
    planned = length / 62
    pace = {"quick": 0.5, "slow": 1.15}.get(kind, chance.uniform(0.66, 0.86))
    skill = chance.uniform(0.7, 0.8) if kind == "guesses" else chance.uniform(0.9, 0.98)
    stops = chance.randrange(1, 40) if kind == "stops" else ALL
    return Habit(chance.uniform(0, 9), planned * pace, skill, stops)


def _keep_password(file: Path, password: str) -> None:
    file.touch(mode=0o600)
    file.write_text(password, encoding="ascii")


def _how_to_sign_in(file: Path) -> list[str]:
    password = file.read_text(encoding="ascii")
    # The second of a role is met where two have to agree.
    staff = [(role, people.email(name)) for name, _job, role in people.STAFF]
    shown = [
        *staff,
        ("learner", people.email("Leo Ferreira")),
        ("holder", people.email(people.HOLDER)),
    ]
    return [
        "Demonstration people (one password, made for this installation):",
        *(f"  {role:<14} {email}" for role, email in shown),
        f"  password       {password}",
    ]


def _programme(session: Session, founder: Account, at: datetime) -> Programme:
    return catalogue.found_programme(
        session,
        founder_id=founder.id,
        now=at,
        name="Northgate PAT Programme",
        summary=(
            "Evidence-led training in psychedelic-assisted therapy for licensed clinicians, at "
            "your own pace within a cohort. This is a demonstration; its people are invented."
        ),
        time_zone="Europe/London",
        web="https://northgate.example",
        contact_email="office@northgate.example",
        director_name="Dr Adaeze Okafor",
        director_title="Programme director",
        educator_name="Jonas Ward, MSc",
        educator_title="Lead educator",
    )


def _habit(chance: random.Random, place: int, *, is_former: bool) -> Habit:
    if is_former:
        stops = 24 if place == 5 else ALL
        return Habit(
            chance.uniform(0, 12), chance.uniform(0.6, 4.2), chance.uniform(0.85, 0.97), stops
        )
    kinds = (
        Habit(chance.uniform(1, 9), chance.uniform(1.9, 2.8), chance.uniform(0.66, 0.82), ALL),
        Habit(chance.uniform(0, 10), chance.uniform(1, 3), 0.8, chance.randrange(0, 30)),
        Habit(chance.uniform(0, 5), chance.uniform(1.05, 1.9), chance.uniform(0.88, 0.97), ALL),
        Habit(chance.uniform(0, 8), chance.uniform(1.9, 2.6), chance.uniform(0.86, 0.95), ALL),
    )
    return kinds[place % 4]


def _life(
    told: _Telling, account: Account, cohort: Cohort, habit: Habit, start: datetime
) -> Iterator[datetime]:
    """Yield the instant of each next act; the act itself happens when the story is resumed."""
    session, chance = told.session, told.chance
    at = start + timedelta(days=habit.first_day, hours=chance.uniform(6, 21))
    yield at
    seat = _enrol(session, account, cohort, at)
    course = catalogue.release(session, seat.release_id).course
    for count, unit in enumerate(course.units):
        if count >= habit.stops_after:
            return
        at += timedelta(days=habit.pace_days * chance.uniform(0.4, 1.6))
        yield at
        if unit.kind == "lesson":
            lesson = course.lesson(unit.key)
            if lesson.headings:
                heading = chance.choice(lesson.headings).id
                learning.keep_place(session, seat, lesson, heading, at)
            learning.complete_lesson(session, seat, lesson, at)
            continue
        for _try in range(3):
            passed, at = yield from _sit(told, seat, unit.module_key, habit.skill, at)
            if passed is not False or chance.random() < 0.25:
                break
            retake = assessment.retake_of(session, seat, unit.module_key, at)
            at = (retake.not_before or at) + timedelta(days=chance.uniform(1, 4))
            yield at
            for lesson in retake.lessons:
                learning.keep_place(session, seat, lesson, lesson.headings[0].id, at)
        if not passed:
            return


def _enrol(session: Session, account: Account, cohort: Cohort, at: datetime) -> Seat:
    enrolment = cohorts.enrol(
        session, account_id=account.id, cohort_id=cohort.id, now=at, today=at.date()
    )
    return cohorts.seat_for(session, account.id, enrolment)


def _sit(
    told: _Telling, seat: Seat, module_key: str, skill: float, at: datetime
) -> Generator[datetime, None, tuple[bool | None, datetime]]:
    """Sit a quiz once; return whether it is passed, None while it waits for a marker, and its end.

    Yields the end, so that what others do meanwhile stands before it in the trail.
    """
    session, chance = told.session, told.chance
    attempt = assessment.start(session, seat, module_key, seed=chance.getrandbits(62), now=at)
    sitting = assessment.sitting_for(session, seat.account_id, attempt)
    given = []
    for slot in sitting.paper.slots:
        at += timedelta(seconds=chance.uniform(30, 80))
        given.append((*answer(sitting.bank.item(slot.item_id), skill, chance), at))
    yield at
    for number, (text, sure, moment) in enumerate(given, start=1):
        assessment.save_response(
            session,
            seat.account_id,
            attempt,
            slot=number,
            sequence=1,
            answer=text,
            certainty=sure,
            now=moment,
        )
    assessment.submit(session, seat.account_id, attempt, at)
    _recheck(session, attempt, chance, at)
    _close(session, seat, chance, at)
    _award(told, seat, at)
    result = assessment.find_result(session, assessment.sitting_of(session, attempt))
    return None if result is None else result.passed, at


def _disclose(session: Session, programme: Programme, staff: list[Account], at: datetime) -> None:
    """Have everybody on the staff disclose: one has a relationship, which was dealt with."""
    fees = closing.Interest(
        "A maker of esketamine (invented for this demonstration)",
        "fees for two lectures",
        "March 2023",
        "May 2023",
        "Writes nothing on esketamine; those lessons were reviewed by two others.",
    )
    for place, person in enumerate(staff):
        if people.STAFF[place][2] not in CONTROL_CONTENT:
            continue
        closing.disclose(
            session,
            programme.id,
            person=person.full_name,
            role=people.STAFF[place][1],
            interests=[fees] if place == 1 else [],
            made_on=at.date(),
            by=staff[0].id,
            now=at,
        )


def _close(session: Session, seat: Seat, chance: random.Random, at: datetime) -> None:
    """Do what comes before the award once all is complete; a few leave the evaluation open."""
    if not learning.progress_of(session, seat).is_complete:
        return
    disclosed = closing.list_disclosures(session, seat.programme_id)
    closing.mark_seen(session, seat, closing.digest_of(disclosed), at)
    asked = catalogue.release(session, seat.release_id).course.closing
    if asked.code is not None:
        name = session.get_one(Account, seat.account_id).full_name
        closing.attest(session, seat, typed_name=name, digest=asked.code.digest, now=at)
    if asked.evaluation is not None and seat.enrolment_id % EVALUATE_LATER != 5:
        closing.evaluate(session, seat, opinion(asked.evaluation, chance), at)


def _recheck(session: Session, attempt: int, chance: random.Random, at: datetime) -> None:
    """Go through the safety findings of an attempt, which many resolve at once."""
    sitting = assessment.sitting_of(session, attempt)
    learner = sitting.seat.account_id
    for finding in assessment.findings_of(session, sitting):
        assessment.begin_recheck(session, learner, attempt, slot=finding.slot, now=at)
        recheck = assessment.recheck_for(session, learner, attempt, finding.slot)
        if recheck is not None:
            text, _sure = answer(recheck.item, READ_AGAIN, chance)
            assessment.answer_recheck(session, learner, recheck, text, at)


def _let_time_pass(told: _Telling, lives: list[Iterator[datetime]], now: datetime) -> None:
    since = keys.keys_of(told.settings).log.valid_from
    queue = [(next(life), place) for place, life in enumerate(lives)]
    heapq.heapify(queue)
    while queue:
        at, place = heapq.heappop(queue)
        if at >= now:
            continue
        following = next(lives[place], None)
        if told.awarded_at is not None:
            # What was awarded at the end of a long sitting is logged after it, not before.
            since = max(since, at, told.awarded_at)
            register.sign(told.session, told.settings, since)
            told.session.commit()
            told.awarded_at = None
        if following is not None:
            heapq.heappush(queue, (following, place))
    told.pen.finish()
    told.session.commit()
