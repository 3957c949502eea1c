"""Notes and highlights of a learner's own: written, changed, found again, and nobody else's."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.errors import Conflict, Forbidden, NotFound, Refused
from lms.models.notes import ReadingNote
from lms.services import catalogue, cohorts
from lms.services.cohorts import Seat

LONGEST_BODY = 4000
LONGEST_QUOTE = 1200
MOST_IN_A_LESSON = 100
MOST_IN_ALL = 1000

# What no keyboard writes: a database may refuse it, and a text file would hide it.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


class Unwritten(Refused):
    """A note that cannot be kept as it is; `field` is the part that is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ChangedElsewhere(Conflict):
    """The note was changed since it was opened; `now` is how it stands."""

    def __init__(self, now: "Note") -> None:
        super().__init__("This note was changed elsewhere since you opened it.")
        self.now = now


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a lesson: the learner's own words, a passage of the lesson, or both.

    `heading` is the id of the heading it belongs to, empty for the lesson as a whole.
    `is_found` says whether the passage stands in the release that the learner reads now.
    """

    id: int
    lesson_key: str
    heading: str
    quote: str
    before: str
    after: str
    body: str
    written_at: datetime
    changed_at: datetime
    is_found: bool = True


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody writes: a body, and a passage they quote with what surrounds it."""

    body: str = ""
    quote: str = ""
    before: str = ""
    after: str = ""
    heading: str = ""


_COLUMNS = (
    ReadingNote.id,
    ReadingNote.lesson_key,
    ReadingNote.heading,
    ReadingNote.quote,
    ReadingNote.before,
    ReadingNote.after,
    ReadingNote.body,
    ReadingNote.written_at,
    ReadingNote.changed_at,
)
# Composed once: building a statement costs more than running it.
_OF_A_LESSON = (
    sa.select(*_COLUMNS)
    .where(
        ReadingNote.enrolment_id == sa.bindparam("enrolment"),
        ReadingNote.lesson_key == sa.bindparam("lesson"),
    )
    .order_by(ReadingNote.id)
)


def seat_for(session: Session, account_id: int, enrolment_id: int) -> Seat:
    """Return the learner's own seat; to everybody else, staff included, there is nothing here."""
    try:
        return cohorts.seat_for(session, account_id, enrolment_id)
    except Forbidden:
        raise NotFound() from None


def note_for(session: Session, seat: Seat, note_id: int) -> Note:
    """Return one of the learner's own notes or raise NotFound."""
    query = sa.select(*_COLUMNS).where(*_mine(seat, note_id))
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound()
    return _found_again(session, seat, Note(*row))


def _mine(seat: Seat, note_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (ReadingNote.id == note_id, ReadingNote.enrolment_id == seat.enrolment_id)


def list_of_lesson(session: Session, seat: Seat, lesson: courses.Lesson) -> list[Note]:
    """Return the learner's notes on a lesson, heading by heading, the oldest first."""
    asked = {"enrolment": seat.enrolment_id, "lesson": lesson.key}
    rows = session.connection().execute(_OF_A_LESSON, asked)
    return _in_order(lesson, [_placed(lesson, Note(*row)) for row in rows])


def list_all(session: Session, seat: Seat) -> list[tuple[courses.Lesson | None, list[Note]]]:
    """Return all notes by lesson in the order of the course; those of lost lessons last."""
    course = catalogue.release(session, seat.release_id).course
    query = (
        sa.select(*_COLUMNS)
        .where(ReadingNote.enrolment_id == seat.enrolment_id)
        .order_by(ReadingNote.id)
    )
    by_lesson: dict[str, list[Note]] = {}
    for row in session.execute(query):
        by_lesson.setdefault(row.lesson_key, []).append(Note(*row))
    listed: list[tuple[courses.Lesson | None, list[Note]]] = [
        (lesson, _in_order(lesson, [_placed(lesson, note) for note in by_lesson.pop(lesson.key)]))
        for lesson in course.lessons
        if lesson.key in by_lesson
    ]
    lost = [replace(note, is_found=False) for notes in by_lesson.values() for note in notes]
    return [*listed, (None, lost)] if lost else listed


def _found_again(session: Session, seat: Seat, note: Note) -> Note:
    lesson = catalogue.release(session, seat.release_id).course.find_lesson(note.lesson_key)
    return replace(note, is_found=False) if lesson is None else _placed(lesson, note)


def _placed(lesson: courses.Lesson, note: Note) -> Note:
    """The note under the heading where its passage stands in this release, if it does."""
    if not note.quote:
        known = {heading.id for heading in lesson.headings}
        return replace(note, heading=note.heading if note.heading in known else "")
    found = courses.find_passage(lesson.html, note.quote, note.before, note.after)
    if found is None:
        return replace(note, heading="", is_found=False)
    return replace(note, heading=found.heading)


def _in_order(lesson: courses.Lesson, notes: list[Note]) -> list[Note]:
    order = {heading.id: place for place, heading in enumerate(lesson.headings)}
    return sorted(notes, key=lambda note: (not note.is_found, order.get(note.heading, -1), note.id))


def write(
    session: Session,
    seat: Seat,
    lesson: courses.Lesson,
    wording: Wording,
    *,
    ticket: str,
    now: datetime,
) -> int:
    """Keep a note and return its id; the same form sent again gives the same note.

    Raises Unwritten when it says nothing, is too long, quotes what does not stand in the lesson,
    or when there is no room for another.
    """
    sent = sa.select(ReadingNote.id).where(
        ReadingNote.enrolment_id == seat.enrolment_id, ReadingNote.ticket == ticket
    )
    values = _values(lesson, wording)
    db.take_turn(session, f"notes of {seat.enrolment_id}")
    known = session.scalar(sent)
    if known is not None:
        return known
    _check_room(session, seat, lesson)
    note = ReadingNote(
        enrolment_id=seat.enrolment_id,
        lesson_key=lesson.key,
        ticket=ticket,
        written_at=now,
        changed_at=now,
        **values,
    )
    session.add(note)
    session.flush()
    return note.id


def _values(lesson: courses.Lesson, wording: Wording) -> dict[str, Any]:
    body, quote = tidy(wording.body), " ".join(tidy(wording.quote).split())
    if not body and not quote:
        raise Unwritten("body", "Write something, or quote a passage of the lesson.")
    _check_length("body", body, LONGEST_BODY)
    _check_length("quote", quote, LONGEST_QUOTE)
    known = {heading.id for heading in lesson.headings}
    values = {"heading": wording.heading if wording.heading in known else "", "quote": ""}
    values |= {"before": "", "after": "", "body": body}
    if not quote:
        return values
    found = courses.find_passage(lesson.html, quote, wording.before, wording.after)
    if found is None:
        # Copied from the page, a passage holds the ids of its sources.
        bare = re.sub("|".join(map(re.escape, lesson.citations)) or "$^", "", quote)
        found = courses.find_passage(lesson.html, bare, wording.before, wording.after)
    if found is None:
        raise Unwritten(
            "quote", "These words do not stand in the lesson. Copy them as they are, or leave none."
        )
    _check_length("quote", found.quote, LONGEST_QUOTE)
    return values | {
        "heading": found.heading,
        "quote": found.quote,
        "before": found.before,
        "after": found.after,
    }


def tidy(text: str) -> str:
    """Return a text with plain line feeds, without controls and without blanks around it."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _check_length(field: str, text: str, longest: int) -> None:
    if len(text) > longest:
        over = len(text) - longest
        raise Unwritten(
            field, f"This has {len(text)} characters, {over} more than the {longest} that fit."
        )


def _check_room(session: Session, seat: Seat, lesson: courses.Lesson) -> None:
    here = sa.func.count().filter(ReadingNote.lesson_key == lesson.key)
    counts = sa.select(sa.func.count(), here).where(ReadingNote.enrolment_id == seat.enrolment_id)
    everywhere, in_lesson = session.execute(counts).one()
    if in_lesson >= MOST_IN_A_LESSON:
        raise Unwritten(
            "body",
            f"This lesson has {MOST_IN_A_LESSON} notes, as many as fit. Delete one to add another.",
        )
    if everywhere >= MOST_IN_ALL:
        raise Unwritten(
            "body",
            f"You have {MOST_IN_ALL} notes in this course, as many as fit. Export and delete some.",
        )


def change(
    session: Session, seat: Seat, note_id: int, body: str, *, seen: str, now: datetime
) -> None:
    """Give a note other words, if it still stands as it was `seen` (an ISO instant).

    Raises ChangedElsewhere when it does not, Unwritten when nothing would be left or too much.
    """
    note = note_for(session, seat, note_id)
    body = tidy(body)
    if not body and not note.quote:
        raise Unwritten("body", "A note without a passage needs words. Delete it instead.")
    _check_length("body", body, LONGEST_BODY)
    if note.changed_at.isoformat() != seen and note.body != body:
        raise ChangedElsewhere(note)
    update = (
        sa.update(ReadingNote)
        .where(*_mine(seat, note_id), ReadingNote.changed_at == note.changed_at)
        .values(body=body, changed_at=now)
        .returning(ReadingNote.id)
    )
    if session.scalar(update) is None:
        session.rollback()
        raise ChangedElsewhere(note_for(session, seat, note_id))


def delete(session: Session, seat: Seat, note_id: int) -> Note:
    """Remove one of the learner's own notes; return what it was or raise NotFound."""
    note = note_for(session, seat, note_id)
    session.execute(sa.delete(ReadingNote).where(*_mine(seat, note_id)))
    return note
