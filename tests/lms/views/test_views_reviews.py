"""Pages of reviews: rulings, voided attempts, doubts and appeals, without script, and attacked."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from lms import clock
from lms.db import db
from lms.models.acts import ActProposal
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.mail import OutboxMessage
from lms.models.reviews import Appeal, AppealStep, ConcernDecision, RulingRecord, VoidAct
from lms.services import assessment
from tests.cast import Cast, token_in
from tests.review_samples import review
from tests.stories import Told, rows_of

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def told(app: Flask, cast: Cast, told: Told) -> Told:
    """A ruling is proposed, Leo appeals, his certificate is in doubt."""
    with app.app_context():
        review(db.session, told, clock.now())
        db.session.commit()
    return told


def send(client: FlaskClient, page: str, action: str, **form: object) -> TestResponse:
    """Open a page and send one of its forms, following where it leads."""
    token = token_in(client.get(page).text)
    return client.post(action, data={**form, "csrf_token": token}, follow_redirects=True)


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return rows_of(db.session, table)


def items_place(told: Told) -> str:
    cast = told.cast
    return f"/manage/programmes/{cast.northgate}/rulings/{cast.release}/small-course"


def propose(client: FlaskClient, told: Told, item: str, **form: object) -> TestResponse:
    page = f"{items_place(told)}/{item}"
    values = {"remedy": "full-credit", "keeps_passes": "y", "reason": "Ambiguous.", **form}
    return send(client, page, page, **values)


def confirm(client: FlaskClient, ruling: int, **more: object) -> TestResponse:
    """Confirm a ruling with what its page shows."""
    page = f"/manage/rulings/{ruling}"
    text = client.get(page).text
    seen = re.search(r'name="token" value="([0-9a-f]{64})"', text)
    assert seen
    drafted = dict(re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>\s*(.*?)</textarea>', text, re.S))
    return send(client, page, f"{page}/confirm", **{"token": seen[1], **drafted, **more})


# --- rulings ----------------------------------------------------------------------------------


def test_a_ruling_is_proposed_seen_confirmed_and_told(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    assert told.item in ada.get(items_place(told)).text
    answer = propose(ada, told, told.item, reason="Two options are right.")
    assert "Dry run: nothing has happened" in answer.text
    assert "Two options are right." in answer.text
    assert "Leo Ferreira" in answer.text
    ruling = int(answer.request.path.rsplit("/", 1)[1])
    letters, scores = count(app, OutboxMessage), count(app, ScoreRecord)
    answer = confirm(ada, ruling, moves="Dear {name}, now {after}.")
    assert "The ruling is in force." in answer.text
    assert "In force" in ada.get(f"/manage/rulings/{ruling}").text
    assert count(app, ScoreRecord) == scores + 1
    assert count(app, OutboxMessage) == letters + 1
    with app.app_context():
        letter = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()))
        assert letter.first().body == "Dear Leo Ferreira, now 1 of 3."  # type: ignore[union-attr]
    told_leo = client_of("Leo").get(f"/attempts/{told.failed_attempt}/result").text
    assert "Item 1 was reviewed" in told_leo
    assert "Two options are right." in told_leo


def test_a_stale_confirmation_shows_the_new_list_and_keeps_the_words(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    answer = confirm(ada, 1, token="0" * 64, moves="My own words for {name}.")
    assert answer.status_code == 409
    assert "Something has changed since you looked" in answer.text
    assert "My own words for {name}." in answer.text
    assert "Dry run: nothing has happened" in ada.get("/manage/rulings/1").text


def test_a_confirmation_sent_twice_says_so(app: Flask, told: Told, client_of: ClientOf) -> None:
    ada = client_of("Ada")
    text = ada.get("/manage/rulings/1").text
    seen = re.search(r'name="token" value="([0-9a-f]{64})"', text)
    assert seen
    form = {"token": seen[1], "moves": "Dear {name}."}
    page = "/manage/rulings/1"
    assert "The ruling is in force." in send(ada, page, f"{page}/confirm", **form).text
    scores = count(app, ScoreRecord)
    home = f"/manage/programmes/{told.cast.northgate}/cohorts/new"
    assert "in force already" in send(ada, home, f"{page}/confirm", **form).text
    assert count(app, ScoreRecord) == scores


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"remedy": ""}, "Choose what is done"),
        ({"remedy": "guess"}, "Not a valid choice"),
        ({"reason": " "}, "Say why."),
        ({"remedy": "new-key"}, "Give one right answer"),
        ({"remedy": "new-key", "options": "z"}, "no such option"),
        ({"remedy": "new-key", "options": "a"}, "already"),
    ],
)
def test_a_proposal_that_cannot_be_is_explained(
    app: Flask, told: Told, client_of: ClientOf, form: dict[str, str], message: str
) -> None:
    answer = propose(client_of("Ada"), told, told.item, **form)
    assert answer.status_code == 422
    assert message in answer.text
    assert count(app, RulingRecord) == 1


def test_an_empty_notice_is_asked_for(app: Flask, told: Told, client_of: ClientOf) -> None:
    answer = confirm(client_of("Ada"), 1, moves="  ")
    assert answer.status_code == 422
    assert "write the notice" in answer.text


def test_a_proposal_is_set_aside(app: Flask, told: Told, client_of: ClientOf) -> None:
    ada, page = client_of("Ada"), "/manage/rulings/1"
    assert "Set aside. Nothing was scored again." in send(ada, page, f"{page}/set-aside").text
    assert "Confirm the ruling" not in ada.get(page).text


@pytest.mark.parametrize(
    "part", ["99/small-course/{item}", "{release}/nowhere/{item}", "{release}/small-course/T-999"]
)
def test_what_the_programme_does_not_teach_cannot_be_ruled_on(
    told: Told, client_of: ClientOf, part: str
) -> None:
    base = f"/manage/programmes/{told.cast.northgate}/rulings/"
    path = base + part.format(item=told.item, release=told.cast.release)
    assert client_of("Ada").get(path).status_code == 404
    assert client_of("Ada").get(path.rsplit("/", 1)[0]).status_code in (200, 404)


def test_what_people_write_is_escaped_wherever_it_is_read(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    evil = "<script>alert(1)</script>{{ 7*7 }}"
    ada, leo = client_of("Ada"), client_of("Leo")
    answer = propose(ada, told, told.item, reason=evil)
    page = f"/attempts/{told.failed_attempt}/appeals"
    send(leo, page, page, slot="1", ground=evil)
    pages = [
        answer.text,
        ada.get("/manage/appeals/2").text,
        ada.get(f"/manage/programmes/{told.cast.northgate}/rulings").text,
        leo.get(page).text,
    ]
    for text in pages:
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert "{{ 7*7 }}" in text


# --- voiding ----------------------------------------------------------------------------------


def test_an_attempt_is_voided_and_restored_with_a_reason_each(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    ada, page = client_of("Ada"), f"/manage/attempts/{told.passed_attempt}"
    listed = ada.get(
        f"/manage/cohorts/{told.cast.autumn}/learners/{told.cast.leo_seat}/attempts"
    ).text
    assert f"{page}/standing" in listed
    assert "A certificate rests on it" in ada.get(f"{page}/standing").text
    assert send(ada, f"{page}/standing", f"{page}/void", reason=" ").status_code == 422
    answer = send(ada, f"{page}/standing", f"{page}/void", reason="A borrowed account.")
    assert "The attempt is voided" in answer.text
    assert "decide whether it stands" in answer.text
    assert "try stays used" in answer.text
    shown = client_of("Leo").get(f"/attempts/{told.passed_attempt}/result").text
    assert "A borrowed account." in shown
    record = f"/manage/cohorts/{told.cast.autumn}/learners/{told.cast.leo_seat}"
    assert "Voided" in ada.get(f"{record}/history").text
    assert send(ada, f"{page}/standing", f"{page}/void", reason="Again.").status_code == 422
    answer = send(ada, f"{page}/standing", f"{page}/restore", reason="It was his own.")
    assert "counts again" in answer.text
    assert count(app, VoidAct) == 4


def test_a_certificate_in_doubt_is_decided_once(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    ada, page = client_of("Ada"), f"/manage/programmes/{told.cast.northgate}/doubts"
    assert "restored since" in ada.get(page).text
    action = "/manage/doubts/1/decision"
    assert send(ada, page, action, **{"c1-words": "Fine."}).status_code == 422
    form = {"c1-outcome": "stands", "c1-words": "The attempt counts again."}
    token = token_in(ada.get(page).text)
    first = ada.post(action, data={**form, "csrf_token": token}, follow_redirects=True)
    assert "Decided. The holder is told." in first.text
    again = ada.post(action, data={**form, "c1-outcome": "revoked", "csrf_token": token})
    assert again.status_code == 422
    assert (count(app, ConcernDecision), count(app, ActProposal)) == (1, 0)


# --- appeals ----------------------------------------------------------------------------------


def test_an_appeal_goes_from_the_learner_through_two_people_and_back(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    lena, ivo, ada = client_of("Lena"), client_of("Ivo"), client_of("Ada")
    with app.app_context():
        assessment.submit(db.session, told.cast.lena, told.open_attempt, clock.now())
        db.session.commit()
    page = f"/attempts/{told.open_attempt}/appeals"
    assert page in lena.get(f"/attempts/{told.open_attempt}/result").text
    assert send(lena, page, page, slot="2", ground="").status_code == 422
    assert send(lena, page, page, slot="9", ground="Why not.").status_code == 422
    answer = send(lena, page, page, slot="2", ground="The guideline\nsays B.")
    assert "We have your appeal. You will have an answer by" in answer.text
    assert "Your appeal: Item 2" in answer.text
    queue = ivo.get(f"/manage/programmes/{told.cast.northgate}/appeals").text
    assert queue.index("Leo Ferreira") < queue.index("Lena Marković")
    place = "/manage/appeals/2"
    answer = send(ivo, place, f"{place}/finding", outcome="upheld", words="CANARY-FOUND")
    assert "Noted. A second person decides." in answer.text
    assert "A second person has to decide." in answer.text
    assert "CANARY-FOUND" in ada.get(place).text
    assert "With a second person" in lena.get(page).text
    assert "CANARY-FOUND" not in lena.get(page).text
    changed = send(ada, place, f"{place}/decision", outcome="changed", words="Yes.", link="")
    assert changed.status_code == 422
    assert "Change the result first" in changed.text
    answer = send(ada, place, f"{place}/decision", outcome="upheld", words="A stands.", link="")
    assert "Decided. The learner is told in your words." in answer.text
    shown = lena.get(page).text
    assert "The result is upheld" in shown
    assert "A stands." in shown


def test_the_second_reviewer_is_never_the_first(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    ada, place = client_of("Ada"), "/manage/appeals/1"
    send(ada, place, f"{place}/finding", outcome="upheld", words="Seen.")
    assert "Decide and answer" not in ada.get(place).text
    home = f"/manage/programmes/{told.cast.northgate}/cohorts/new"
    form = {"outcome": "upheld", "words": "Both were me.", "link": ""}
    assert send(ada, home, f"{place}/decision", **form).status_code == 403
    with app.app_context():
        kinds = db.session.scalars(sa.select(AppealStep.kind).order_by(AppealStep.id))
        assert list(kinds) == ["acknowledged", "found"]


@pytest.mark.parametrize(("who", "status"), [("Lena", 404), ("Olga", 404), ("Ivo", 403)])
def test_nobody_appeals_somebody_elses_attempt(
    app: Flask, told: Told, client_of: ClientOf, who: str, status: int
) -> None:
    client, page = client_of(who), f"/attempts/{told.passed_attempt}/appeals"
    assert client.get(page).status_code == status
    form = {"slot": "0", "ground": "Mine now."}
    assert send(client, "/account", page, **form).status_code == status
    assert count(app, Appeal) == 1


@pytest.mark.parametrize(
    ("who", "statuses"), [("Leo", {403}), ("Lena", {403}), ("Ivo", {403}), ("Olga", {404})]
)
def test_a_valid_form_of_somebody_without_the_right_changes_nothing(
    app: Flask, told: Told, client_of: ClientOf, who: str, statuses: set[int]
) -> None:
    """With the very token that Ada's page shows, and a CSRF token of their own."""
    seen = re.search(
        r'name="token" value="([0-9a-f]{64})"', client_of("Ada").get("/manage/rulings/1").text
    )
    assert seen
    client, tables = client_of(who), (RulingRecord, ScoreRecord, VoidAct, ConcernDecision)
    before = [count(app, table) for table in tables]
    acts = {
        "/manage/rulings/1/confirm": {"token": seen[1], "moves": "Hello."},
        "/manage/rulings/1/set-aside": {},
        f"/manage/attempts/{told.passed_attempt}/void": {"reason": "Envy."},
        f"/manage/attempts/{told.passed_attempt}/restore": {"reason": "Kindness."},
        "/manage/doubts/1/decision": {"c1-outcome": "revoked", "c1-words": "Envy."},
        f"{items_place(told)}/{told.item}": {"remedy": "full-credit", "reason": "Mine."},
    }
    for action, form in acts.items():
        assert send(client, "/account", action, **form).status_code in statuses, action
    assert [count(app, table) for table in tables] == before
    with app.app_context():
        assert db.session.scalar(sa.select(Attempt.voided_at).limit(1)) is None
        assert db.session.scalars(sa.select(RulingRecord.confirmed_at)).one() is None


def test_instructors_see_the_queue_and_no_rulings(told: Told, client_of: ClientOf) -> None:
    page = client_of("Ivo").get(f"/manage/programmes/{told.cast.northgate}/appeals").text
    assert "CANARY" not in page
    assert "/rulings" not in page
    assert "/doubts" not in page


def test_the_queue_asks_as_much_for_ten_appeals_as_for_one(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    ada, place = client_of("Ada"), f"/manage/programmes/{told.cast.northgate}/appeals"

    def queries() -> int:
        with app.app_context():
            engine = db.engine
        asked: list[str] = []
        note = lambda *args: asked.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", note)
        ada.get(place)
        event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    queries()
    one = queries()
    leo = client_of("Leo")
    for attempt in (told.failed_attempt, told.passed_attempt):
        page = f"/attempts/{attempt}/appeals"
        for slot in (1, 2, 3):
            send(leo, page, page, slot=str(slot), ground="Why.")
    assert count(app, Appeal) == 7
    assert queries() == one
