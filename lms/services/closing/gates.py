"""Gates: which of the things that come before an award a learner has done, and which are open."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.models.closing import (
    Disclosure,
    DisclosureReceipt,
    EthicsAttestation,
    EvaluationReceipt,
)
from lms.models.faculty import Conferral, ProgrammeRules
from lms.models.practice import PracticeSwitch
from lms.services import catalogue, observed, practice
from lms.services.closing.disclosures import digest_of, disclosed_with, line_of
from lms.services.cohorts import Seat

GateKind = Literal["disclosures", "attestation", "evaluation", "practice", "ratings", "conferral"]


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that comes before an award.

    `short` are the minima that a log of practice does not reach, `unmet` the skills not met.
    """

    kind: GateKind
    is_passed: bool
    short: tuple[courses.RuleStanding, ...] = ()
    unmet: tuple[courses.Checklist, ...] = ()


def list_gates(session: Session, seat: Seat) -> list[Gate]:
    """Return what comes before this learner's award, in the order in which it is met.

    Disclosures count where the programme or the course has any; a code of ethics and an evaluation
    where the course asks for them; the signed log of practice, observed skills and, last, a
    director's conferral where the programme waits for them. What has changed since it was seen or
    attested is open again.

    It takes one query, and one more each for the log and the ratings where they are waited for.
    """
    course = catalogue.release(session, seat.release_id).course
    found = _read(session, seat)
    gates = [*_given(course, found), *_practised(session, seat, course, found)]
    if any(row.first for row in found["rules"]):
        gates.append(Gate("conferral", bool(found["conferred"])))
    return gates


def list_open(session: Session, seat: Seat) -> list[GateKind]:
    """Return what still stands between a learner and the award, beside the course itself."""
    return [gate.kind for gate in list_gates(session, seat) if not gate.is_passed]


Found = Mapping[str, list[Any]]


def _given(course: courses.Course, found: Found) -> Iterator[Gate]:
    """Return what the learner does with their own hand: look, attest, evaluate."""
    closing = course.closing
    disclosed = disclosed_with(course, [line_of(row) for row in found["disclosure"]])
    if disclosed:
        seen = {row.person for row in found["seen"]}
        yield Gate("disclosures", digest_of(disclosed) in seen)
    if closing.code is not None:
        attested = {row.person for row in found["attested"]}
        yield Gate("attestation", closing.code.digest in attested)
    if closing.evaluation is not None:
        yield Gate("evaluation", bool(found["evaluated"]))


def _practised(
    session: Session, seat: Seat, course: courses.Course, found: Found
) -> Iterator[Gate]:
    """Return what others sign and judge: the log of practice, and skills."""
    decided = [practice.Switches(row.first, row.second) for row in found["switches"]]
    demands = (decided[0] if decided else practice.Switches()).demands(course.practice)
    if demands.log:
        standing = practice.standing_of(session, seat)
        short = tuple(line for line in standing.lines if line.missing)
        yield Gate("practice", standing.is_enough, short=short)
    if demands.ratings:
        skills = observed.skills_of(session, seat)
        unmet = tuple(each.checklist for each in skills if not each.is_met)
        yield Gate("ratings", not unmet, unmet=unmet)


def _read(session: Session, seat: Seat) -> Found:
    asked = {"enrolment": seat.enrolment_id, "programme": seat.programme_id}
    found: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    for row in session.connection().execute(_EVERYTHING, asked):
        found[row.kind].append(row)
    return found


_KINDS = ("disclosure", "seen", "attested", "evaluated", "conferred", "rules", "switches")


def _everything() -> sa.CompoundSelect[Any]:
    """All that the gates rest on, each row of a kind, in one query.

    `person` is who disclosed, or the digest of what was seen or attested.
    """
    enrolment = sa.bindparam("enrolment", type_=sa.Integer)
    programme = sa.bindparam("programme", type_=sa.Integer)
    no_number, no_text = sa.cast(sa.null(), sa.Integer), sa.cast(sa.null(), sa.String)
    no_day, no_truth = sa.cast(sa.null(), sa.Date), sa.cast(sa.null(), sa.Boolean)

    def noted(kind: str, person: Any = no_text, *truths: Any) -> sa.Select[*tuple[Any, ...]]:
        first, second = (*truths, no_truth, no_truth)[:2]
        words = (no_number, person, no_text, no_text, no_day)
        return sa.select(sa.literal(kind), *words, first, second)

    disclosed = sa.select(
        sa.literal("disclosure").label("kind"),
        Disclosure.id.label("id"),
        Disclosure.person.label("person"),
        Disclosure.role.label("role"),
        Disclosure.interests.label("interests"),
        Disclosure.made_on.label("made_on"),
        no_truth.label("first"),
        no_truth.label("second"),
    ).where(Disclosure.programme_id == programme, Disclosure.ended_at.is_(None))
    switches = noted(
        "switches", no_text, PracticeSwitch.log_demanded, PracticeSwitch.ratings_demanded
    )
    return sa.union_all(
        disclosed,
        noted("seen", DisclosureReceipt.digest).where(DisclosureReceipt.enrolment_id == enrolment),
        noted("attested", EthicsAttestation.digest).where(
            EthicsAttestation.enrolment_id == enrolment
        ),
        noted("evaluated").where(EvaluationReceipt.enrolment_id == enrolment),
        noted("conferred").where(Conferral.enrolment_id == enrolment),
        noted("rules", no_text, ProgrammeRules.director_confers).where(
            ProgrammeRules.programme_id == programme
        ),
        switches.where(PracticeSwitch.programme_id == programme),
        # As `list_disclosures` orders them: their digest rests on it.
    ).order_by(sa.column("person"), sa.column("id"))


# Composed once: building a statement costs more than running it.
_EVERYTHING = _everything()
