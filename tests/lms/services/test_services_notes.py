"""Notes of one's own: kept once, found again in a later release, limited, and nobody else's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import courses
from lms import clock
from lms.errors import NotFound
from lms.models.notes import ReadingNote
from lms.services import catalogue, cohorts, notes
from lms.services.cohorts import Seat
from lms.services.notes import Wording
from tests.cast import THEN, Cast
from tests.races import at_once

QUOTE = "Some text under the first heading"


@pytest.fixture
def seat(session: Session, cast: Cast) -> Seat:
    return cohorts.seat_for(session, cast.lena, cast.lena_seat)


@pytest.fixture
def lesson(session: Session, seat: Seat) -> courses.Lesson:
    return catalogue.release(session, seat.release_id).course.lessons[0]


Write = Callable[..., int]


@pytest.fixture
def write(session: Session, seat: Seat, lesson: courses.Lesson) -> Write:
    count = iter(range(10_000))

    def write(body: str = "", quote: str = "", **more: str) -> int:
        ticket = more.pop("ticket", f"{next(count):032x}")
        wording = Wording(body=body, quote=quote, **more)
        return notes.write(session, seat, lesson, wording, ticket=ticket, now=THEN)

    return write


def test_a_note_keeps_the_passage_its_surroundings_and_its_heading(
    session: Session, seat: Seat, lesson: courses.Lesson, write: Write
) -> None:
    write("Ask.\r\nTwice.\x00", "some\ntext under".replace("some", "Some"))
    (note,) = notes.list_of_lesson(session, seat, lesson)
    assert (note.body, note.quote, note.heading) == (
        "Ask.\nTwice.", "Some text under", "s-first-heading",
    )  # fmt: skip
    assert note.before.endswith("First heading") and note.after.startswith("the first heading")
    assert note.is_found


def test_a_passage_copied_from_the_page_with_its_source_is_understood(
    session: Session, seat: Seat, lesson: courses.Lesson, write: Write
) -> None:
    write(quote="states a fact.TST-001 First heading")
    (note,) = notes.list_of_lesson(session, seat, lesson)
    assert note.quote == "states a fact. First heading"


@pytest.mark.parametrize(
    ("wording", "field"),
    [
        ({}, "body"),
        ({"body": " \n\x00 "}, "body"),
        ({"body": "x" * 4001}, "body"),
        ({"quote": "x" * 1201}, "quote"),
        ({"quote": "These words stand nowhere"}, "quote"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_part_that_is_wrong(
    session: Session, write: Write, wording: dict[str, str], field: str
) -> None:
    with pytest.raises(notes.Unwritten) as refusal:
        write(**wording)
    assert refusal.value.field == field
    assert session.scalar(sa.select(sa.func.count(ReadingNote.id))) == 0


def test_the_longest_note_fits(write: Write) -> None:
    assert write("é" * 4000)


def test_a_form_sent_twice_writes_one_note(session: Session, write: Write) -> None:
    assert write("Once.", ticket="a" * 32) == write("Once.", ticket="a" * 32)
    assert session.scalar(sa.select(sa.func.count(ReadingNote.id))) == 1


def test_there_is_an_end_to_how_many(monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    monkeypatch.setattr(notes, "MOST_IN_A_LESSON", 2)
    write("One.")
    write("Two.")
    with pytest.raises(notes.Unwritten, match="This lesson has 2 notes"):
        write("Three.")
    monkeypatch.setattr(notes, "MOST_IN_A_LESSON", 9)
    monkeypatch.setattr(notes, "MOST_IN_ALL", 2)
    with pytest.raises(notes.Unwritten, match="You have 2 notes in this course"):
        write("Three.")


def test_many_at_once_do_not_pass_the_end(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MOST_IN_A_LESSON", 3)

    def one(session: Session, number: int) -> int:
        seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
        lesson = catalogue.release(session, seat.release_id).course.lessons[0]
        wording = Wording(body=f"Note {number}.")
        ticket = f"{number:032x}"
        return notes.write(session, seat, lesson, wording, ticket=ticket, now=clock.now())

    answers = at_once(app, one, threads=8)
    assert sum(isinstance(each, notes.Unwritten) for each in answers) == 5


def later_release(session: Session, seat: Seat, change: Callable[[str], str]) -> Seat:
    """A release whose first lesson reads otherwise, and the seat moved to it."""
    content = catalogue.release(session, seat.release_id)
    module = content.course.modules[0]
    first = replace(module.lessons[0], html=change(module.lessons[0].html))
    course = replace(
        content.course, modules=(replace(module, lessons=(first, *module.lessons[1:])),)
    )
    made = replace(content, id=content.id + 1000, course=course)
    catalogue._releases[session.get_bind().engine][made.id] = made
    return replace(seat, release_id=made.id)


def test_a_later_release_shows_a_passage_where_it_stands_now(
    session: Session, seat: Seat, write: Write
) -> None:
    write("Mine.", QUOTE)
    moved = later_release(
        session, seat, lambda text: f"<p>New.</p>{text.replace(QUOTE, 'Gone')}<p>{QUOTE}</p>"
    )
    ((_, (note,)),) = notes.list_all(session, moved)
    assert note.is_found and note.heading == "s-second-heading"


def test_a_passage_that_a_later_release_dropped_is_told_and_kept(
    session: Session, seat: Seat, write: Write
) -> None:
    write("Mine.", QUOTE)
    cut = later_release(session, seat, lambda text: text.replace(QUOTE, "Gone"))
    ((_, (note,)),) = notes.list_all(session, cut)
    assert (note.is_found, note.quote, note.body) == (False, QUOTE, "Mine.")


def test_notes_are_listed_in_the_order_of_the_course(
    session: Session, seat: Seat, lesson: courses.Lesson, write: Write
) -> None:
    second = catalogue.release(session, seat.release_id).course.lessons[1]
    late = notes.write(session, seat, second, Wording("Later."), ticket="f" * 32, now=THEN)
    ordered = [
        write("Third.", heading="s-second-heading"),
        write("First."),
        write("Second.", "under the first heading"),
    ]
    session.execute(
        sa.insert(ReadingNote).values(
            enrolment_id=seat.enrolment_id, lesson_key="gone/lesson", heading="", quote="",
            before="", after="", body="Lost.", ticket="e" * 32, written_at=THEN, changed_at=THEN,
        )
    )  # fmt: skip
    listed = notes.list_all(session, seat)
    assert [each and each.key for each, _ in listed] == [lesson.key, second.key, None]
    assert [note.id for note in listed[0][1]] == [ordered[1], ordered[2], ordered[0]]
    assert [note.id for note in listed[1][1]] == [late]
    assert [(note.body, note.is_found) for note in listed[2][1]] == [("Lost.", False)]


def test_a_note_changed_elsewhere_is_not_overwritten(
    session: Session, seat: Seat, write: Write
) -> None:
    note = write("First words.")
    seen = THEN.isoformat()
    notes.change(session, seat, note, "Mine.", seen=seen, now=THEN + timedelta(minutes=1))
    with pytest.raises(notes.ChangedElsewhere) as clash:
        notes.change(session, seat, note, "Other.", seen=seen, now=THEN + timedelta(minutes=2))
    assert clash.value.now.body == "Mine."
    notes.change(session, seat, note, "Mine.", seen=seen, now=THEN + timedelta(minutes=3))
    with pytest.raises(notes.Unwritten):
        notes.change(session, seat, note, " ", seen=seen, now=THEN)


def test_a_deleted_note_is_gone(session: Session, seat: Seat, write: Write) -> None:
    note = write("Mine.")
    notes.delete(session, seat, note)
    with pytest.raises(NotFound):
        notes.note_for(session, seat, note)


@pytest.mark.parametrize("who", ["leo", "ivo", "ada", "otto", "olga"])
def test_nobody_else_finds_the_seat_of_the_notes(session: Session, cast: Cast, who: str) -> None:
    """Staff of the programme too: what would be “not yours” elsewhere is not there here."""
    with pytest.raises(NotFound):
        notes.seat_for(session, getattr(cast, who), cast.lena_seat)


def test_a_note_is_found_through_its_own_seat_only(
    session: Session, cast: Cast, write: Write
) -> None:
    note = write("Mine.")
    leo = notes.seat_for(session, cast.leo, cast.leo_seat)
    for act in (notes.note_for, notes.delete):
        with pytest.raises(NotFound):
            act(session, leo, note)
    with pytest.raises(NotFound):
        notes.change(session, leo, note, "Mine now.", seen="", now=THEN)
    assert notes.list_all(session, leo) == []
