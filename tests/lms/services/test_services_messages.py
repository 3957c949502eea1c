"""Reminders by rule and announcements: whom they reach, once, and nobody else."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms import jobs
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.audit import AuditEntry
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.mail import AddressAct, OutboxMessage
from lms.models.messages import Announcement, ReminderRound
from lms.models.rosters import RosterInvitation
from lms.services import cohorts, mail, messages, rosters
from tests.cast import THEN, Cast
from tests.races import at_once
from tests.stories import read_all

HERE = "https://learn.example"
# Autumn 2026 begins on 1 September and is due on 1 March; it is read in an afternoon.
FIRST_WEEK = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
LATE = datetime(2027, 3, 10, 12, 0, tzinfo=UTC)


def switch_on(session: Session, cast: Cast, name: str, days: int) -> None:
    programme = session.get_one(Programme, cast.northgate)
    messages.set_rule(session, programme, name, is_on=True, days=days, by=cast.ada, now=THEN)
    session.commit()


def reached(session: Session, cast: Cast, name: str, now: datetime) -> list[str]:
    return [each.name for each in messages.preview(session, cast.northgate, name, now).reached]


def written(session: Session) -> list[OutboxMessage]:
    query = sa.select(OutboxMessage).where(OutboxMessage.kind == "reminder")
    return list(session.scalars(query.order_by(OutboxMessage.id)))


@pytest.mark.parametrize(
    ("name", "days", "now"),
    [
        ("overdue", 1, LATE),
        ("silent", 14, LATE),
        ("due-soon", 30, datetime(2027, 2, 20, tzinfo=UTC)),
    ],
)
def test_the_round_writes_to_whom_the_preview_shows_and_once(
    session: Session, cast: Cast, name: str, days: int, now: datetime
) -> None:
    switch_on(session, cast, name, days)
    shown = messages.preview(session, cast.northgate, name, now).reached
    assert {each.name for each in shown} == {"Lena Marković", "Leo Ferreira"}
    assert written(session) == []
    assert messages.make_round(session, cast.northgate, HERE, now) == len(shown)
    assert {row.account_id for row in written(session)} == {cast.lena, cast.leo}
    assert all(f"{HERE}/learn/" in row.body for row in written(session))
    again = messages.preview(session, cast.northgate, name, now).reached
    assert [each.is_new for each in again] == [False] * len(shown)
    assert messages.make_round(session, cast.northgate, HERE, now) == 0
    assert messages.make_round(session, cast.northgate, HERE, now + timedelta(days=1)) == 0


def test_whoever_is_finished_paused_or_gone_is_not_reminded(session: Session, cast: Cast) -> None:
    assert len(reached(session, cast, "overdue", LATE)) == 2
    run = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    cohorts.change_state(
        session, run, cast.leo_seat, "pause", reason="Leave.", by=cast.ada, now=FIRST_WEEK
    )
    assert reached(session, cast, "overdue", LATE) == ["Lena Marković"]
    session.execute(sa.update(Enrolment).values(state="withdrawn"))
    assert reached(session, cast, "overdue", LATE) == []


def test_whoever_has_not_accepted_an_invitation_is_not_told_to_be_late(
    session: Session, cast: Cast
) -> None:
    session.get_one(Account, cast.lena).confirmed_at = None
    session.commit()
    assert reached(session, cast, "overdue", LATE) == ["Leo Ferreira"]


def test_somebody_who_was_seen_is_not_silent(session: Session, cast: Cast) -> None:
    now = FIRST_WEEK + timedelta(days=14)
    assert len(reached(session, cast, "silent", now)) == 2
    read_all(session, cast.lena, cast.lena_seat, now - timedelta(days=1))
    session.commit()
    assert reached(session, cast, "silent", now) == ["Leo Ferreira"]


def test_an_unwritten_rule_is_off_and_a_wrong_one_is_refused(session: Session, cast: Cast) -> None:
    assert not any(rule.is_on for rule in messages.list_rules(session, cast.northgate))
    assert messages.list_due(session, LATE) == []
    programme = session.get_one(Programme, cast.northgate)
    for days in (0, 61):
        with pytest.raises(Refused, match="from 1 to 60"):
            messages.set_rule(
                session, programme, "overdue", is_on=True, days=days, by=cast.ada, now=THEN
            )
    with pytest.raises(NotFound):
        messages.preview(session, cast.northgate, "full-moon", LATE)


def test_one_programme_reminds_nobody_of_another(session: Session, cast: Cast) -> None:
    switch_on(session, cast, "overdue", 1)
    for name in messages.RULES:
        assert messages.preview(session, cast.southgate, name, LATE).reached == ()
    assert messages.list_due(session, LATE) == [cast.northgate]


def test_the_round_waits_for_its_hour_on_the_programmes_clock(session: Session, cast: Cast) -> None:
    switch_on(session, cast, "overdue", 1)
    day = date(2027, 3, 10)
    before = datetime(day.year, day.month, day.day, 6, 59, tzinfo=UTC)
    assert messages.list_due(session, before) == []
    assert messages.list_due(session, before + timedelta(minutes=1)) == [cast.northgate]


def test_many_at_once_make_one_round(app: Flask, session: Session, cast: Cast) -> None:
    switch_on(session, cast, "overdue", 1)
    made = at_once(
        app, lambda each, _: messages.make_round(each, cast.northgate, HERE, LATE), threads=12
    )
    assert sorted(made)[-1] == 2 and sum(made) == 2  # type: ignore[type-var, arg-type]
    assert len(written(session)) == 2


def test_a_round_that_died_is_made_by_another(session: Session, cast: Cast) -> None:
    switch_on(session, cast, "overdue", 1)
    session.add(ReminderRound(programme_id=cast.northgate, on=LATE.date(), begun_at=LATE))
    session.commit()
    assert messages.make_round(session, cast.northgate, HERE, LATE + timedelta(minutes=29)) == 0
    assert messages.make_round(session, cast.northgate, HERE, LATE + timedelta(minutes=31)) == 2


def test_who_wants_no_reminders_is_shown_and_gets_none(session: Session, cast: Cast) -> None:
    switch_on(session, cast, "overdue", 1)
    mail.choose(session, cast.leo, "reminder", "none", THEN)
    shown = {
        each.name: each.choice
        for each in messages.preview(session, cast.northgate, "overdue", LATE).reached
    }
    assert shown == {"Lena Marković": "daily", "Leo Ferreira": "none"}
    messages.make_round(session, cast.northgate, HERE, LATE)
    why = {row.account_id: row.withheld_because for row in written(session)}
    assert why == {cast.lena: None, cast.leo: "unsubscribed"}


def announce(session: Session, cast: Cast, cohort: int | None = None) -> messages.Line:
    kept = messages.draft(
        session,
        programme_id=cast.northgate,
        cohort_id=cohort,
        subject="The room  has\nchanged",
        body="We meet upstairs.",
        by=cast.ivo,
        now=THEN,
    )
    session.commit()
    return messages.find_announcement(session, kept)


def test_an_announcement_leaves_after_its_grace_and_reaches_each_once(
    app: Flask, session: Session, cast: Cast
) -> None:
    spring = Cohort(
        programme_id=cast.northgate, release_id=cast.release, title="Spring",
        starts_on=date(2026, 9, 1), due_on=date(2027, 3, 1), created_at=THEN,
    )  # fmt: skip
    session.add(spring)
    session.flush()
    session.add(Enrolment(cohort_id=spring.id, account_id=cast.lena, enrolled_at=THEN))
    line = announce(session, cast)
    due = messages.send(session, line, send_at=None, by=cast.ada, now=THEN)
    session.commit()
    assert due == THEN + messages.GRACE
    assert messages.list_due_announcements(session, due - timedelta(seconds=1)) == []
    sent = at_once(app, lambda each, _: messages.expand(each, line.id, due), threads=12)
    assert sorted(sent) == [0] * 11 + [2]  # type: ignore[type-var]
    session.expire_all()
    query = sa.select(OutboxMessage.account_id).where(OutboxMessage.kind == "announcement")
    assert sorted(session.scalars(query)) == sorted([cast.lena, cast.leo])
    with pytest.raises(Refused, match="on its way"):
        messages.send(session, line, send_at=None, by=cast.ada, now=due)


def test_before_it_leaves_it_can_be_taken_back_and_changed(session: Session, cast: Cast) -> None:
    line = announce(session, cast, cast.autumn)
    messages.send(session, line, send_at=THEN + timedelta(days=2), by=cast.ivo, now=THEN)
    with pytest.raises(Refused, match="on its way"):
        messages.draft(
            session, programme_id=cast.northgate, cohort_id=cast.autumn, subject="x", body="y",
            by=cast.ivo, now=THEN, announcement_id=line.id,
        )  # fmt: skip
    assert messages.recall(session, line, by=cast.ivo, now=THEN) is None
    assert messages.expand(session, line.id, THEN + timedelta(days=3)) == 0
    assert messages.find_announcement(session, line.id).state == "draft"
    with pytest.raises(Refused, match="nothing to take back"):
        messages.recall(session, line, by=cast.ivo, now=THEN)


def test_taken_back_at_night_those_that_wait_never_leave(session: Session, cast: Cast) -> None:
    night = datetime(2026, 9, 14, 22, 0, tzinfo=UTC)
    line = announce(session, cast, cast.autumn)
    messages.send(session, line, send_at=night, by=cast.ivo, now=THEN)
    messages.expand(session, line.id, night)
    mail.choose(session, cast.leo, "announcement", "none", night)
    assert messages.recall(session, line, by=cast.ivo, now=night) == 1
    session.commit()
    assert messages.delivery_of(session, line.id) == messages.Delivery(0, 0, 2, 0)
    seat = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    assert messages.list_for(session, seat) == []
    acts = session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts[-3:] == ["announcement.released", "announcement.sent", "announcement.recalled"]


def test_only_whom_it_is_for_reads_it(session: Session, cast: Cast) -> None:
    line = announce(session, cast, cast.autumn)
    messages.send(session, line, send_at=None, by=cast.ivo, now=THEN)
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    assert messages.list_for(session, seat) == []
    messages.expand(session, line.id, THEN + messages.GRACE)
    assert [each.subject for each in messages.list_for(session, seat)] == ["The room has changed"]


def test_the_sweep_of_the_server_sends_what_is_due(
    app: Flask, session: Session, cast: Cast
) -> None:
    line = announce(session, cast, cast.autumn)
    session.execute(sa.update(Announcement).values(send_at=THEN))
    session.commit()
    assert jobs.announce(app) == 1
    assert jobs.announce(app) == 0
    session.expire_all()
    assert messages.find_announcement(session, line.id).readers == 2


def test_an_unused_invitation_is_written_once_more_and_never_again(
    app: Flask, session: Session, cast: Cast
) -> None:
    config = app.config["SETTINGS"]
    run = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    sheet = io.BytesIO(
        b"E-mail,Name\r\nnora@hospital.example,Nora New\r\nola@hospital.example,Ola\r\n"
    )
    roster = rosters.send(
        session, run, sheet, "people.csv", data=config.data, by=cast.ada, now=FIRST_WEEK
    )
    session.commit()
    rosters.work(session, config.data, lambda: FIRST_WEEK)
    rosters.apply(session, roster, password_hash="none", by=cast.ada, now=FIRST_WEEK)
    session.commit()
    assert rosters.write_waiting(session, config, FIRST_WEEK) == 2
    used = sa.update(RosterInvitation).where(RosterInvitation.email == "ola@hospital.example")
    session.execute(used.values(used_at=FIRST_WEEK))
    switch_on(session, cast, "invitation-unused", 7)
    early, then = FIRST_WEEK + timedelta(days=6), FIRST_WEEK + timedelta(days=7)
    assert reached(session, cast, "invitation-unused", early) == []
    assert reached(session, cast, "invitation-unused", then) == ["Nora New"]
    assert messages.preview(session, cast.southgate, "invitation-unused", then).reached == ()
    assert messages.make_round(session, cast.northgate, HERE, then) == 1
    assert rosters.write_waiting(session, config, then) == 1
    query = sa.select(OutboxMessage).where(OutboxMessage.recipient == "nora@hospital.example")
    first, again = session.scalars(query.order_by(OutboxMessage.id))
    assert again.subject.startswith("Still open: ") and not first.subject.startswith("Still")
    old, new = (row.body.split("/invited/")[1].split()[0] for row in (first, again))
    assert rosters.invited_by(session, new, then).email == "nora@hospital.example"
    with pytest.raises(NotFound):
        rosters.invited_by(session, old, then)
    later = then + timedelta(days=30)
    assert reached(session, cast, "invitation-unused", later) == []
    assert messages.make_round(session, cast.northgate, HERE, later) == 0


def test_an_invitation_whose_mail_comes_back_is_shown_and_not_written(
    app: Flask, session: Session, cast: Cast
) -> None:
    config = app.config["SETTINGS"]
    run = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    sheet = io.BytesIO(b"E-mail,Name\r\nnora@hospital.example,Nora New\r\n")
    roster = rosters.send(
        session, run, sheet, "people.csv", data=config.data, by=cast.ada, now=FIRST_WEEK
    )
    session.commit()
    rosters.work(session, config.data, lambda: FIRST_WEEK)
    rosters.apply(session, roster, password_hash="none", by=cast.ada, now=FIRST_WEEK)
    session.commit()
    rosters.write_waiting(session, config, FIRST_WEEK)
    session.add(AddressAct(address="nora@hospital.example", act="bounced", at=FIRST_WEEK))
    switch_on(session, cast, "invitation-unused", 7)
    then = FIRST_WEEK + timedelta(days=7)
    seen = messages.preview(session, cast.northgate, "invitation-unused", then)
    assert [each.is_marked for each in seen.reached] == [True] and seen.new == 0
    assert messages.make_round(session, cast.northgate, HERE, then) == 0
