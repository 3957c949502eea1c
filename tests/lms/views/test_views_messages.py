"""Pages of messages: a director reminds and announces, a reader chooses, one click stops."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from lms import clock
from lms.models.mail import MailChoice, OutboxMessage
from lms.models.messages import Announcement
from lms.services import mail, messages
from tests.cast import Cast
from tests.lms.views.visitor import Visitor, rows
from tests.message_samples import announce, mark_leo


@pytest.fixture
def ada(app: Flask, cast: Cast) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in("Ada")
    return visitor


def person(app: Flask, name: str) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(name)
    return visitor


def test_an_announcement_is_written_seen_sent_and_read(app: Flask, cast: Cast) -> None:
    ivo, leo = person(app, "Ivo"), person(app, "Leo")
    place = f"/manage/cohorts/{cast.autumn}"
    assert "Nothing was announced yet" in ivo.get(f"{place}/messages").text
    words = {"subject": "The room", "body": "Upstairs <b>now</b>.\n\n- One\n- Two"}
    kept = ivo.send(f"{place}/announcements/new", words)
    page = ivo.get(kept.location)
    assert "&lt;b&gt;now" in page.text and "<li>One</li>" in page.text
    assert "Leo Ferreira" in page.text
    ivo.send(f"{kept.location}/send", {}, page=kept.location)
    assert "On its way" in ivo.get(kept.location).text
    assert "The room" not in leo.get(f"/learn/{cast.leo_seat}/announcements").text
    with rows(app) as session:
        messages.expand(session, 1, clock.now() + timedelta(hours=1))
        session.commit()
    assert "The room" in leo.get(f"/learn/{cast.leo_seat}/announcements").text


def test_an_empty_announcement_is_not_kept(app: Flask, cast: Cast) -> None:
    answer = person(app, "Ivo").send(
        f"/manage/cohorts/{cast.autumn}/announcements/new", {"subject": " ", "body": ""}
    )
    assert answer.status_code == 422
    assert "Give it a subject." in answer.text


def test_an_instructor_speaks_to_cohorts_and_not_to_the_whole_programme(
    app: Flask, cast: Cast
) -> None:
    with rows(app) as session:
        kept = messages.draft(
            session, programme_id=cast.northgate, cohort_id=None, subject="x", body="y",
            by=cast.ada, now=clock.now(),
        )  # fmt: skip
        session.commit()
    ivo = person(app, "Ivo")
    assert ivo.get(f"/manage/announcements/{kept}").status_code == 200
    token = ivo.token("/account")
    for act in ("send", "discard", "recall"):
        answer = ivo.send_blind(f"/manage/announcements/{kept}/{act}", {"csrf_token": token})
        assert answer.status_code == 403
    assert person(app, "Olga").get(f"/manage/announcements/{kept}").status_code == 404
    with rows(app) as session:
        assert session.scalars(sa.select(Announcement.send_at)).all() == [None]


def test_a_rule_shows_whom_it_reaches_before_it_is_switched_on(ada: Visitor, cast: Cast) -> None:
    path = f"/manage/programmes/{cast.northgate}/reminders/due-soon"
    before = ada.get(path).text
    assert "Who would get this today" in before
    changed = ada.send(path, {"is_on": "y", "days": "9"})
    assert changed.status_code == 303
    assert 'value="9"' in ada.get(path).text
    assert ada.send(path, {"days": "900"}).status_code in (409, 422)
    assert ada.get(path.replace("due-soon", "full-moon")).status_code == 404


def test_quiet_hours_are_set_and_senseless_ones_refused(ada: Visitor, cast: Cast) -> None:
    page = f"/manage/programmes/{cast.northgate}/reminders"
    path = f"/manage/programmes/{cast.northgate}/quiet-hours"
    form = {"begins": "21:30", "ends": "07:00", "digest_at": "07:15"}
    assert ada.send(path, form, page=page).status_code == 303
    assert 'value="21:30"' in ada.get(page).text
    for wrong in ({"ends": "21:29"}, {"ends": "25:00"}, {"digest_at": ""}):
        assert ada.send(path, form | wrong, page=page).status_code == 422
    assert 'value="21:30"' in ada.get(page).text


def test_the_log_says_what_became_of_each_message(app: Flask, cast: Cast, ada: Visitor) -> None:
    with rows(app) as session:
        announce(session, cast, clock.now())
        mark_leo(session, clock.now())
        session.commit()
    log = f"/manage/programmes/{cast.northgate}/mail"
    page = ada.get(log).text
    assert "Leo Ferreira" in page and "No such user" in page
    assert "A sent announcement" in page
    assert "lena@example.org" not in ada.get(f"{log}?state=sent").text
    taken = ada.get(f"{log}/table.csv")
    assert taken.data.startswith(b"\xef\xbb\xbf")
    assert taken.text.count("A sent announcement") == 2
    ada.send(f"{log}/addresses/{cast.leo}", {}, page=log)
    assert "No such user" not in ada.get(log).text
    assert person(app, "Olga").get(log).status_code == 404


def test_what_was_given_up_is_tried_again(app: Flask, cast: Cast, ada: Visitor) -> None:
    with rows(app) as session:
        announce(session, cast, clock.now())
        session.execute(sa.update(OutboxMessage).values(failed_at=clock.now(), last_error="gone"))
        session.commit()
        number = session.scalars(sa.select(OutboxMessage.id)).first()
    log = f"/manage/programmes/{cast.northgate}/mail"
    assert "Given up" in ada.get(log).text
    assert ada.send(f"{log}/{number}/again", {}, page=log).status_code == 303
    assert ada.send(f"{log}/999/again", {}, page=log).status_code == 404
    with rows(app) as session:
        assert session.get_one(OutboxMessage, number).failed_at is None


def test_a_reader_chooses_how_mail_reaches_them(app: Flask, cast: Cast) -> None:
    lena = person(app, "Lena")
    form = {"learning": "each", "reminder": "none", "announcement": "daily", "report": "each"}
    assert lena.send("/account/mail", form).status_code == 303
    with rows(app) as session:
        assert mail.choices_of(session, cast.lena) == form
        assert mail.choices_of(session, cast.leo)["reminder"] == "daily"
    assert lena.send("/account/mail", form | {"reminder": "hourly"}).status_code in (200, 422)


def test_one_click_stops_one_kind_without_a_session(app: Flask, cast: Cast) -> None:
    """RFC 8058: a mail programme posts, without cookies and without a token of ours."""
    token = mail.token_for(app.config["SETTINGS"].secret(), cast.lena, "announcement")
    anybody = Visitor(app)
    assert "Nothing is changed until you press" in anybody.get(f"/unsubscribe/{token}").text
    with rows(app) as session:
        assert session.scalars(sa.select(MailChoice)).all() == []
    answer = anybody.send_blind(f"/unsubscribe/{token}", {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "Lena" not in answer.text
    with rows(app) as session:
        chosen = mail.choices_of(session, cast.lena)
    assert chosen["announcement"] == "none" and chosen["reminder"] == "daily"


@pytest.mark.parametrize("kind", ["account", "credential"])
def test_no_address_stops_what_always_reaches_a_reader(app: Flask, cast: Cast, kind: str) -> None:
    token = mail.token_for(app.config["SETTINGS"].secret(), cast.lena, kind)
    assert Visitor(app).send_blind(f"/unsubscribe/{token}", {}).status_code == 404
