"""Panels and learners for the tests of statistics and standards, in a short notation."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.services import assessment, cohorts, psychometrics
from tests.cast import THEN, Cast
from tests.stories import read_all

BANK = "small-course"
OUTSIDERS = ("Mara Stein", "Noor Haddad", "Piotr Zieliński", "Ruth Abiola", "Sven Dahl")
BOUNDS = (50, 90, 5, 40)


def learner(session: Session, cast: Cast, number: int, *, cohort: int = 0) -> tuple[int, int]:
    """Enrol somebody new who has read everything; return account and enrolment."""
    account = Account(
        email=f"sample{number}@example.org",
        password="-",
        active=True,
        fs_uniquifier=f"sample-{number}",
        confirmed_at=THEN,
        full_name=f"Sample {number}",
        profession="Nurse",
        created_at=THEN,
    )
    session.add(account)
    session.flush()
    seat = Enrolment(cohort_id=cohort or cast.autumn, account_id=account.id, enrolled_at=THEN)
    session.add(seat)
    session.flush()
    read_all(session, account.id, seat.id, THEN + timedelta(hours=1))
    return account.id, seat.id


def convene(session: Session, cast: Cast, now: datetime, label: str = "Spring panel") -> int:
    """Open a study by Ada with Ivo as judge and Mara Stein on paper; return its id.

    In an empty database the study, Ivo and Mara are 1, 1 and 2.
    """
    study = psychometrics.open_study(
        session,
        cast.northgate,
        release_id=cast.release,
        bank_id=BANK,
        label=label,
        borderline="Keeps a patient safe, and asks for help late.",
        whole_bank=False,
        seed=7,
        by=cast.ada,
        now=now,
    )
    add(session, cast, study, now, email="ivo@example.org")
    add(session, cast, study, now, name=OUTSIDERS[0])
    return study


def add(
    session: Session, cast: Cast, study: int, now: datetime, *, name: str = "", email: str = ""
) -> int:
    """Put somebody on the panel; return the id of the judge."""
    return psychometrics.add_judge(
        session,
        psychometrics.study_for(session, cast.ada, study, "administrator"),
        name=name,
        qualifications="Psychiatrist, ten years in trials",
        email=email,
        by=cast.ada,
        now=now,
    )


def rate(
    session: Session, cast: Cast, judge: int, percents: list[int], now: datetime, *, who: int = 0
) -> None:
    """Hand in a round for a judge: as `who` for their own sheet, else entered by Ada."""
    if who:
        sheet = psychometrics.own_sheet(session, who, judge)
    else:
        sheet = psychometrics.entered_sheet(session, cast.ada, judge)
    items = [item.id for item in sheet.study.items]
    psychometrics.save_ratings(
        session,
        sheet,
        dict(zip(items, percents, strict=True)),
        BOUNDS,
        round=sheet.study.round,
        hand_in=True,
        by=who or cast.ada,
        now=now,
    )


def sit(
    session: Session,
    who: tuple[int, int],
    *,
    right: int,
    now: datetime,
    sure: int | None = None,
    seed: int = 1,
    left_out: int = 0,
) -> int:
    """Sit the quiz with the first `right` items right and the last left out; return the attempt."""
    account, enrolment = who
    seat = cohorts.seat_for(session, account, enrolment)
    attempt = assessment.start(session, seat, "first-module", seed=seed, now=now)
    sitting = assessment.sitting_of(session, attempt)
    answered = sitting.paper.slots[: len(sitting.paper.slots) - left_out]
    for number, slot in enumerate(answered, start=1):
        item = sitting.bank.item(slot.item_id)
        wrong = next(option.id for option in item.options if not option.key)
        assessment.save_response(
            session,
            account,
            attempt,
            slot=number,
            sequence=1,
            answer=item.key.id if number <= right else wrong,
            certainty=sure,
            now=now,
        )
    assessment.submit(session, account, attempt, now)
    return attempt
