"""Signatures of supervisors: a typed attestation over one row, with its hash; or a row returned."""

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.cohorts import Cohort, Enrolment
from lms.models.practice import PracticeAct, PracticeEntry, PracticeSupervisor
from lms.services import accounts, audit
from lms.services.practice.log import Entry, entries_where

STATEMENT = (
    "I supervised this. The day, the minutes, the role and the number of sessions are true as they "
    "stand, and where clients were present they had consented in writing to the learner's presence."
)
RETURNS = ("not-there", "minutes", "details")


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the supervisor's row, the account if they have one, and the way they came."""

    supervisor_id: int
    name: str
    licence: str
    account_id: int | None
    way: str


@dataclass(frozen=True, slots=True)
class Supervised:
    """An entry as its supervisor or the programme's staff open it."""

    entry: Entry
    learner_account_id: int
    cohort_id: int
    programme_id: int
    signer: Signer | None

    @property
    def may_sign(self) -> bool:
        """Whether the person who asked is the one that it names, and it waits for them."""
        return self.signer is not None and self.entry.is_open


def list_supervised(session: Session, account_id: int, programme_id: int) -> list[Entry]:
    """Return the rows that name somebody's account as supervisor.

    Those that wait come first, the longest waiting before the others; then the rest, the latest
    day first.
    """
    named = sa.select(PracticeSupervisor.id).where(
        PracticeSupervisor.programme_id == programme_id,
        PracticeSupervisor.account_id == account_id,
    )
    found = entries_where(session, PracticeEntry.supervisor_id.in_(named))
    waiting = sorted((each for each in found if each.is_open), key=_day)
    rest = sorted((each for each in found if not each.is_open), key=_day, reverse=True)
    return waiting + rest


def _day(entry: Entry) -> tuple[date, int]:
    return entry.stated.practised_on, entry.id


def supervised_for(session: Session, account_id: int, entry_id: int) -> Supervised:
    """Return an entry to the supervisor it names, or to who administers the programme.

    Another supervisor finds nothing. Only the named one may sign it.
    """
    found = _places(session, [entry_id])
    if not found:
        raise NotFound()
    learner, cohort_id, programme_id = found[entry_id]
    accounts.require_role(session, account_id, programme_id, "supervisor")
    (entry,) = entries_where(session, PracticeEntry.id == entry_id)
    is_named = entry.supervisor.account_id == account_id and entry.supervisor.is_open
    held = accounts.role_in(session, account_id, programme_id)
    if not is_named and not accounts.satisfies(held, "administrator"):
        raise NotFound()
    signer = signer_of(entry, account_id) if is_named else None
    return Supervised(entry, learner, cohort_id, programme_id, signer)


def signer_of(entry: Entry, account_id: int | None) -> Signer:
    """Return the supervisor that an entry names as the one who signs it."""
    of = entry.supervisor
    return Signer(of.id, of.name, of.licence, account_id, "account" if account_id else "link")


def _places(session: Session, entry_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Return by entry its learner's account, the cohort and the programme."""
    query = (
        sa.select(PracticeEntry.id, Enrolment.account_id, Cohort.id, Cohort.programme_id)
        .join(Enrolment, Enrolment.id == PracticeEntry.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(PracticeEntry.id.in_(entry_ids))
    )
    return {row[0]: (row[1], row[2], row[3]) for row in session.execute(query)}


def sign(
    session: Session, supervised: Supervised, *, typed_name: str, digest: str, now: datetime
) -> None:
    """Sign an entry with the supervisor's typed name, which locks it for ever.

    `digest` is that of what they were shown. Forbidden to everybody but the named supervisor;
    Refused for another name, for an entry that waits no more, and for one that has changed.
    """
    if supervised.signer is None:
        raise Forbidden("Only the supervisor whom this row names signs it.")
    if digest != content_digest(supervised.entry):
        raise Refused("This row has changed meanwhile. Read it once more.")
    sign_rows(session, supervised.signer, [supervised.entry], typed_name=typed_name, now=now)


def sign_rows(
    session: Session, signer: Signer, entries: Sequence[Entry], *, typed_name: str, now: datetime
) -> None:
    """Sign entries one by one in one transaction: all of them, or none."""
    if not is_same_name(typed_name, signer.name):
        raise Refused(f"Type your name as it stands on the list of supervisors: {signer.name}.")
    db.lock(session)
    typed = " ".join(typed_name.split())
    rows = []
    for entry in entries:
        if not entry.is_open or entry.supervisor.id != signer.supervisor_id:
            raise Refused("One of these rows waits for you no more. Reload and look again.")
        row = PracticeAct(
            entry_id=entry.id,
            act="signed",
            at=now,
            account_id=signer.account_id,
            way=signer.way,
            typed_name=typed,
            licence=signer.licence,
            statement=STATEMENT,
        )
        row.digest = signature_digest(entry, row)
        rows.append(row)
    _keep(session, signer, rows, now)


def return_entry(session: Session, supervised: Supervised, *, reason: str, now: datetime) -> None:
    """Give an entry back unsigned, for one of three reasons; the learner corrects it."""
    if supervised.signer is None:
        raise Forbidden("Only the supervisor whom this row names returns it.")
    if reason not in RETURNS or not supervised.entry.is_open:
        raise Refused("This row waits for you no more. Reload and look again.")
    row = PracticeAct(
        entry_id=supervised.entry.id,
        act="returned",
        at=now,
        account_id=supervised.signer.account_id,
        way=supervised.signer.way,
        reason=reason,
    )
    _keep(session, supervised.signer, [row], now)


def _keep(session: Session, signer: Signer, rows: Sequence[PracticeAct], now: datetime) -> None:
    db.lock(session)
    # Whoever enters a correction meanwhile waits, or is waited for.
    ids = [row.entry_id for row in rows]
    session.execute(
        sa.select(Enrolment.id)
        .join(PracticeEntry, PracticeEntry.enrolment_id == Enrolment.id)
        .where(PracticeEntry.id.in_(ids))
        .with_for_update(of=Enrolment)
    )
    still_open = {e.id for e in entries_where(session, PracticeEntry.id.in_(ids)) if e.is_open}
    if still_open != set(ids):
        raise Refused("One of these rows waits for you no more. Reload and look again.")
    session.add_all(rows)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("This row was signed or returned already. Reload and look again.") from error
    places = _places(session, ids)
    for row in rows:
        audit.record(
            session,
            at=now,
            actor_id=row.account_id,
            programme_id=places[row.entry_id][2],
            act=f"practice.{row.act}",
            subject=f"practice entry {row.entry_id}",
            detail={
                "supervisor": signer.supervisor_id,
                "way": row.way,
                **({"sha256": row.digest} if row.digest else {"reason": row.reason}),
            },
        )


def content_digest(entry: Entry) -> str:
    """Return the SHA-256 of what a row states and of whom."""
    return _sha256(_content(entry))


def signature_digest(entry: Entry, act: PracticeAct) -> str:
    """Return the SHA-256 over a row, the statement attested, the typed name, the licence and when.

    JSON with sorted keys, in UTF-8, so that anybody can work it out again.
    """
    signed = {
        "entry": _content(entry),
        "statement": act.statement,
        "typed_name": act.typed_name,
        "licence": act.licence,
        "at": act.at.isoformat(timespec="microseconds"),
        "way": act.way,
    }
    return _sha256(signed)


def is_whole(session: Session, entry: Entry) -> bool:
    """Whether the signature under a row is the one that its hash was made of."""
    act = session.scalars(
        sa.select(PracticeAct).where(PracticeAct.entry_id == entry.id, PracticeAct.act == "signed")
    ).one_or_none()
    return act is not None and act.digest == signature_digest(entry, act)


def _content(entry: Entry) -> dict[str, object]:
    stated = entry.stated
    return {
        "id": entry.id,
        "enrolment": entry.enrolment_id,
        "kind": stated.kind,
        "practised_on": stated.practised_on.isoformat(),
        "supervisor": stated.supervisor_id,
        "site": stated.site_id,
        "role": stated.role,
        "substance": stated.substance,
        "administration_minutes": stated.administration_minutes,
        "other_minutes": stated.other_minutes,
        "dosing_sessions": stated.dosing_sessions,
        "consultation_minutes": stated.consultation_minutes,
        "group_size": stated.group_size,
        "competencies": list(stated.competencies),
        "consented": stated.consented,
        "revision": entry.revision,
    }


def _sha256(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_same_name(typed: str, name: str) -> bool:
    """Whether two spellings name one person: case, spacing and composition do not matter."""
    return _bare(typed) == _bare(name) != ""


def _bare(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
