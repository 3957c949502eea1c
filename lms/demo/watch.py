"""What the staff of the demonstration did about learners at risk, and noted for each other."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.demo.scene import Scene
from lms.models.watch import LearnerNote, RiskFlag, RiskFlagAct
from lms.services import watch

# Of a hundred flags so many were taken by somebody, and of those so many dealt with.
TAKEN, DEALT = 45, 55
SAID = (
    ("contacted", "Rang. Will be back at it on Monday."),
    ("contacted", "Wrote, and had an answer the same day."),
    ("plan", "Two evenings a week until they have caught up."),
    ("extension", "Three more weeks, as agreed with the director."),
    ("teaching", "Went through the lesson together; asks the right questions now."),
    ("no-action", "On a planned leave, back next week."),
)
NOTED = (
    "Prefers to be rung in the afternoon.",
    "Asked for a study partner; put in touch with the evening group.",
    "Strong at preparation in the role-plays; could help others there.",
    "Will sit the final examination with the next group.",
)
SILENT_ONCE = 14


def fill(session: Session, scene: Scene) -> None:
    """Let flags be up for some days, and somebody have acted on many of them."""
    for cohort in scene.cohorts:
        watch.go_through(session, cohort, scene.now)
    owners = [scene.staff[role] for role in ("educator", "instructor", "administrator")]
    for row in session.scalars(sa.select(RiskFlag).order_by(RiskFlag.id)):
        row.opened_at = scene.now - timedelta(hours=scene.chance.randrange(12, 12 * 24))
        if scene.chance.randrange(100) < TAKEN:
            _act_on(session, scene, row, scene.chance.choice(owners))
    _once_silent(session, scene, owners)
    _note(session, scene, owners)
    session.flush()


def _act_on(session: Session, scene: Scene, row: RiskFlag, owner: int) -> None:
    up = scene.now - row.opened_at
    taken = row.opened_at + up * scene.chance.uniform(0.1, 0.5)
    session.add(
        RiskFlagAct(
            flag_id=row.id, kind="owner", owner_id=owner, words="", done_by=owner, done_at=taken
        )
    )
    if scene.chance.randrange(100) < DEALT:
        dealt = taken + (scene.now - taken) * scene.chance.uniform(0.1, 0.9)
        session.add(_outcome(scene, row.id, owner, dealt))


def _outcome(scene: Scene, flag_id: int, by: int, at: datetime) -> RiskFlagAct:
    outcome, words = scene.chance.choice(SAID)
    return RiskFlagAct(
        flag_id=flag_id,
        kind="outcome",
        outcome=outcome,
        again_on=(at + timedelta(days=scene.chance.randrange(5, 21))).date(),
        words=words,
        done_by=by,
        done_at=at,
    )


def _once_silent(session: Session, scene: Scene, owners: list[int]) -> None:
    """Flags that went away: somebody was rung, and came back."""
    for cohort in scene.cohorts[1:]:
        places = scene.enrolments[cohort]
        for enrolment in scene.chance.sample(places, min(len(places), SILENT_ONCE)):
            opened = scene.now - timedelta(days=scene.chance.randrange(30, 60))
            since = opened.date() - timedelta(days=14)
            row = RiskFlag(
                enrolment_id=enrolment,
                rule="silent",
                subject="",
                cause=watch.to_document(watch.Why(since, opened - timedelta(days=14))),
                opened_at=opened,
                closed_at=opened + timedelta(days=scene.chance.randrange(2, 9)),
            )
            session.add(row)
            session.flush()
            act = _outcome(scene, row.id, scene.chance.choice(owners), opened + timedelta(days=1))
            session.add(act)


def _note(session: Session, scene: Scene, owners: list[int]) -> None:
    for place, words in enumerate(NOTED):
        enrolment = scene.enrolments[scene.cohorts[-1]][place]
        session.add(
            LearnerNote(
                enrolment_id=enrolment,
                words=words,
                ticket=f"story-{place}",
                written_by=owners[place % len(owners)],
                written_at=scene.now - timedelta(days=3 * place + 1),
            )
        )
