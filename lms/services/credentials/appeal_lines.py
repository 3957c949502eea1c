"""Appeals against acts on credentials as they stand: for the holder, and for the staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

import certificates
from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.acts import CredentialAct, CredentialAppeal, CredentialAppealStep
from lms.models.credentials import CredentialRecord
from lms.services import cohorts
from lms.services.credentials.reasons import public_words
from lms.services.credentials.staff import list_colleagues

Outcome = Literal["upheld", "changed"]
StepKind = Literal["found", "decided"]


@dataclass(frozen=True, slots=True)
class AppealStep:
    """A step of an appeal: what one person found, or what another one decided."""

    kind: StepKind
    outcome: Outcome
    words: str
    taken_by_id: int
    taken_by: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class CredentialAppealLine:
    """An appeal against an act on a credential; `took_part` are the ids of who made the act."""

    id: int
    serial: str
    programme_id: int
    holder_id: int
    holder: str
    act_number: int
    act_kind: certificates.ActKind
    act_words: str
    act_note: str
    acted_at: datetime
    took_part: frozenset[int]
    ground: str
    filed_at: datetime
    answer_by: date
    steps: tuple[AppealStep, ...]

    def step(self, kind: StepKind) -> AppealStep | None:
        """Return the step of a kind, None while it was not taken."""
        return next((each for each in self.steps if each.kind == kind), None)

    @property
    def is_decided(self) -> bool:
        """Whether the holder has an answer."""
        return self.step("decided") is not None

    def is_overdue(self, today: date) -> bool:
        """Whether the answer is late on a day of the programme."""
        return not self.is_decided and today > self.answer_by


def appeal_hindrance(line: CredentialAppealLine, account_id: int, kind: StepKind) -> str | None:
    """Return why somebody may not take a step of an appeal, None when they may."""
    if line.step(kind) is not None:
        return "This step is taken already."
    if account_id == line.holder_id:
        return "Nobody answers their own appeal."
    if kind == "found":
        return None
    first = line.step("found")
    if first is None:
        return "First somebody looks into it; then a second person decides."
    if first.taken_by_id == account_id:
        return "You looked into this appeal. A second person has to decide."
    if account_id in line.took_part:
        return "You had a part in what is appealed. Somebody else has to decide."
    return None


def appeal_line(session: Session, appeal_id: int) -> CredentialAppealLine:
    """Return an appeal, or raise NotFound; who may see it is for the caller to ask."""
    found = _lines(session, CredentialAppeal.id == appeal_id)
    if not found:
        raise NotFound()
    return found[0]


def credential_appeal_for(
    session: Session, account_id: int, appeal_id: int, asked: str = "instructor"
) -> CredentialAppealLine:
    """Return an appeal to staff whose role in the programme satisfies `asked`, or refuse."""
    line = appeal_line(session, appeal_id)
    cohorts.programme_for(session, account_id, line.programme_id, asked)
    return line


def list_credential_appeals(session: Session, programme_id: int) -> list[CredentialAppealLine]:
    """Return the appeals against acts of a programme, the oldest first."""
    return _lines(session, CredentialRecord.programme_id == programme_id)


def list_appeals_on(session: Session, credential_id: int) -> list[CredentialAppealLine]:
    """Return the appeals against acts on a credential, the oldest first."""
    return _lines(session, CredentialAct.credential_id == credential_id)


def list_deciders(session: Session, line: CredentialAppealLine) -> list[str]:
    """Return the names of the staff who could decide an appeal as it stands."""
    first = line.step("found")
    out = {line.holder_id, *line.took_part, *([first.taken_by_id] if first else [])}
    return [each.name for each in list_colleagues(session, line.programme_id, without=out)]


_LINES = (
    sa.select(
        CredentialAppeal.id,
        CredentialRecord.serial,
        CredentialRecord.programme_id,
        CredentialRecord.account_id,
        Account.full_name.label("holder"),
        CredentialAct.number,
        CredentialAct.kind,
        CredentialAct.reason,
        CredentialAct.note,
        CredentialAct.done_at,
        CredentialAct.proposed_by,
        CredentialAct.done_by,
        CredentialAppeal.ground,
        CredentialAppeal.filed_at,
        CredentialAppeal.answer_by,
    )
    .join(CredentialAct, CredentialAct.id == CredentialAppeal.act_id)
    .join(CredentialRecord, CredentialRecord.id == CredentialAct.credential_id)
    .join(Account, Account.id == CredentialRecord.account_id)
    .order_by(CredentialAppeal.id)
)


def _lines(session: Session, *which: sa.ColumnElement[bool]) -> list[CredentialAppealLine]:
    rows: list[Any] = list(session.execute(_LINES.where(*which)))
    steps = _steps(session, [row.id for row in rows])
    return [
        CredentialAppealLine(
            id=row.id,
            serial=row.serial,
            programme_id=row.programme_id,
            holder_id=row.account_id,
            holder=row.holder,
            act_number=row.number,
            act_kind=row.kind,
            act_words=public_words(row.kind, row.reason),
            act_note=row.note,
            acted_at=row.done_at,
            took_part=frozenset({row.proposed_by, row.done_by} - {None}),
            ground=row.ground,
            filed_at=row.filed_at,
            answer_by=row.answer_by,
            steps=tuple(steps.get(row.id, ())),
        )
        for row in rows
    ]


_taker = so.aliased(Account)


def _steps(session: Session, appeal_ids: Sequence[int]) -> dict[int, list[AppealStep]]:
    if not appeal_ids:
        return {}
    query = (
        sa.select(CredentialAppealStep, _taker.full_name)
        .join(_taker, _taker.id == CredentialAppealStep.taken_by)
        .where(CredentialAppealStep.appeal_id.in_(appeal_ids))
        .order_by(CredentialAppealStep.id)
    )
    rows: list[Any] = list(session.execute(query))
    found: dict[int, list[AppealStep]] = {}
    for row, name in rows:
        step = AppealStep(row.kind, row.outcome, row.words, row.taken_by, name, row.taken_at)
        found.setdefault(row.appeal_id, []).append(step)
    return found
