"""A demonstration: a programme, two cohorts and forty learners whose months went by in order.

Everything is done through the services, at the instants at which people would have done it, so
that scores, credentials and the audit trail are as real as any.
"""

import heapq
import random
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

import courses
import quizzes
from lms import keys
from lms.config import ROOT, Settings
from lms.demo import certificates
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort
from lms.models.credentials import CredentialRecord
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
STAFF = (
    ("Dr Adaeze Okafor", "Psychiatrist", "administrator"),
    ("Jonas Ward", "Clinical psychologist", "instructor"),
    ("Ruth Abenov", "Psychiatric nurse practitioner", "administrator"),
)
FORMER = """Tunde Adeyemi|Katharina Brandt|Milica Ćosić|Nomvula Dlamini|Lucía Estrada Ruiz
Farid Haddad|Gwenllian Ŵyn Harries|Ingrid Halvorsen|Jamal Whitfield|Keiko Tanaka
Lena Marković|Mateus Nogueira|Niamh Ó Súilleabháin|Oksana Petrenko"""
PRESENT = """Aroha Ngata|Björn Lindqvist|Chidinma Eze|Dariusz Wójcik|Eleni Papadopoulou
Fatima Zahra El Amrani|Giulia Ferrante|Hye-jin Park|Ioana Dumitrescu|Jyoti Ramaswamy
Kwame Mensah|Leo Ferreira|Mariam Khoury|Nguyễn Thị Minh Khai|Olumide Bankole
Priya Venkataraman|Quentin Lefèvre|Rosa María Delgado Fuentes|Sofía Valenzuela|Tomáš Novák
Ursula Maria Theresia von Hohenfeld-Lindenberg|Viktor Sørensen|Wanjiru Kamau|Xiomara Castellanos
Yusuf Demir|Zofia Kaczmarek"""
# She holds a certificate, and its renewal is due.
HOLDER = "Lena Marković"
ALL = 1000  # units: more than any course has
EVALUATE_LATER = 9  # one in so many is done with everything but the evaluation
READ_AGAIN = 0.97  # the chance of a right answer after the lesson was read again
PROFESSIONS = (
    "Clinical psychologist",
    "Psychiatrist",
    "Licensed clinical social worker",
    "Psychiatric nurse practitioner",
    "Licensed professional counsellor",
)


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody studies: days a unit, chance of a right answer, units until they stop."""

    first_day: float
    pace_days: float
    skill: float
    stops_after: int


def begins(now: datetime) -> datetime:
    """Return when the story begins that is told `now`; what signs in it has to be as old."""
    return now - timedelta(days=30 * 27)


def present(session: Session, settings: Settings, now: datetime) -> list[str]:
    """Make the demonstration once; return the lines that tell an operator how to sign in."""
    file = settings.data / PASSWORD_FILE
    if session.scalar(sa.select(sa.func.count(Programme.id))):
        return _how_to_sign_in(file) if file.exists() else ["A programme exists; left as it is."]
    chance = random.Random(20261122)  # noqa: S311 -- a story, not a secret
    password = secrets.token_urlsafe(12)
    founded = begins(now)
    release = publishing.publish(session, ROOT, now=founded, actor_id=None)[0]
    hashed = hash_password(password)
    staff = [_account(session, name, job, hashed, founded) for name, job, _role in STAFF]
    programme = _programme(session, staff[0], founded)
    for person, (_name, _job, role) in zip(staff[1:], STAFF[1:], strict=True):
        accounts.grant_role(
            session,
            programme_id=programme.id,
            email=person.email,
            role=role,
            by=staff[0].id,
            now=founded,
        )
    _disclose(session, programme, staff, founded)
    lives: list[Iterator[datetime]] = []
    for names, start, length in (
        (FORMER, now - timedelta(days=30 * 26), 150),
        (PRESENT, now - timedelta(days=70), 126),
    ):
        cohort = cohorts.create_cohort(
            session,
            programme_id=programme.id,
            release_id=release.id,
            title=f"Cohort of {start:%B %Y}",
            starts_on=start.date(),
            due_on=(start + timedelta(days=length)).date(),
            enrols_until=(start + timedelta(days=length - 28)).date(),
            by=staff[0].id,
            now=start - timedelta(days=30),
        )
        for place, name in enumerate(names.replace("\n", "|").split("|")):
            habit = _habit(chance, place, is_former=names is FORMER)
            if name == HOLDER:
                habit = replace(habit, first_day=6, pace_days=1.9, skill=1.0)
            account = _account(session, name, chance.choice(PROFESSIONS), hashed, start)
            lives.append(_life(session, account, cohort, habit, chance, settings, start))
    session.commit()
    _let_time_pass(session, lives, settings, now)
    certificates.act_on_some(session, staff, _email(HOLDER), settings, now)
    certificates.renew_some(session, settings, now)
    session.commit()
    _keep_password(file, password)
    return _how_to_sign_in(file)


def _keep_password(file: Path, password: str) -> None:
    file.touch(mode=0o600)
    file.write_text(password, encoding="ascii")


def _how_to_sign_in(file: Path) -> list[str]:
    password = file.read_text(encoding="ascii")
    return [
        "Demonstration people (one password, made for this installation):",
        f"  administrator  {_email(STAFF[0][0])}",
        f"  instructor     {_email(STAFF[1][0])}",
        f"  second person  {_email(STAFF[2][0])}",
        f"  learner        {_email('Leo Ferreira')}",
        f"  holder         {_email(HOLDER)}",
        f"  password       {password}",
    ]


def _email(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.removeprefix("Dr ").replace("ø", "o"))
    words = plain.encode("ascii", "ignore").decode().lower().split()
    return f"{words[0]}.{words[-1]}@northgate.example"


def _account(session: Session, name: str, job: str, hashed: str, at: datetime) -> Account:
    account = Account(
        email=_email(name),
        password=hashed,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        confirmed_at=at,
        full_name=name,
        profession=job,
        created_at=at,
    )
    session.add(account)
    session.flush()
    return account


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
    session: Session,
    account: Account,
    cohort: Cohort,
    habit: Habit,
    chance: random.Random,
    settings: Settings,
    start: datetime,
) -> Iterator[datetime]:
    """Yield the instant of each next act; the act itself happens when the story is resumed."""
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
            passed = _sit(session, seat, unit.module_key, habit.skill, chance, settings, at)
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
    session: Session,
    seat: Seat,
    module_key: str,
    skill: float,
    chance: random.Random,
    settings: Settings,
    at: datetime,
) -> bool | None:
    """Sit a quiz once; return whether it is passed, None while it waits for a marker."""
    attempt = assessment.start(session, seat, module_key, seed=chance.getrandbits(62), now=at)
    sitting = assessment.sitting_for(session, seat.account_id, attempt)
    for number, slot in enumerate(sitting.paper.slots, start=1):
        at += timedelta(seconds=chance.uniform(30, 110))
        answer, sure = _answer(sitting.bank.item(slot.item_id), skill, chance)
        assessment.save_response(
            session,
            seat.account_id,
            attempt,
            slot=number,
            sequence=1,
            answer=answer,
            certainty=sure,
            now=at,
        )
    assessment.submit(session, seat.account_id, attempt, at)
    _recheck(session, attempt, chance, at)
    _close(session, seat, chance, at)
    credentials.award_if_complete(session, seat, now=at, verify_address=settings.verify_address)
    result = assessment.find_result(session, assessment.sitting_of(session, attempt))
    return None if result is None else result.passed


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
        closing.disclose(
            session,
            programme.id,
            person=person.full_name,
            role=STAFF[place][1],
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
        closing.evaluate(session, seat, _opinion(asked.evaluation, chance), at)


def _opinion(evaluation: courses.Evaluation, chance: random.Random) -> dict[str, str]:
    """Return one learner's answers: mostly content, and without words of their own."""
    given = {}
    for question in evaluation.questions:
        if question.kind == "scale":
            given[question.id] = str(chance.choices(courses.SCALE, (1, 1, 3, 8, 9))[0])
        elif question.kind == "choice":
            given[question.id] = chance.choice(question.options)
    return given


def _recheck(session: Session, attempt: int, chance: random.Random, at: datetime) -> None:
    """Go through the safety findings of an attempt, which many resolve at once."""
    sitting = assessment.sitting_of(session, attempt)
    learner = sitting.seat.account_id
    for finding in assessment.findings_of(session, sitting):
        assessment.begin_recheck(session, learner, attempt, slot=finding.slot, now=at)
        recheck = assessment.recheck_for(session, learner, attempt, finding.slot)
        if recheck is not None:
            answer, _sure = _answer(recheck.item, READ_AGAIN, chance)
            assessment.answer_recheck(session, learner, recheck, answer, at)


def _answer(item: quizzes.Item, skill: float, chance: random.Random) -> tuple[str, int]:
    """Return an answer and how sure the learner is: items differ, and a few mislead."""
    own = random.Random(item.id)  # noqa: S311 -- a story, not a secret
    is_right = chance.random() < min(0.99, skill + own.uniform(-0.15, 0.09))
    misleads = own.random() < 0.15
    weights = (1, 4, 8) if is_right or misleads else (5, 5, 1)
    sure = chance.choices((1, 2, 3), weights)[0]
    return (_right(item) if is_right else _wrong(item, own, chance)), sure


def _right(item: quizzes.Item) -> str:
    """Return an answer that earns the full mark, or a text for a marker."""
    text = "I would stop, stay with the person, and call the physician on duty."
    return quizzes.best_answer(item) or text


def _wrong(item: quizzes.Item, own: random.Random, chance: random.Random) -> str:
    """Return an answer that does not; some wrong options are chosen more than others."""
    letters = [option.id for option in item.options]
    match item.details:
        case quizzes.Matching(prompts):
            first, *others = prompts
            moved = chance.choice([letter for letter in letters if letter != first.key])
            return ",".join([f"1{moved}", *(f"{each.id}{each.key}" for each in others)])
        case quizzes.Numeric() as asked:
            return f"{asked.value * 2} {asked.unit}".strip()
        case quizzes.Constructed():
            return "I would wait and see."
    if item.kind == "ordering":
        return ",".join(letters[1:] + letters[:1])
    right = _right(item)
    tempting = [letter for letter in letters if letter not in right.split(",")]
    own.shuffle(tempting)
    weights = [3**place for place in range(len(tempting))]
    return chance.choices(tempting, weights)[0]


def _let_time_pass(
    session: Session, lives: list[Iterator[datetime]], settings: Settings, now: datetime
) -> None:
    since = keys.keys_of(settings).log.valid_from
    queue = [(next(life), place) for place, life in enumerate(lives)]
    heapq.heapify(queue)
    while queue:
        at, place = heapq.heappop(queue)
        if at >= now:
            continue
        following = next(lives[place], None)
        if at >= since:
            # What was awarded at the end of a long sitting is logged after it, not before.
            awarded = session.scalar(sa.select(sa.func.max(CredentialRecord.issued_at)))
            since = max(since, at, awarded or at)
            register.sign(session, settings, since)
        session.commit()
        if following is not None:
            heapq.heappush(queue, (following, place))
