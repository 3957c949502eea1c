"""The rows of a log: read as they stand, entered, corrected by a new row, withdrawn."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.models.practice import PracticeAct, PracticeEntry, PracticeSite, PracticeSupervisor
from lms.services import audit, catalogue, cohorts
from lms.services.cohorts import Seat
from lms.services.practice.directory import SupervisorLine, supervisor_line

Kind = Literal["practicum", "consultation"]
State = Literal["waiting", "signed", "returned", "withdrawn", "replaced"]
KINDS: tuple[Kind, ...] = ("practicum", "consultation")
ROLES = ("observe", "assist", "lead", "role-play")
SUBSTANCES = ("classic", "entactogen", "dissociative", "none")
REASONS = ("typing", "minutes", "day", "supervisor", "site", "other")
MISFIT = "These details do not belong together. Check each and send again."
A_DAY = 24 * 60
MOST_ROWS, MOST_REVISIONS = 1000, 99


_OTHER = so.aliased(PracticeEntry)
_OF_THE_SAME_ROW = sa.and_(
    # The learner first: that is what the index knows.
    _OTHER.enrolment_id == PracticeEntry.enrolment_id,
    sa.func.coalesce(_OTHER.corrects_id, _OTHER.id)
    == sa.func.coalesce(PracticeEntry.corrects_id, PracticeEntry.id),
)


def _acted(act: str) -> sa.Exists:
    """Whether something was done about the revision `_OTHER` of the row that is asked for."""
    done = so.aliased(PracticeAct)
    return sa.exists().where(done.entry_id == _OTHER.id, done.act == act)


HAS_LATER = sa.exists().where(_OF_THE_SAME_ROW, _OTHER.revision > PracticeEntry.revision)
IS_SIGNED_LATER = HAS_LATER.where(_acted("signed"))
IS_DROPPED = sa.exists().where(_OF_THE_SAME_ROW, _acted("withdrawn"))


@dataclass(frozen=True, slots=True)
class Stated:
    """What a learner states of one day of practice: days, minutes, choices and ticks, no words.

    `site_id`, `role` and `substance` belong to practicum, `group_size` to a consultation.
    """

    kind: Kind
    practised_on: date
    supervisor_id: int
    site_id: int | None = None
    role: str | None = None
    substance: str | None = None
    administration_minutes: int = 0
    other_minutes: int = 0
    dosing_sessions: int = 0
    consultation_minutes: int = 0
    group_size: int | None = None
    competencies: tuple[str, ...] = ()
    consented: bool = False

    @property
    def minutes(self) -> int:
        """All its minutes."""
        return self.administration_minutes + self.other_minutes + self.consultation_minutes


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a log as it stands, with who signs for it and what was done about it.

    `first_id` is the row that was entered first, of which this is the revision `revision`.
    """

    id: int
    enrolment_id: int
    learner: str
    stated: Stated
    supervisor: SupervisorLine
    site: str
    first_id: int
    revision: int
    reason: str | None
    entered_at: datetime
    state: State
    acted_at: datetime | None
    typed_name: str | None
    licence: str | None
    digest: str | None
    returned_for: str | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for its supervisor."""
        return self.state == "waiting"


def list_entries(session: Session, enrolment_id: int) -> list[Entry]:
    """Return the whole log of an enrolment, the latest day first, corrected rows included."""
    return entries_where(session, PracticeEntry.enrolment_id == enrolment_id)


def list_of_cohort(session: Session, cohort_id: int) -> list[Entry]:
    """Return the logs of all learners of a cohort, the latest day first."""
    return entries_where(session, Enrolment.cohort_id == cohort_id)


def entries_where(session: Session, *conditions: sa.ColumnElement[bool]) -> list[Entry]:
    """Return rows of logs that fulfil conditions on PracticeEntry, the latest day first."""
    verdict = so.aliased(PracticeAct)
    query = (
        sa.select(
            PracticeEntry,
            PracticeSupervisor,
            PracticeSite.name,
            Account.full_name,
            verdict,
            IS_DROPPED.label("dropped"),
            HAS_LATER.label("later"),
            IS_SIGNED_LATER.label("signed_later"),
        )
        .join(PracticeSupervisor, PracticeSupervisor.id == PracticeEntry.supervisor_id)
        .join(Enrolment, Enrolment.id == PracticeEntry.enrolment_id)
        .join(Account, Account.id == Enrolment.account_id)
        .outerjoin(PracticeSite, PracticeSite.id == PracticeEntry.site_id)
        .outerjoin(
            verdict, sa.and_(verdict.entry_id == PracticeEntry.id, verdict.act != "withdrawn")
        )
        .where(*conditions)
        .order_by(PracticeEntry.practised_on.desc(), PracticeEntry.id.desc())
    )
    return [_entry(*row) for row in session.execute(query)]


def _entry(
    row: PracticeEntry,
    supervisor: PracticeSupervisor,
    site: str | None,
    learner: str,
    act: PracticeAct | None,
    dropped: bool,
    later: bool,
    signed_later: bool,
) -> Entry:
    state: State = "waiting"
    if dropped:
        state = "withdrawn"
    elif signed_later or (later and (act is None or act.act != "signed")):
        state = "replaced"
    elif act is not None:
        state = "signed" if act.act == "signed" else "returned"
    return Entry(
        id=row.id,
        enrolment_id=row.enrolment_id,
        learner=learner,
        stated=stated_in(row),
        supervisor=supervisor_line(supervisor),
        site=site or "",
        first_id=row.corrects_id or row.id,
        revision=row.revision,
        reason=row.reason,
        entered_at=row.entered_at,
        state=state,
        acted_at=act.at if act else None,
        typed_name=act.typed_name if act else None,
        licence=act.licence if act else None,
        digest=act.digest if act else None,
        returned_for=act.reason if act else None,
    )


def stated_in(row: PracticeEntry) -> Stated:
    """Return what a row states."""
    return Stated(
        kind="practicum" if row.kind == "practicum" else "consultation",
        practised_on=row.practised_on,
        supervisor_id=row.supervisor_id,
        site_id=row.site_id,
        role=row.role,
        substance=row.substance,
        administration_minutes=row.administration_minutes,
        other_minutes=row.other_minutes,
        dosing_sessions=row.dosing_sessions,
        consultation_minutes=row.consultation_minutes,
        group_size=row.group_size,
        competencies=tuple(json.loads(row.competencies)),
        consented=row.consented,
    )


def own_entry(session: Session, seat: Seat, entry_id: int) -> Entry:
    """Return a row of the learner's own log or raise NotFound."""
    conditions = (PracticeEntry.id == entry_id, PracticeEntry.enrolment_id == seat.enrolment_id)
    found = entries_where(session, *conditions)
    if not found:
        raise NotFound()
    return found[0]


def enter(
    session: Session,
    seat: Seat,
    stated: Stated,
    *,
    ticket: str,
    now: datetime,
    corrects: Entry | None = None,
    reason: str | None = None,
) -> int:
    """Put a row into a learner's log; return its id, the same one if the form is sent twice.

    With `corrects` it is the next revision of that row, for `reason`: it takes its place once it
    is signed. Refused for a seat that is paused or given up, for a day to come, for more than 24
    hours on one day, and for what does not belong together.
    """
    db.lock(session)
    session.execute(
        sa.select(Enrolment.id).where(Enrolment.id == seat.enrolment_id).with_for_update()
    )
    known = _sent_before(session, seat, ticket)
    if known is not None:
        return known
    cohorts.refuse_unless_studying(seat)
    log = list_entries(session, seat.enrolment_id)
    _refuse_what_cannot_be(session, seat, stated, log, corrects, reason, now)
    row = _row_of(stated)
    row.enrolment_id, row.ticket, row.entered_at = seat.enrolment_id, ticket, now
    row.corrects_id = corrects.first_id if corrects else None
    row.revision, row.reason = _next_revision(log, corrects), reason
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused(MISFIT) from error
    detail: dict[str, object] = {"kind": stated.kind, "minutes": stated.minutes}
    if corrects is not None:
        detail |= {"corrects": corrects.first_id, "reason": reason}
    _record(session, seat, "practice.entered", row.id, detail, now)
    return row.id


def _sent_before(session: Session, seat: Seat, ticket: str) -> int | None:
    """Return the row that the same form has put in already."""
    query = sa.select(PracticeEntry.id).where(
        PracticeEntry.enrolment_id == seat.enrolment_id, PracticeEntry.ticket == ticket
    )
    return session.scalar(query)


def _row_of(stated: Stated) -> PracticeEntry:
    """Return a row that states this; `stated_in` reads it back."""
    return PracticeEntry(
        kind=stated.kind,
        practised_on=stated.practised_on,
        supervisor_id=stated.supervisor_id,
        site_id=stated.site_id,
        role=stated.role,
        substance=stated.substance,
        administration_minutes=stated.administration_minutes,
        other_minutes=stated.other_minutes,
        dosing_sessions=stated.dosing_sessions,
        consultation_minutes=stated.consultation_minutes,
        group_size=stated.group_size,
        competencies=json.dumps(stated.competencies),
        consented=stated.consented,
    )


def _is_offered(stated: Stated) -> bool:
    """Whether every choice is one of those on offer: nothing else gets near the table."""
    return (
        stated.kind in KINDS
        and stated.role in (None, *ROLES)
        and stated.substance in (None, *SUBSTANCES)
    )


def _next_revision(log: Sequence[Entry], corrects: Entry | None) -> int:
    if corrects is None:
        return 1
    return 1 + max(entry.revision for entry in log if entry.first_id == corrects.first_id)


def _refuse_what_cannot_be(
    session: Session,
    seat: Seat,
    stated: Stated,
    log: Sequence[Entry],
    corrects: Entry | None,
    reason: str | None,
    now: datetime,
) -> None:
    if not _is_offered(stated):
        raise Refused(MISFIT)
    if stated.practised_on > now.astimezone(ZoneInfo(seat.time_zone)).date():
        raise Refused("This day is still to come. Enter practice once it has taken place.")
    if len(log) >= MOST_ROWS:
        raise Refused(f"A log holds at most {MOST_ROWS} rows. Ask the programme what to do.")
    if corrects is not None:
        if corrects.state in ("withdrawn", "replaced") or reason not in REASONS:
            raise Refused("This row was corrected or withdrawn already. Reload the log.")
        if corrects.revision >= MOST_REVISIONS:
            raise Refused("This row was corrected too often. Withdraw it and enter it anew.")
    same_day = (
        entry.stated.minutes
        for entry in log
        if entry.stated.practised_on == stated.practised_on
        and entry.state not in ("withdrawn", "replaced")
        and (corrects is None or entry.first_id != corrects.first_id)
    )
    if sum(same_day) + stated.minutes > A_DAY:
        raise Refused("With this row the log would hold more than 24 hours on that day.")
    _refuse_strangers(session, seat, stated)


def _refuse_strangers(session: Session, seat: Seat, stated: Stated) -> None:
    """Refuse a supervisor, site or competency that is not on offer, and signing for oneself."""
    supervisor = session.get(PracticeSupervisor, stated.supervisor_id)
    if supervisor is None or supervisor.programme_id != seat.programme_id or supervisor.ended_at:
        raise Refused("Choose a supervisor from the list of your programme.")
    own = session.scalars(sa.select(Account.email).where(Account.id == seat.account_id)).one()
    if supervisor.account_id == seat.account_id or supervisor.email == own:
        raise Refused("Nobody signs for themselves. Choose another supervisor.")
    if stated.site_id is not None:
        site = session.get(PracticeSite, stated.site_id)
        if site is None or site.programme_id != seat.programme_id or site.ended_at:
            raise Refused("Choose a site from the list of your programme.")
    offered = {name for name, _topic in list_competencies(session, seat)}
    if not set(stated.competencies) <= offered:
        raise Refused("Choose competencies from the list.")


def list_competencies(session: Session, seat: Seat) -> list[tuple[str, str]]:
    """Return the competencies of the release that practice can show: id and topic, in order."""
    crosswalk = catalogue.release(session, seat.release_id).crosswalk
    return [
        (each.id, f"{book.title}: {each.topic}")
        for book in crosswalk.of_kind("framework")
        for each in book.requirements
        if each.evidenced_by in ("practice", "course-and-practice")
    ]


def withdraw(session: Session, seat: Seat, entry_id: int, now: datetime) -> None:
    """Take a row, with its corrections, out of what counts; it stays on record as withdrawn."""
    db.lock(session)
    entry = own_entry(session, seat, entry_id)
    if entry.state in ("withdrawn", "replaced"):
        raise Refused("This row was corrected or withdrawn already. Reload the log.")
    act = PracticeAct(
        entry_id=entry_id, act="withdrawn", at=now, account_id=seat.account_id, way="account"
    )
    session.add(act)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("This row was withdrawn already. Reload the log.") from error
    _record(session, seat, "practice.withdrawn", entry_id, {"was": entry.state}, now)


def done_in(entries: Iterable[Entry]) -> list[courses.PracticeDone]:
    """Return what counts of a log: the rows that are signed and stand."""
    return [
        courses.PracticeDone(
            on=entry.stated.practised_on,
            administration_minutes=entry.stated.administration_minutes,
            other_minutes=entry.stated.other_minutes,
            dosing_sessions=entry.stated.dosing_sessions,
            consultation_minutes=entry.stated.consultation_minutes,
            group_size=entry.stated.group_size or 0,
        )
        for entry in entries
        if entry.state == "signed"
    ]


def _record(
    session: Session,
    seat: Seat,
    act: str,
    entry_id: int,
    detail: dict[str, object],
    now: datetime,
) -> None:
    audit.record(
        session,
        at=now,
        actor_id=seat.account_id,
        programme_id=seat.programme_id,
        act=act,
        subject=f"practice entry {entry_id}",
        detail={"enrolment": seat.enrolment_id, **detail},
    )
