"""What waits for a person in the demonstration: appeals, a proof to check, a panel that rates."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.demo.qualifications import picture
from lms.demo.scene import Scene
from lms.models.accounts import Account
from lms.models.assessment import Attempt
from lms.models.cohorts import Cohort, Enrolment
from lms.services import catalogue, psychometrics, reviews, transcripts

APPEALS = (
    (1, "The answer that is marked as right names a threshold that its own source has corrected."),
    (0, "The page stood still while my train was in a tunnel, and the clock ran on."),
)
FOUND = "The log has every answer saved in time; the clock stood still while the page was closed."
JUDGES = ("director", "educator", "instructor")
ON_PAPER = ("Prof. Halima Siddiqui", "Dr Ewa Nowicka", "Tobias Renner")
BOUNDS = (65, 85, 5, 30)
BORDERLINE = (
    "Keeps a patient safe and knows when to call for help, but is slow to see what is subtle: a "
    "boundary that shifts in small steps, a risk that only the history shows."
)


def fill(session: Session, scene: Scene) -> None:
    """Let learners ask for another look, and a panel be one sheet short of its second round."""
    _appeal(session, scene)
    _show_a_certificate(session, scene)
    _rate(session, scene)


def _appeal(session: Session, scene: Scene) -> None:
    """Appeal against two results of last week: one waits for a first look, one for a decision."""
    late, early = scene.now - timedelta(days=6), scene.now - timedelta(days=20)
    query = (
        sa.select(Attempt.id, Enrolment.account_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.cohort_id == scene.cohorts[-1], Attempt.submitted_at.between(early, late))
        .order_by(Attempt.submitted_at.desc())
    )
    for place, (attempt, learner) in enumerate(session.execute(query.limit(len(APPEALS))).all()):
        slot, ground = APPEALS[place]
        filed = scene.now - timedelta(days=4 - place)
        line = reviews.file_appeal(session, learner, attempt, slot=slot, ground=ground, now=filed)
        if place:
            reviews.look_into(
                session,
                scene.staff["instructor"],
                line.id,
                outcome="upheld",
                words=FOUND,
                now=filed + timedelta(days=1),
            )


def _show_a_certificate(session: Session, scene: Scene) -> None:
    """Let somebody ask the programme to check a certificate from elsewhere."""
    holder = session.get_one(Enrolment, scene.enrolments[scene.cohorts[-1]][0]).account_id
    stated = transcripts.Statement(
        title="Motivational interviewing, a two-day workshop",
        issuer="Riverside University Hospital",
        completed_on=(scene.now - timedelta(days=150)).date(),
        expires_on=None,
        minutes=720,
        credit="apa",
    )
    asked = scene.now - timedelta(days=2)
    added = transcripts.add(
        session,
        holder,
        stated,
        picture(),
        folder=transcripts.proof_folder(scene.settings.data),
        ticket=f"{scene.chance.getrandbits(128):032x}",
        now=asked,
    )
    transcripts.ask_check(session, holder, added, scene.programme_id, asked)


def _rate(session: Session, scene: Scene) -> None:
    """Convene a panel on the first quiz; all have handed in the first round save its last judge."""
    opener, then = scene.staff["administrator"], scene.now - timedelta(days=9)
    content = catalogue.release(session, session.get_one(Cohort, scene.cohorts[-1]).release_id)
    bank = next(module.quiz for module in content.course.modules if module.quiz)
    number = psychometrics.open_study(
        session,
        scene.programme_id,
        release_id=content.id,
        bank_id=bank,
        label=f"{content.banks[bank].title}, {then:%B %Y}",
        borderline=BORDERLINE,
        whole_bank=False,
        seed=scene.chance.getrandbits(62),
        by=opener,
        now=then,
    )
    emails = [session.get_one(Account, scene.staff[role]).email for role in JUDGES]
    panel = [*(("", name) for name in ON_PAPER), *((email, "") for email in emails)]
    for email, name in panel:
        psychometrics.add_judge(
            session,
            psychometrics.study_for(session, opener, number, "administrator"),
            name=name,
            qualifications="Ten years of work with patients in trials",
            email=email,
            by=opener,
            now=then,
        )
    study = psychometrics.study_for(session, opener, number, "administrator")
    for judge in study.judges[:-1]:
        by = judge.account_id or opener
        of = psychometrics.own_sheet if judge.account_id else psychometrics.entered_sheet
        psychometrics.save_ratings(
            session,
            of(session, by, judge.id),
            {item.id: 5 * scene.chance.randint(10, 18) for item in study.items},
            BOUNDS,
            round=1,
            hand_in=True,
            by=by,
            now=then + timedelta(days=3),
        )
