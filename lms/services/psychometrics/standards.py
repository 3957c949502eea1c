"""What a study comes to, its approval, and what the cut score of a release rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.errors import Forbidden, NotFound, Refused
from lms.models.psychometrics import StudyRecord
from lms.services import catalogue
from lms.services.psychometrics.ratings import as_shares, facilities_of, ratings_of
from lms.services.psychometrics.studies import Study, locked_row, note, study_of


@dataclass(frozen=True, slots=True)
class ApprovedStudy:
    """A study whose result was approved, as a cut score cites it."""

    id: int
    label: str
    approved_at: datetime
    cut_percent: int


@dataclass(frozen=True, slots=True)
class CutBasis:
    """What the cut score of a bank in a release rests on.

    `stated` is the sentence of the bank's file. `study` is the latest approved study that set this
    very cut; without one the cut is provisional. `recommended` is the latest approved study when
    its cut differs: it holds from the next release that takes it over, never for a running one.
    """

    cut_percent: int
    stated: str
    study: ApprovedStudy | None
    recommended: ApprovedStudy | None

    @property
    def is_provisional(self) -> bool:
        """Whether no approved study supports this cut."""
        return self.study is None


def cut_basis(session: Session, programme_id: int, bank_id: str, release_id: int) -> CutBasis:
    """Return what the cut score of a bank in a release rests on, in one programme.

    One query; NotFound when the release does not hold the bank.
    """
    content = catalogue.release(session, release_id)
    if bank_id not in content.banks:
        raise NotFound()
    specification = content.banks[bank_id].specification
    return _basis(specification, _approved(session, programme_id, bank_id))


def cut_bases(
    session: Session, programme_id: int, banks: Mapping[str, quizzes.Bank]
) -> dict[str, CutBasis]:
    """Return what the cut scores of several banks rest on, in one query."""
    approved = _approved(session, programme_id, None)
    return {
        bank_id: _basis(bank.specification, [row for row in approved if row.bank_id == bank_id])
        for bank_id, bank in banks.items()
    }


def _approved(session: Session, programme_id: int, bank_id: str | None) -> list[sa.Row[Any]]:
    """Return the approved studies, the latest first."""
    query = (
        sa.select(
            StudyRecord.id,
            StudyRecord.label,
            StudyRecord.approved_at,
            StudyRecord.cut_percent,
            StudyRecord.bank_id,
        )
        .where(StudyRecord.programme_id == programme_id, StudyRecord.approved_at.is_not(None))
        .order_by(StudyRecord.approved_at.desc(), StudyRecord.id.desc())
    )
    if bank_id is not None:
        query = query.where(StudyRecord.bank_id == bank_id)
    return list(session.execute(query))


def _basis(specification: quizzes.Specification, rows: list[sa.Row[Any]]) -> CutBasis:
    found = [ApprovedStudy(row.id, row.label, row.approved_at, row.cut_percent) for row in rows]
    cut = specification.cut_percent
    same = [study for study in found if study.cut_percent == cut]
    latest = found[0] if found and found[0].cut_percent != cut else None
    return CutBasis(cut, specification.cut_basis, same[0] if same else None, latest)


def standard_of(session: Session, study: Study) -> quizzes.Standard | None:
    """Return what a study comes to once its panel has handed in the second round; None before."""
    if study.round == 1 or study.waiting_for or not study.judges:
        return None
    assert study.evidence is not None
    return quizzes.set_standard(
        as_shares(study, ratings_of(session, study, 1)),
        as_shares(study, ratings_of(session, study, 2)),
        facilities=facilities_of(study),
        bounds=[judge.bounds for judge in study.judges if judge.bounds is not None],
        scores=study.evidence.scores,
    )


def approve(session: Session, study: Study, *, by: int, now: datetime) -> quizzes.Standard:
    """Approve the result of a study, once, by another administrator than the one who opened it.

    Refused while the panel still rates, and while the standard would be provisional.
    """
    row = locked_row(session, study.id)
    if row.opened_by == by:
        raise Forbidden("Another administrator than the one who opened a study approves it.")
    study = study_of(session, row, by)
    standard = standard_of(session, study)
    if standard is None:
        raise Refused("The panel has not handed in its second round.")
    if standard.provisional:
        raise Refused(" ".join(standard.provisional))
    row.approved_at, row.approved_by = now, by
    row.cut_percent = standard.cut_percent
    row.standard_error = str(standard.standard_error)[:40]
    note(
        session,
        row,
        "standard.approved",
        by,
        now,
        {
            "cut_percent": standard.cut_percent,
            "standard_error": row.standard_error[:6],
            "judges": len(study.judges),
        },
    )
    return standard


def lines_for_bank_file(study: Study, standard: quizzes.Standard) -> str:
    """Return the two lines that put a study's cut into the bank's file for the next release."""
    day = (study.approved_at or study.opened_at).date()
    error = f"{100 * standard.standard_error:.1f}"
    basis = (
        f"Modified Angoff study “{study.label}”, {len(study.judges)} judges, "
        f"approved {day.day} {day:%B %Y}; standard error {error} points."
    )
    quoted = basis.replace("\\", "\\\\").replace('"', '\\"')
    return f'  cut_percent: {standard.cut_percent}\n  cut_basis: "{quoted}"'
