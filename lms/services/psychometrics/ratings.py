"""Ratings of a panel: each judge's own page, blind in the first round, with feedback in the second.

A judge with an account rates on a page that nobody else may open. For a judge without one an
administrator enters what stands on paper; one who sits on the panel may not, because entering
shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.errors import Conflict, Forbidden, NotFound, Refused
from lms.models.psychometrics import JudgeRecord, RatingRecord, StudyRecord
from lms.services import accounts
from lms.services.psychometrics.studies import (
    Judge,
    Study,
    forbid_a_learner,
    judge_of,
    locked_row,
    note,
    study_of,
)


@dataclass(frozen=True, slots=True)
class RatingSheet:
    """What one judge has before them in the round being held.

    `own` are their ratings of this round in percent, `before` those of the first. `feedback` is
    what the panel made of each item in the first round and `panel` the whole round; both are empty
    or None in the first round, whoever asks.
    """

    study: Study
    judge: Judge
    own: Mapping[str, int]
    before: Mapping[str, int]
    feedback: Mapping[str, quizzes.ItemFeedback]
    panel: quizzes.AngoffRound | None

    @property
    def is_handed_in(self) -> bool:
        """Whether the round being held is handed in by this judge."""
        return self.judge.handed_in(self.study.round) is not None


def own_sheet(session: Session, account_id: int, judge_id: int) -> RatingSheet:
    """Return the sheet of a judge who asks for their own; to others it is closed or not there."""
    judge, study = _found(session, judge_id)
    if judge.account_id != account_id:
        held = accounts.role_in(session, account_id, study.programme_id)
        if accounts.satisfies(held, "administrator"):
            raise Forbidden("Judges rate blind: this page is the judge's own.")
        raise NotFound()
    forbid_a_learner(session, account_id, study.programme_id)
    return _sheet(session, study, judge, account_id)


def entered_sheet(session: Session, account_id: int, judge_id: int) -> RatingSheet:
    """Return the sheet of a judge without an account, for an administrator to enter."""
    judge, study = _found(session, judge_id)
    accounts.require_role(session, account_id, study.programme_id, "administrator")
    if judge.account_id is not None:
        raise Forbidden("Judges rate blind: this page is the judge's own.")
    sheet = _sheet(session, study, judge, account_id)
    if sheet.study.is_open and any(each.account_id == account_id for each in sheet.study.judges):
        raise Forbidden("You are on the panel yourself: let another administrator enter this.")
    return sheet


def _found(session: Session, judge_id: int) -> tuple[JudgeRecord, StudyRecord]:
    judge = session.get(JudgeRecord, judge_id)
    if judge is None or judge.left_at is not None:
        raise NotFound()
    return judge, session.get_one(StudyRecord, judge.study_id)


def _sheet(session: Session, row: StudyRecord, record: JudgeRecord, account_id: int) -> RatingSheet:
    study = study_of(session, row, account_id)
    judge = judge_of(record)
    if study.round == 1:
        own = ratings_of(session, study, 1).get(judge.id, {})
        return RatingSheet(study, judge, own, {}, {}, None)
    first = ratings_of(session, study, 1)
    panel = quizzes.angoff_round(as_shares(study, first), facilities_of(study))
    return RatingSheet(
        study,
        judge,
        own=ratings_of(session, study, 2).get(judge.id, {}),
        before=first.get(judge.id, {}),
        feedback={each.item: each for each in panel.items},
        panel=panel,
    )


def ratings_of(session: Session, study: Study, round: int) -> dict[int, dict[str, int]]:
    """Return by judge of the panel and item the ratings of a round, in percent."""
    query = sa.select(RatingRecord.judge_id, RatingRecord.item_id, RatingRecord.percent).where(
        RatingRecord.judge_id.in_([judge.id for judge in study.judges]),
        RatingRecord.round == round,
    )
    found: dict[int, dict[str, int]] = {}
    for judge, item, percent in session.execute(query):
        found.setdefault(judge, {})[item] = percent
    return found


def as_shares(
    study: Study, ratings: Mapping[int, Mapping[str, int]]
) -> dict[str, dict[str, Fraction]]:
    """Return ratings as the core takes them: by name, in shares of 1."""
    return {
        judge.name: {
            item: Fraction(percent, 100) for item, percent in ratings.get(judge.id, {}).items()
        }
        for judge in study.judges
    }


def facilities_of(study: Study) -> dict[str, Fraction]:
    """Return what learners earned on each item, where enough had met it."""
    if study.evidence is None:
        return {}
    return {item: share for item, (share, _count) in study.evidence.facilities.items()}


def save_ratings(
    session: Session,
    sheet: RatingSheet,
    ratings: Mapping[str, int],
    bounds: tuple[int, int, int, int] | None,
    *,
    round: int,
    hand_in: bool,
    by: int,
    now: datetime,
) -> None:
    """Keep ratings (item -> percent) as they stand and, with `hand_in`, close the round for good.

    `bounds` are Hofstee's lowest and highest cut, lowest and highest failing, asked in the first
    round. Conflict when another round is being held than the page was made for; Refused after
    handing in, for ratings out of range, or when something is missing at handing in.
    """
    study_row = locked_row(session, sheet.study.id)
    judge = session.get_one(JudgeRecord, sheet.judge.id, populate_existing=True)
    held = 1 if study_row.second_round_at is None else 2
    if round != held:
        raise Conflict("The second round has begun since. Reload the page.")
    if judge_of(judge).handed_in(round) is not None:
        raise Refused("This round is handed in; its ratings stay as they are.")
    rated = {item.id for item in sheet.study.items}
    if not set(ratings) <= rated or any(not 0 <= each <= 100 for each in ratings.values()):
        raise Refused("Ratings are whole numbers from 0 to 100.")
    _store(session, judge.id, round, ratings, now)
    if bounds is not None and round == 1:
        judge.lowest_cut, judge.highest_cut = bounds[:2]
        judge.lowest_failing, judge.highest_failing = bounds[2:]
    if hand_in:
        _hand_in(judge, round, rated - set(ratings), now)
    session.flush()
    if hand_in:
        detail = {"judge": judge.name, "round": round, "ratings": len(ratings)}
        note(session, study_row, "standard.handed-in", by, now, detail)


def _store(
    session: Session, judge_id: int, round: int, ratings: Mapping[str, int], now: datetime
) -> None:
    """Put these ratings in the place of what the judge had in this round."""
    session.execute(
        sa.delete(RatingRecord).where(
            RatingRecord.judge_id == judge_id, RatingRecord.round == round
        )
    )
    session.add_all(
        RatingRecord(judge_id=judge_id, round=round, item_id=item, percent=percent, rated_at=now)
        for item, percent in ratings.items()
    )


def _hand_in(judge: JudgeRecord, round: int, missing: set[str], now: datetime) -> None:
    if missing:
        raise Refused(f"Rate every item first: {len(missing)} are missing.")
    if round == 1 and judge.lowest_cut is None:
        raise Refused("Answer the four questions on acceptable results first.")
    if round == 1:
        judge.first_handed_in_at = now
    else:
        judge.second_handed_in_at = now
