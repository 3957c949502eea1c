"""Every fact on record of one learner in a cohort: studied, attempted, settled, credited."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

import courses
from lms.db import Instant
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Cohort, DueExtension, EnrolmentAct
from lms.models.credentials import CredentialRecord
from lms.models.learning import LessonCompletion, Place
from lms.models.live import HoursEntry, LiveSession
from lms.services import learning, live
from lms.services.reports.events import Event, EventKind
from lms.services.reports.scores import superseded
from lms.services.reports.sittings import Sitting

_KIND_OF_SEAT_ACT: Mapping[str, EventKind] = {
    "pause": "paused",
    "resume": "resumed",
    "withdraw": "withdrawn",
    "rejoin": "rejoined",
    "move": "moved",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is on record of one enrolment.

    `settled` is what others did about the place, and the live sessions credited. `live_minutes` are
    the minutes that count, by mode. `is_awarded` says whether a credential was earned through it.
    """

    record: learning.StudyRecord
    sittings: tuple[Sitting, ...]
    settled: tuple[Event, ...]
    live_minutes: Mapping[str, int]
    is_awarded: bool


def facts_of(session: Session, enrolment_id: int) -> Facts:
    """Return all facts of an enrolment, in one query; what came first stands first."""
    kinds: dict[str, list[Any]] = {}
    # Straight from the connection: these are values, nothing for the session to keep.
    for row in session.connection().execute(_EVERYTHING, {"enrolment": enrolment_id}):
        kinds.setdefault(row.kind, []).append(row)
    sittings = tuple(_sitting(row) for row in kinds.get("attempt", ()))
    places = [learning.Seen(row.key, row.words, row.at) for row in kinds.get("place", ())]
    minutes: dict[str, int] = {}
    for row in kinds.get("live", ()):
        minutes[row.key] = minutes.get(row.key, 0) + row.number
    return Facts(
        record=learning.StudyRecord(
            tuple(courses.LessonDone(row.key, row.at) for row in kinds.get("lesson", ())),
            tuple(each.result for each in sittings if each.result is not None),
            tuple(sorted(places, key=lambda seen: seen.at, reverse=True)),
        ),
        sittings=sittings,
        settled=tuple(
            _settled(row) for kind in ("act", "extension", "live") for row in kinds.get(kind, ())
        ),
        live_minutes=minutes,
        is_awarded="credential" in kinds,
    )


def _sitting(row: Any) -> Sitting:
    is_scored = row.points is not None
    return Sitting(
        row.key,
        row.number,
        row.at,
        row.until,
        Fraction(row.points, row.parts) if is_scored else None,
        row.maximum // row.parts if is_scored else None,
        row.cut,
        row.passed,
        row.words,
        row.voided,
    )


def _settled(row: Any) -> Event:
    if row.kind == "act":
        return Event(row.at, _KIND_OF_SEAT_ACT[row.key], row.words, by=row.by)
    if row.kind == "live":
        return Event(row.at, "live", row.words, row.number)
    # Without a day it took an earlier extension back.
    kind: EventKind = "extension-ended" if row.voided else "extended"
    return Event(row.at, kind, row.key, by=row.by)


def _rows(kind: str, key: Any, at: Any, id_: Any, **told: Any) -> sa.Select[*tuple[Any, ...]]:
    """Return a statement for rows of a kind: what it has no use for is empty in it."""
    number, truth = sa.cast(sa.null(), sa.Integer), sa.cast(sa.null(), sa.Boolean)
    columns = {
        "kind": sa.literal(kind),
        "id": id_,
        "key": key,
        "at": at,
        "until": sa.cast(sa.null(), Instant),
        "words": sa.literal(""),
        "by": sa.literal(""),
        **dict.fromkeys(("number", "points", "maximum", "parts", "cut"), number),
        **dict.fromkeys(("passed", "voided"), truth),
    }
    return sa.select(*(column.label(name) for name, column in (columns | told).items()))


def _attempts() -> sa.Select[*tuple[Any, ...]]:
    rows = _rows(
        "attempt",
        Attempt.module_key,
        Attempt.started_at,
        Attempt.id,
        until=Attempt.submitted_at,
        words=sa.case((ScoreRecord.revision > 1, ScoreRecord.reason), else_=""),
        number=Attempt.number,
        points=ScoreRecord.points,
        maximum=ScoreRecord.maximum,
        parts=ScoreRecord.parts,
        cut=ScoreRecord.cut_percent,
        passed=ScoreRecord.passed,
        voided=Attempt.voided_at.is_not(None),
    )
    counts = sa.and_(ScoreRecord.attempt_id == Attempt.id, ~superseded())
    return rows.select_from(Attempt).outerjoin(ScoreRecord, counts)


def _acts() -> sa.Select[*tuple[Any, ...]]:
    left, entered = so.aliased(Cohort), so.aliased(Cohort)
    act = EnrolmentAct
    way = sa.func.coalesce(left.title + " → " + entered.title, "")
    rows = _rows("act", act.kind, act.done_at, act.id, words=way, by=Account.full_name)
    return (
        rows.select_from(act)
        .join(Account, Account.id == act.done_by)
        .outerjoin(left, left.id == act.from_cohort_id)
        .outerjoin(entered, entered.id == act.to_cohort_id)
    )


def _extensions() -> sa.Select[*tuple[Any, ...]]:
    rows = _rows(
        "extension",
        sa.func.coalesce(DueExtension.module_key, ""),
        DueExtension.granted_at,
        DueExtension.id,
        by=Account.full_name,
        voided=DueExtension.until_on.is_(None),
    )
    return rows.select_from(DueExtension).join(Account, Account.id == DueExtension.granted_by)


def _credited() -> sa.Select[*tuple[Any, ...]]:
    rows = _rows(
        "live",
        HoursEntry.mode,
        HoursEntry.recorded_at,
        HoursEntry.id,
        words=LiveSession.title,
        number=HoursEntry.minutes,
    )
    return (
        rows.select_from(HoursEntry)
        .join(LiveSession, LiveSession.id == HoursEntry.live_id)
        .where(live.STANDS, HoursEntry.minutes > 0)
    )


def _everything() -> sa.CompoundSelect[Any]:
    enrolment = sa.bindparam("enrolment", type_=sa.Integer)
    lesson, earned = LessonCompletion, CredentialRecord
    return sa.union_all(
        _rows("lesson", lesson.lesson_key, lesson.completed_at, lesson.id).where(
            lesson.enrolment_id == enrolment
        ),
        _rows("place", Place.lesson_key, Place.seen_at, Place.id, words=Place.heading).where(
            Place.enrolment_id == enrolment
        ),
        _attempts().where(Attempt.enrolment_id == enrolment),
        _acts().where(EnrolmentAct.enrolment_id == enrolment),
        _extensions().where(DueExtension.enrolment_id == enrolment),
        _credited().where(HoursEntry.enrolment_id == enrolment),
        _rows("credential", earned.serial, earned.issued_at, earned.id).where(
            earned.enrolment_id == enrolment
        ),
    ).order_by(sa.column("at"), sa.column("id"))


# Composed once: building a statement costs more than running it.
_EVERYTHING = _everything()
