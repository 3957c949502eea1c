"""Confirming a ruling: new scores appended, awards made, credentials flagged, notices written."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import Refused
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.reviews import RulingRecord
from lms.services import audit, mail
from lms.services.reviews import notices
from lms.services.reviews.dry_runs import DryRun, Rescored, dry_run
from lms.services.reviews.effects import follow
from lms.services.reviews.notices import CHANGES, Change
from lms.services.reviews.rulings import RulingLine, line_of, record, ruling_for
from lms.services.reviews.sat import asked_in

LONGEST_SCORE_REASON = 200


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What confirming did: "confirmed", "repeat" (it was already), or "stale": see the new list."""

    kind: Literal["confirmed", "repeat", "stale"]
    dry_run: DryRun | None


def confirm(
    session: Session,
    by: int,
    ruling_id: int,
    *,
    token: str,
    words: Mapping[Change, str],
    now: datetime,
    verify_address: str,
) -> Confirmation:
    """Put a ruling in force: append the new scores, award, flag, write the notices; once.

    `token` is that of the dry run somebody looked at. When anything it rests on has changed since,
    nothing is done, and the new dry run comes back. Refused for a ruling that was set aside, for
    whoever's own attempt would be scored again, and without a notice for a group.
    """
    line = ruling_for(session, by, ruling_id)
    db.lock(session)
    _hold_attempts(session, line)
    line = line_of(session, ruling_id)
    if line.confirmed_at is not None:
        return Confirmation("repeat", None)
    if line.set_aside_at is not None:
        raise Refused("This ruling was set aside. Propose it again if it is needed after all.")
    run = dry_run(session, line, now)
    if not hmac.compare_digest(run.token.encode(), token.encode()):
        return Confirmation("stale", run)
    _refuse_own(run, by)
    _refuse_silence(run, words)
    taken = session.scalar(
        sa.update(RulingRecord)
        .where(RulingRecord.id == ruling_id, RulingRecord.confirmed_at.is_(None))
        .values(confirmed_at=now, confirmed_by=by)
        .returning(RulingRecord.id)
    )
    if taken is None:
        return Confirmation("repeat", None)
    _apply(session, run, by, words, now, verify_address)
    return Confirmation("confirmed", run)


def _hold_attempts(session: Session, line: RulingLine) -> None:
    """Keep every attempt with the item as it is: whoever submits or marks one comes after us."""
    query = (
        sa.select(Attempt.id)
        .where(*asked_in(line.programme_id, line.item_hash))
        .order_by(Attempt.id)
        .with_for_update(key_share=True)
    )
    session.execute(query).all()


def _refuse_own(run: DryRun, by: int) -> None:
    if any(each.sat.account_id == by for each in run.rescored):
        raise Refused("This would score an attempt of your own again. Somebody else has to decide.")


def _refuse_silence(run: DryRun, words: Mapping[Change, str]) -> None:
    for change in CHANGES:
        text = words.get(change, "").strip()
        if run.group(change) and not text:
            raise Refused("Everybody whose score changes is told so: write the notice.")
        if len(text) > notices.LONGEST:
            raise Refused(f"Keep each notice to {notices.LONGEST} characters.")


def _apply(
    session: Session,
    run: DryRun,
    by: int,
    words: Mapping[Change, str],
    now: datetime,
    verify_address: str,
) -> None:
    for each in run.rescored:
        _append(session, run.ruling, each, by, now)
    follow(session, run.effects, now=now, verify_address=verify_address, ruling_id=run.ruling.id)
    for each in run.rescored:
        if each.change is not None:
            mail.write(
                session,
                recipient=each.sat.email,
                subject=notices.filled(notices.SUBJECT, each.reader),
                body=notices.filled(words[each.change], each.reader),
                at=now,
                kind="learning",
                account_id=each.sat.account_id,
                programme_id=run.ruling.programme_id,
                key=f"ruling:{run.ruling.id}:{each.sat.attempt_id}",
            )
    row = session.scalars(sa.select(RulingRecord).where(RulingRecord.id == run.ruling.id)).one()
    counts: dict[str, int] = {change: len(run.group(change)) for change in CHANGES}
    counts |= {"awards": len(run.effects.gains), "doubtful": len(run.effects.doubtful)}
    record(session, row, "ruling.confirmed", by, now, counts)


def _append(session: Session, line: RulingLine, each: Rescored, by: int, now: datetime) -> None:
    """Append the new score of an attempt with its reason; the ones before stay as they are."""
    parts = each.after.points.denominator
    what = f"Item {line.item_id}: {notices.REMEDY_WORDS[line.remedy]}. {line.reason}"
    session.add(
        ScoreRecord(
            attempt_id=each.sat.attempt_id,
            revision=each.sat.revision + 1,
            points=each.after.points.numerator,
            maximum=each.after.maximum * parts,
            parts=parts,
            cut_percent=each.sat.paper.cut_percent,
            passed=each.after.passed,
            reason=what[:LONGEST_SCORE_REASON],
            scored_at=now,
        )
    )
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=line.programme_id,
        act="attempt.rescored",
        subject=f"attempt {each.sat.attempt_id}",
        detail={
            "enrolment": each.sat.enrolment_id,
            "item": line.item_id,
            "before": each.reader.before,
            "after": each.reader.after,
            "passed": each.after.passed,
        },
    )
