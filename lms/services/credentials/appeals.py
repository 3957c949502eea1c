"""Appeals of holders: filed within a time, looked into by one person, decided by another.

The second person is never the first, nor the holder, nor one of the two who made the act. What an
appeal changes is done in the transaction of its answer, so that the answer is true when it is sent.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import certificates
from lms import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.acts import CredentialAct, CredentialAppeal, CredentialAppealStep
from lms.services import audit
from lms.services.credentials import notices
from lms.services.credentials.acts import (
    APPEAL_DAYS,
    Order,
    appeal_until,
    carry_out,
    hold,
    list_acts,
    time_zone_of,
)
from lms.services.credentials.appeal_lines import (
    CredentialAppealLine,
    Outcome,
    StepKind,
    appeal_hindrance,
    appeal_line,
    credential_appeal_for,
)
from lms.services.credentials.attested import Attested, find_by_serial, own_credential_for
from lms.services.credentials.reasons import ON_APPEAL, ProposedKind

# From the day of the appeal; told to the holder with the date, and published in docs/lifecycle.md.
ANSWER_DAYS = 21
LONGEST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Appealable:
    """An act that its holder can appeal, until the end of a day on the programme's clocks."""

    number: int
    kind: certificates.ActKind
    words: str
    done_at: datetime
    until: date


def list_appealable(session: Session, found: Attested, now: datetime) -> list[Appealable]:
    """Return the acts on a credential that its holder can appeal now, the first one first.

    A suspension that was lifted, or that a revocation followed, needs no appeal any more.
    """
    zone = ZoneInfo(time_zone_of(session, found))
    today = now.astimezone(zone).date()
    appealed = set(
        session.scalars(
            sa.select(CredentialAct.number)
            .join(CredentialAppeal, CredentialAppeal.act_id == CredentialAct.id)
            .where(CredentialAct.credential_id == found.id)
        )
    )
    return [
        Appealable(number, act.kind, act.public_reason, act.at, appeal_until(zone, act.at))
        for number, act in _holding(found)
        if number not in appealed and today <= appeal_until(zone, act.at)
    ]


def _holding(found: Attested) -> list[tuple[int, certificates.Act]]:
    """Return the acts that hold against a credential, each with its number."""
    acts = list(enumerate(found.acts, 1))
    if found.revoked_at is not None:
        return [(number, act) for number, act in acts if act.kind == "revoke"]
    lifted = max((number for number, act in acts if act.kind == "reinstate"), default=0)
    return [(number, act) for number, act in acts if act.kind == "suspend" and number > lifted]


def file_credential_appeal(
    session: Session, account_id: int, serial: str, *, act: int, ground: str, now: datetime
) -> CredentialAppealLine:
    """File a holder's appeal against an act on their credential, and acknowledge it at once.

    `act` is the number of a suspension or a revocation. Refused once the time is over, for one
    that was appealed before, and for a suspension that was lifted.
    """
    found = own_credential_for(session, account_id, serial, now)
    if not ground.strip() or len(ground) > LONGEST_WORDS:
        raise Refused(f"Say why, in up to {LONGEST_WORDS} characters.")
    found = hold(session, found, now)
    row = next((each for each in list_acts(session, found.id) if each.number == act), None)
    if row is None or row.kind not in ("suspend", "revoke"):
        raise NotFound()
    if act not in {each.number for each in list_appealable(session, found, now)}:
        raise Refused(
            f"This was appealed already, was lifted, or is more than {APPEAL_DAYS} days old."
        )
    today = now.astimezone(ZoneInfo(time_zone_of(session, found))).date()
    appeal = CredentialAppeal(
        act_id=row.id,
        ground=ground.strip(),
        filed_by=account_id,
        filed_at=now,
        answer_by=today + timedelta(days=ANSWER_DAYS),
    )
    session.add(appeal)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("You have appealed this already; it is being looked into.") from error
    line = appeal_line(session, appeal.id)
    _record(session, "credential.appeal-filed", line, account_id, now, str(line.answer_by))
    notices.tell_of_appeal(
        session,
        found,
        "credential-appeal-filed",
        line.id,
        now,
        answer_by=line.answer_by,
        ground=line.ground,
    )
    return line


def look_into_credential_appeal(
    session: Session, by: int, appeal_id: int, *, outcome: Outcome, words: str, now: datetime
) -> None:
    """Leave what the first person found, for the second; the holder does not read it."""
    line, _found = _open(session, by, appeal_id, "found", words, now)
    _append_step(session, line, "found", outcome, words, by, now)
    _record(session, "credential.appeal-looked-into", line, by, now, outcome)


def decide_credential_appeal(
    session: Session,
    by: int,
    appeal_id: int,
    *,
    outcome: Outcome,
    words: str,
    now: datetime,
    verify_address: str,
) -> str | None:
    """Decide an appeal, tell the holder in these words, and do what follows from it.

    "changed" lifts a suspension that still holds. A revocation is final: the award is issued again
    under a new number, which is returned, and the page of the old one names it.
    """
    line, found = _open(session, by, appeal_id, "decided", words, now)
    first = line.step("found")
    assert first is not None
    _append_step(session, line, "decided", outcome, words, by, now)
    _record(session, "credential.appeal-decided", line, by, now, outcome)
    notices.tell_of_appeal(
        session,
        found,
        "credential-appeal-decided",
        line.id,
        now,
        is_changed=outcome == "changed",
        words=words.strip(),
    )
    kind = _remedy(line, found) if outcome == "changed" else None
    if kind is None:
        return None
    order = Order(
        kind=kind,
        reason=ON_APPEAL[kind][0],
        note=f"Appeal {line.id}: {words.strip()}",
        proposed_by=first.taken_by_id,
        holder_name=found.credential.holder_name,
        holder_profession=found.credential.holder_profession,
    )
    return carry_out(session, found, order, by=by, now=now, verify_address=verify_address)


def _remedy(line: CredentialAppealLine, found: Attested) -> ProposedKind | None:
    """Return the act that an allowed appeal calls for, None where nothing is left to undo."""
    if line.act_kind == "revoke":
        return "reissue"
    last = max(act.at for act in found.acts)
    return "reinstate" if found.verdict_at(last).status == "suspended" else None


def _open(
    session: Session, by: int, appeal_id: int, kind: StepKind, words: str, now: datetime
) -> tuple[CredentialAppealLine, Attested]:
    line = credential_appeal_for(session, by, appeal_id)
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise Refused(f"Say why, in up to {LONGEST_WORDS} characters.")
    db.lock(session)
    found = find_by_serial(session, line.serial, now)
    assert found is not None
    found = hold(session, found, now)
    line = credential_appeal_for(session, by, appeal_id)
    if (why := appeal_hindrance(line, by, kind)) is not None:
        raise Forbidden(why)
    return line, found


def _append_step(
    session: Session,
    line: CredentialAppealLine,
    kind: StepKind,
    outcome: Outcome,
    words: str,
    by: int,
    now: datetime,
) -> None:
    session.add(
        CredentialAppealStep(
            appeal_id=line.id,
            kind=kind,
            outcome=outcome,
            words=words.strip(),
            taken_by=by,
            taken_at=now,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("Somebody has done this a moment ago. Reload the page.") from error


def _record(
    session: Session, act: str, line: CredentialAppealLine, by: int, now: datetime, detail: str
) -> None:
    name = "answer_by" if act.endswith("filed") else "outcome"
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=line.programme_id,
        act=act,
        subject=f"credential {certificates.format_serial(line.serial)}",
        detail={"appeal": line.id, name: detail},
    )
