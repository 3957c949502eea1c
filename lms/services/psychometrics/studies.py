"""Standard-setting studies: opened, given a panel, led into the second round, withdrawn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.psychometrics import JudgeRecord, StudyItem, StudyRecord
from lms.services import accounts, audit, catalogue, cohorts
from lms.services.psychometrics.gathering import gather
from lms.services.psychometrics.judges import judge_at, learns_in
from lms.services.psychometrics.pools import examined

ENOUGH_TO_SHOW = 10
"""Learners from whom on judges are shown what an item earned; with fewer it would mislead."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A member of the panel; without an account an administrator enters the ratings."""

    id: int
    name: str
    qualifications: str
    account_id: int | None
    bounds: quizzes.HofsteeBounds | None
    first_handed_in_at: datetime | None
    second_handed_in_at: datetime | None

    def handed_in(self, round: int) -> datetime | None:
        """When the ratings of a round were handed in."""
        return self.first_handed_in_at if round == 1 else self.second_handed_in_at


@dataclass(frozen=True, slots=True)
class Evidence:
    """What learners earned when the second round began.

    `facilities` gives by item the share earned and of how many learners; `scores` the share of
    the marks that each first attempt earned, in rising order.
    """

    facilities: Mapping[str, tuple[Fraction, int]]
    scores: tuple[Fraction, ...]


@dataclass(frozen=True)
class Study:
    """A study as its programme's staff know it; `judges` are those who still sit on the panel."""

    id: int
    programme_id: int
    programme_name: str
    time_zone: str
    label: str
    borderline: str
    bank: quizzes.Bank
    content: catalogue.ReleaseContent
    items: tuple[quizzes.Item, ...]
    judges: tuple[Judge, ...]
    opened_by: int
    opened_by_name: str
    opened_at: datetime
    second_round_at: datetime | None
    evidence: Evidence | None
    approved_by_name: str | None
    approved_at: datetime | None
    cut_percent: int | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    role: str

    @property
    def round(self) -> int:
        """The round being held, 1 or 2."""
        return 1 if self.second_round_at is None else 2

    @property
    def is_open(self) -> bool:
        """Whether its panel still rates."""
        return self.approved_at is None and self.withdrawn_at is None

    @property
    def waiting_for(self) -> tuple[Judge, ...]:
        """The judges who have not handed in the round being held."""
        return tuple(judge for judge in self.judges if judge.handed_in(self.round) is None)


@dataclass(frozen=True, slots=True)
class StudyLine:
    """A study in the list of its programme."""

    id: int
    label: str
    bank_id: str
    opened_at: datetime
    second_round_at: datetime | None
    approved_at: datetime | None
    withdrawn_at: datetime | None
    cut_percent: int | None
    judges: int


def list_studies(session: Session, programme_id: int) -> list[StudyLine]:
    """Return the studies of a programme, the newest first."""
    judges = (
        sa.select(sa.func.count(JudgeRecord.id))
        .where(JudgeRecord.study_id == StudyRecord.id, JudgeRecord.left_at.is_(None))
        .correlate(StudyRecord)
        .scalar_subquery()
    )
    query = (
        sa.select(
            StudyRecord.id,
            StudyRecord.label,
            StudyRecord.bank_id,
            StudyRecord.opened_at,
            StudyRecord.second_round_at,
            StudyRecord.approved_at,
            StudyRecord.withdrawn_at,
            StudyRecord.cut_percent,
            judges,
        )
        .where(StudyRecord.programme_id == programme_id)
        .order_by(StudyRecord.id.desc())
    )
    rows: list[Any] = list(session.execute(query))
    return [StudyLine(*row) for row in rows]


def study_for(session: Session, account_id: int, study_id: int, asked: str) -> Study:
    """Return a study of a programme where the account's role satisfies `asked`, or refuse."""
    row = session.get(StudyRecord, study_id)
    if row is None:
        raise NotFound()
    cohorts.programme_for(session, account_id, row.programme_id, asked)
    return study_of(session, row, account_id)


def study_of(session: Session, row: StudyRecord, account_id: int) -> Study:
    """Return the study of a row; who may see it is for the caller to ask first."""
    programme = session.get_one(Programme, row.programme_id)
    content = catalogue.release(session, row.release_id)
    bank = content.banks[row.bank_id]
    rated = session.scalars(
        sa.select(StudyItem.item_id).where(StudyItem.study_id == row.id).order_by(StudyItem.place)
    )
    names = session.execute(
        sa.select(Account.id, Account.full_name).where(
            Account.id.in_([row.opened_by, row.approved_by])
        )
    )
    people = {person.id: person.full_name for person in names}
    return Study(
        id=row.id,
        programme_id=row.programme_id,
        programme_name=programme.name,
        time_zone=programme.time_zone,
        label=row.label,
        borderline=row.borderline,
        bank=bank,
        content=content,
        items=tuple(bank.item(item_id) for item_id in rated),
        judges=_panel(session, row.id),
        opened_by=row.opened_by,
        opened_by_name=people[row.opened_by],
        opened_at=row.opened_at,
        second_round_at=row.second_round_at,
        evidence=None if row.evidence is None else _evidence_from(row.evidence),
        approved_by_name=None if row.approved_by is None else people[row.approved_by],
        approved_at=row.approved_at,
        cut_percent=row.cut_percent,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
        role=accounts.role_in(session, account_id, row.programme_id) or "",
    )


def _panel(session: Session, study_id: int) -> tuple[Judge, ...]:
    query = (
        sa.select(JudgeRecord)
        .where(JudgeRecord.study_id == study_id, JudgeRecord.left_at.is_(None))
        .order_by(JudgeRecord.id)
        .execution_options(populate_existing=True)
    )
    return tuple(judge_of(row) for row in session.scalars(query))


def judge_of(row: JudgeRecord) -> Judge:
    """Return the judge of a row."""
    given = (row.lowest_cut, row.highest_cut, row.lowest_failing, row.highest_failing)
    shares = [Fraction(value, 100) for value in given if value is not None]
    return Judge(
        row.id,
        row.name,
        row.qualifications,
        row.account_id,
        quizzes.HofsteeBounds(*shares) if len(shares) == 4 else None,
        row.first_handed_in_at,
        row.second_handed_in_at,
    )


def open_study(
    session: Session,
    programme_id: int,
    *,
    release_id: int,
    bank_id: str,
    label: str,
    borderline: str,
    whole_bank: bool,
    seed: int,
    by: int,
    now: datetime,
) -> int:
    """Open a study and return its id; its items are one paper of the bank, or the whole bank.

    A paper drawn by the specification holds each objective's share, so that the mean of its
    ratings is the mean of any paper. Refused for a label taken; NotFound for a release that no
    cohort of the programme learns, or a bank that it does not hold.
    """
    known = {content.id: content for content in examined(session, programme_id).contents}
    if release_id not in known or bank_id not in known[release_id].banks:
        raise NotFound()
    bank = known[release_id].banks[bank_id]
    if whole_bank:
        items = [item.id for item in bank.items]
    else:
        items = [slot.item_id for slot in quizzes.draw_paper(bank, seed, {}).slots]
    study = StudyRecord(
        programme_id=programme_id,
        release_id=release_id,
        bank_id=bank_id,
        label=label,
        borderline=borderline,
        opened_by=by,
        opened_at=now,
    )
    session.add(study)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("This programme already has a study of that name.") from error
    session.add_all(
        StudyItem(study_id=study.id, place=place, item_id=item)
        for place, item in enumerate(items, start=1)
    )
    session.flush()
    detail = {"bank": bank_id, "release": known[release_id].label, "items": len(items)}
    note(session, study, "standard.opened", by, now, detail)
    return study.id


def add_judge(
    session: Session,
    study: Study,
    *,
    name: str,
    qualifications: str,
    email: str,
    by: int,
    now: datetime,
) -> int:
    """Add a judge to the panel before the second round; with an e-mail, one with an account.

    Refused once the second round has begun, for an address that nobody of the programme has (who
    has an account elsewhere is not told), for a learner, and for who is on the panel already.
    """
    row = _locked(session, study)
    if row.second_round_at is not None:
        raise Refused("The panel is settled: its second round has begun.")
    account_id = None
    if email:
        account_id, name = judge_at(session, study.programme_id, email)
    judge = JudgeRecord(
        study_id=study.id,
        name=name,
        qualifications=qualifications,
        account_id=account_id,
        added_at=now,
    )
    session.add(judge)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("This person is or was on the panel of this study.") from error
    note(session, row, "standard.judge-added", by, now, {"judge": name})
    return judge.id


def remove_judge(session: Session, study: Study, judge_id: int, *, by: int, now: datetime) -> None:
    """Take a judge off the panel, with both rounds; what they rated stays on record."""
    row = _locked(session, study)
    judge = session.get(JudgeRecord, judge_id)
    if judge is None or judge.study_id != study.id or judge.left_at is not None:
        raise NotFound()
    judge.left_at = now
    note(session, row, "standard.judge-left", by, now, {"judge": judge.name})


def begin_second_round(session: Session, study: Study, *, by: int, now: datetime) -> None:
    """Freeze what learners earned and open the second round.

    Refused before every judge has handed in the first, and for a panel of one.
    """
    row = _locked(session, study)
    if row.second_round_at is not None:
        raise Refused("The second round has begun already.")
    panel = _panel(session, study.id)
    if len(panel) < 2:
        raise Refused("A panel takes two judges at least; six to eight make a standard.")
    waiting = [judge.name for judge in panel if judge.first_handed_in_at is None]
    if waiting:
        raise Refused(f"The first round is not complete: {', '.join(waiting)}.")
    row.evidence = json.dumps(_evidence(session, study), sort_keys=True)
    row.second_round_at = now
    note(session, row, "standard.second-round", by, now, {"judges": len(panel)})


def withdraw_study(session: Session, study: Study, *, reason: str, by: int, now: datetime) -> None:
    """End a study without a result, for a reason that stays on record."""
    row = _locked(session, study)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, by, reason
    note(session, row, "standard.withdrawn", by, now, {"reason": reason})


def _evidence(session: Session, study: Study) -> dict[str, Any]:
    versions = examined(session, study.programme_id).versions([study.bank.id])
    items = {key: version.item for key, version in versions.items()}
    gathered = gather(session, study.programme_id, items, bank_id=study.bank.id)
    columns = {item.id: versions[item.content_hash].column for item in study.items}
    earned: dict[str, list[Fraction]] = {}
    for sat in gathered.attempts:
        for given in sat.given:
            earned.setdefault(versions[given.item_hash].column, []).append(given.mark)
    facilities = {}
    for item in study.items:
        marks = earned.get(columns[item.id], [])
        if len(marks) >= ENOUGH_TO_SHOW:
            facilities[item.id] = [str(sum(marks, Fraction(0)) / len(marks)), len(marks)]
    scores = sorted(sat.share for sat in gathered.attempts)
    return {"facilities": facilities, "scores": [str(score) for score in scores]}


def _evidence_from(document: str) -> Evidence:
    stored = json.loads(document)
    return Evidence(
        {item: (Fraction(share), count) for item, (share, count) in stored["facilities"].items()},
        tuple(Fraction(score) for score in stored["scores"]),
    )


def _locked(session: Session, study: Study) -> StudyRecord:
    """Return the study's row under its lock, or refuse when it is over."""
    return locked_row(session, study.id)


def locked_row(session: Session, study_id: int) -> StudyRecord:
    """Return an open study's row under its lock; Refused once it is approved or withdrawn."""
    db.lock(session)
    row = session.scalars(
        sa.select(StudyRecord)
        .where(StudyRecord.id == study_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if row.approved_at is not None or row.withdrawn_at is not None:
        raise Refused("This study is closed; what it found stays as it is.")
    return row


def note(
    session: Session,
    row: StudyRecord,
    act: str,
    by: int,
    now: datetime,
    detail: Mapping[str, Any],
) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=row.programme_id,
        act=act,
        subject=row.label,
        detail={"study": row.id, **detail},
    )


def forbid_a_learner(session: Session, account_id: int, programme_id: int) -> None:
    """Keep a judge who has enrolled since away from the keys."""
    if learns_in(session, account_id, programme_id):
        raise Forbidden("You learn in this programme now: a learner cannot see its keys.")
