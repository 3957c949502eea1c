"""The audit trail of a programme as people read it: names in place of numbers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.models.accounts import Account
from lms.models.assessment import Attempt
from lms.models.audit import AuditEntry
from lms.models.cohorts import Cohort, Enrolment
from lms.models.credentials import CredentialRecord
from lms.services import audit

PAGE = 50
# What the subject of an act numbers, by the act or else by its first word.
KINDS = {
    "accommodation": "enrolment",
    "appeal": "attempt",
    "attempt": "attempt",
    "calendar": "account",
    "cohort.changed": "cohort",
    "competence": "account",
    "completion": "enrolment",
    "credential": "credential",
    "credits": "credential",
    "dossier": "enrolment",
    "due": "enrolment",
    "enrolment": "enrolment",
    "ethics": "enrolment",
    "finding": "attempt",
    "flag": "enrolment",
    "hours": "enrolment",
    "learner": "enrolment",
    "lesson": "enrolment",
    "override": "enrolment",
    "partner": "enrolment",
    "renewal": "credential",
    "report-consent": "account",
    "role": "account",
    "update": "credential",
    "waiting": "account",
}
# Details that are days.
DAYS = ("starts_on", "due_on", "until", "valid_from", "valid_until", "answer_by")


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One act: who did what to whom or what, when, and the details that explain it.

    `actor` is None for what the system did by itself. `person` is whom the act concerns;
    `enrolment_id` and `cohort_id` lead to their record, when it is a learner's.
    """

    id: int
    at: datetime
    act: str
    actor: str | None
    subject: str
    detail: Mapping[str, Any]
    person: str | None = None
    enrolment_id: int | None = None
    cohort_id: int | None = None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some lines of the trail, newest first; `older` continues them, None at the beginning."""

    lines: tuple[TrailLine, ...]
    older: int | None


def trail(session: Session, programme_id: int, before: int | None, limit: int = PAGE) -> TrailPage:
    """Return a programme's acts, newest first; `before` continues from the page before."""
    found = audit.list_entries(session, programme_id, before=before, limit=limit + 1)
    shown = found[:limit]
    people = _people(session, programme_id, [entry for entry, _actor in shown])
    lines = tuple(
        TrailLine(
            entry.id,
            entry.at,
            entry.act,
            actor,
            entry.subject,
            _detail(entry.detail),
            *people.get((_kind(entry), entry.subject), (None, None, None)),
        )
        for entry, actor in shown
    )
    return TrailPage(lines, older=lines[-1].id if len(found) > limit else None)


def _detail(document: str) -> dict[str, Any]:
    """Return the details with their days as dates."""
    detail: dict[str, Any] = json.loads(document)
    for key in DAYS:
        if isinstance(detail.get(key), str) and len(detail[key]) == len("2026-01-01"):
            detail[key] = date.fromisoformat(detail[key])
    return detail


def _kind(entry: AuditEntry) -> str:
    """Return what an entry's subject numbers; empty when it is a title somebody chose."""
    kind = KINDS.get(entry.act) or KINDS.get(entry.act.split(".")[0], "")
    return kind if entry.subject.startswith(f"{kind} ") else ""


def _people(
    session: Session, programme_id: int, entries: list[AuditEntry]
) -> dict[tuple[str, str], tuple[str, int | None, int | None]]:
    """Return by kind and subject whom or which cohort entries concern: name, enrolment, cohort."""
    wanted: dict[str, set[str]] = {kind: set() for kind in KINDS.values()}
    for entry in entries:
        if kind := _kind(entry):
            wanted[kind].add(entry.subject.removeprefix(f"{kind} "))
    none = sa.cast(sa.null(), sa.Integer)
    accounts = sa.select(
        sa.literal("account").label("kind"),
        sa.cast(Account.id, sa.String).label("key"),
        Account.full_name.label("name"),
        none.label("enrolment_id"),
        none.label("cohort_id"),
    ).where(Account.id.in_(map(int, wanted["account"])))
    groups = sa.select(
        sa.literal("cohort"), sa.cast(Cohort.id, sa.String), Cohort.title, none, none
    ).where(Cohort.programme_id == programme_id, Cohort.id.in_(map(int, wanted["cohort"])))
    learners = _learners(programme_id, "enrolment", Enrolment.id).where(
        Enrolment.id.in_(map(int, wanted["enrolment"]))
    )
    attempts = (
        _learners(programme_id, "attempt", Attempt.id)
        .join(Attempt, Attempt.enrolment_id == Enrolment.id)
        .where(Attempt.id.in_(map(int, wanted["attempt"])))
    )
    serials = {certificates.parse_serial(shown) or "": shown for shown in wanted["credential"]}
    holders = (
        _learners(programme_id, "credential", CredentialRecord.serial)
        .join(CredentialRecord, CredentialRecord.enrolment_id == Enrolment.id)
        .where(CredentialRecord.serial.in_(serials))
    )
    query: sa.Executable = sa.union_all(accounts, groups, learners, attempts, holders)
    return {
        (row.kind, f"{row.kind} {serials.get(row.key, row.key)}"): (
            row.name,
            row.enrolment_id,
            row.cohort_id,
        )
        for row in session.execute(query)
    }


def _learners(programme_id: int, kind: str, key: Any) -> sa.Select[str, str, str, int, int]:
    """Select kind, key, name, enrolment and cohort of learners of this programme only."""
    return (
        sa.select(
            sa.literal(kind),
            sa.cast(key, sa.String),
            Account.full_name,
            Enrolment.id,
            Cohort.id,
        )
        .select_from(Enrolment)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Cohort.programme_id == programme_id)
    )
