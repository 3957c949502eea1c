"""Gates: which of the things that come before an award a learner has done, and which are open."""

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.closing import DisclosureReceipt, EthicsAttestation, EvaluationReceipt
from lms.models.faculty import Conferral, ProgrammeRules
from lms.services import catalogue, observed, practice
from lms.services.closing.disclosures import digest_of, list_disclosed_to
from lms.services.cohorts import Seat

GateKind = Literal["disclosures", "attestation", "evaluation", "practice", "ratings", "conferral"]


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that comes before an award."""

    kind: GateKind
    is_passed: bool


def list_gates(session: Session, seat: Seat) -> list[Gate]:
    """Return what comes before this learner's award, in the order in which it is met.

    Disclosures count where the programme or the course has any; a code of ethics and an evaluation
    where the course asks for them; the signed log of practice, observed ratings and, last, a
    director's conferral where the programme waits for them. What has changed since it was seen or
    attested is open again.
    """
    given, practised = _given(session, seat), _practised(session, seat)
    last = [gate for gate in given if gate.kind == "conferral"]
    return [*(gate for gate in given if gate not in last), *practised, *last]


def _practised(session: Session, seat: Seat) -> list[Gate]:
    demands = practice.demands_of(session, seat)
    gates = []
    if demands.log:
        gates.append(Gate("practice", practice.is_enough(session, seat)))
    if demands.ratings:
        gates.append(Gate("ratings", observed.is_enough(session, seat)))
    return gates


def _given(session: Session, seat: Seat) -> list[Gate]:
    closing = catalogue.release(session, seat.release_id).course.closing
    disclosed = list_disclosed_to(session, seat)
    asked: dict[GateKind, sa.Exists] = {}
    if disclosed:
        asked["disclosures"] = sa.exists().where(
            DisclosureReceipt.enrolment_id == seat.enrolment_id,
            DisclosureReceipt.digest == digest_of(disclosed),
        )
    if closing.code is not None:
        asked["attestation"] = sa.exists().where(
            EthicsAttestation.enrolment_id == seat.enrolment_id,
            EthicsAttestation.digest == closing.code.digest,
        )
    if closing.evaluation is not None:
        asked["evaluation"] = sa.exists().where(EvaluationReceipt.enrolment_id == seat.enrolment_id)
    asked["conferral"] = sa.exists().where(Conferral.enrolment_id == seat.enrolment_id)
    confers = sa.exists().where(
        ProgrammeRules.programme_id == seat.programme_id, ProgrammeRules.director_confers
    )
    columns = (each.label(kind) for kind, each in asked.items())
    is_conferred, *done = session.execute(sa.select(confers, *columns)).one()
    gates = [Gate(kind, bool(is_done)) for kind, is_done in zip(asked, done, strict=True)]
    return gates if is_conferred else gates[:-1]


def list_open(session: Session, seat: Seat) -> list[GateKind]:
    """Return what still stands between a learner and the award, beside the course itself."""
    return [gate.kind for gate in list_gates(session, seat) if not gate.is_passed]
