"""Trying a roster: every row is read and judged, nothing is done; the draft stays in the database.

Rows are written some at a time, each lot in a transaction of its own, so that nobody who answers a
quiz at that moment has to wait for a long file. A process that dies leaves a claim that lapses;
whoever takes the roster over begins anew.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.rosters import Roster, RosterRow
from lms.services.rosters.columns import Headings, find_headings, is_heading
from lms.services.rosters.facts import gather
from lms.services.rosters.opening import open_sheet
from lms.services.rosters.people import Note, Person, read_person
from lms.services.rosters.plan import Verdict, repeated, verdict
from lms.services.rosters.sending import drop_file, roster_folder
from lms.services.rosters.sheets import Line, Sheet, Unreadable

LOT = 250
CLAIM_LASTS = timedelta(minutes=2)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A roster that this process is to read now."""

    id: int
    programme_id: int
    cohort_id: int
    file_name: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was read: whom it means, and what is wrong with it, if anything."""

    number: int
    person: Person
    wrong: tuple[Note, ...]


class Seen:
    """Which addresses and numbers earlier rows of the same file have."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], int] = {}

    def verdict_on(self, row: Row) -> Verdict | None:
        """Return the verdict on a row that repeats an earlier one; None for any other."""
        told = [("email", row.person.email), ("external_id", row.person.external_id)]
        told = [each for each in told if each[1]]
        for column, value in told:
            first = self._rows.get((column, value))
            if first is not None:
                return repeated(first, column, value)
        self._rows.update(dict.fromkeys(told, row.number))
        return None


def claim(session: Session, now: datetime, roster_id: int | None = None) -> Waiting | None:
    """Claim a roster that waits to be read, this one or the first; None when there is none."""
    free = sa.or_(Roster.claimed_until.is_(None), Roster.claimed_until < now)
    waiting = sa.select(Roster.id).where(Roster.state == "waiting", free)
    if roster_id is not None:
        waiting = waiting.where(Roster.id == roster_id)
    first = session.scalar(waiting.order_by(Roster.id).limit(1))
    if first is None:
        return None
    taken = session.execute(
        sa.update(Roster)
        .where(Roster.id == first, Roster.state == "waiting", free)
        .values(claimed_until=now + CLAIM_LASTS, rows_read=0)
        .returning(Roster.id, Roster.programme_id, Roster.cohort_id, Roster.file_name)
    ).one_or_none()
    session.commit()
    return None if taken is None else Waiting(*taken[:3], file_name=taken.file_name or "")


def try_roster(session: Session, waiting: Waiting, data: Path, now: datetime) -> None:
    """Read a claimed roster and judge its rows. Commits as it goes."""
    _clear(session, waiting.id)
    try:
        with (roster_folder(data) / waiting.file_name).open("rb") as file:
            sheet = open_sheet(file, is_heading)
            headings = find_headings(sheet.lines)
            _judge(session, waiting, rows_of(sheet, headings), now)
            _finish(session, waiting, sheet, headings, now)
    except (Unreadable, FileNotFoundError) as refusal:
        session.rollback()
        words = (
            refusal.message
            if isinstance(refusal, Unreadable)
            else "The file is gone. Send it again."
        )
        _refuse(session, waiting, words, now)
    drop_file(data, waiting.file_name)


def rows_of(sheet: Sheet, headings: Headings) -> Iterator[Row]:
    """Yield the rows below the headings."""
    for line in sheet.lines:
        if _says_nothing(line, headings):
            continue
        person, wrong = read_person(line, headings)
        yield Row(line.number, person, wrong)


def _says_nothing(line: Line, headings: Headings) -> bool:
    """Whether a row has something only in columns that are left aside."""
    return not any(
        line.cells[place] for place in headings.places.values() if place < len(line.cells)
    )


def _judge(session: Session, waiting: Waiting, rows: Iterator[Row], now: datetime) -> None:
    seen, read = Seen(), 0
    while lot := list(islice(rows, LOT)):
        judged = judge(session, waiting.programme_id, waiting.cohort_id, lot, seen)
        session.execute(sa.insert(RosterRow), [_values(waiting.id, *each) for each in judged])
        read += len(lot)
        session.execute(
            sa.update(Roster)
            .where(Roster.id == waiting.id)
            .values(rows_read=read, claimed_until=now + CLAIM_LASTS)
        )
        session.commit()
    if not read:
        raise Unreadable("There are no people below the headings. Add a row for each of them.")


def judge(
    session: Session, programme_id: int, cohort_id: int, lot: Sequence[Row], seen: Seen
) -> list[tuple[Row, Verdict]]:
    """Return the verdict on each of some rows, in their order."""
    facts = gather(session, programme_id, cohort_id, [row.person for row in lot if not row.wrong])
    judged = []
    for row in lot:
        found = Verdict("error", notes=row.wrong) if row.wrong else seen.verdict_on(row)
        judged.append((row, found or verdict(row.person, facts)))
    return judged


def stored(found: Verdict) -> dict[str, object]:
    """Return a verdict as the draft keeps it."""
    return {
        "verdict": found.kind,
        "acts": ",".join(found.acts),
        "notes": json.dumps([asdict(note) for note in found.notes], ensure_ascii=False),
        "account_id": found.account_id,
    }


def _values(roster_id: int, row: Row, found: Verdict) -> dict[str, object]:
    return {"roster_id": roster_id, "number": row.number, **asdict(row.person), **stored(found)}


def _clear(session: Session, roster_id: int) -> None:
    session.execute(sa.delete(RosterRow).where(RosterRow.roster_id == roster_id))
    session.commit()


def _finish(
    session: Session, waiting: Waiting, sheet: Sheet, headings: Headings, now: datetime
) -> None:
    session.execute(
        sa.update(Roster)
        .where(Roster.id == waiting.id, Roster.state == "waiting")
        .values(
            state="tried",
            form=sheet.form,
            detail=sheet.detail[:80],
            is_guess=sheet.is_guess,
            ignored=json.dumps(headings.ignored, ensure_ascii=False),
            tried_at=now,
            claimed_until=None,
            file_name=None,
        )
    )
    session.commit()


def _refuse(session: Session, waiting: Waiting, problem: str, now: datetime) -> None:
    session.execute(sa.delete(RosterRow).where(RosterRow.roster_id == waiting.id))
    session.execute(
        sa.update(Roster)
        .where(Roster.id == waiting.id, Roster.state == "waiting")
        .values(
            state="unreadable",
            problem=problem[:500],
            rows_read=0,
            tried_at=now,
            claimed_until=None,
            file_name=None,
        )
    )
    session.commit()
