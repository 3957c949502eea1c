"""No key, reason, rubric or later stage in any byte before its time, for every kind of item.

Each attack has its vulnerable twin: the same look finds what it looks for where it may be.
"""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.models.assessment import Attempt, ResponseStep
from lms.services import assessment, catalogue, cohorts
from tests.cast import Cast, token_in
from tests.kinds_course import RIGHT, give_every_kind
from tests.stories import read_all
from tests.walkthroughs.test_walkthroughs_leaks import crawl, where

ClientOf = Callable[[str], FlaskClient]
CANARY = re.compile(r"CANARY-(?!LATER)")
LATER_STAGE = re.compile(r"CANARY-LATER")


class Sat:
    """Lena's attempt over every kind, and where its items are."""

    def __init__(self, attempt: int, items: list[str]) -> None:
        self.attempt, self.items = attempt, items

    def at(self, item: str) -> str:
        return f"/attempts/{self.attempt}/items/{self.items.index(item) + 1}"

    def start(self) -> list[str]:
        pages = [f"/attempts/{self.attempt}/{page}" for page in ("review", "result", "paused")]
        return ["/learn", *pages, *(self.at(item) for item in self.items)]


@pytest.fixture
def sit(app: Flask, cast: Cast, tmp_path: Path) -> Callable[..., Sat]:
    def begun(rules: str = "") -> Sat:
        with app.app_context():
            give_every_kind(db.session, tmp_path, cast, rules)
            read_all(db.session, cast.lena, cast.lena_seat, clock.now())
            seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
            attempt = assessment.start(db.session, seat, "first-module", seed=7, now=clock.now())
            db.session.commit()
            paper = assessment.sitting_for(db.session, cast.lena, attempt).paper
        return Sat(attempt, [slot.item_id for slot in paper.slots])

    return begun


def save(client: FlaskClient, path: str, **body: object) -> tuple[int, str]:
    """Send a save as a script does; return the status and the whole reply."""
    token = token_in(client.get("/account").text)
    body = {"sequence": 1, **body}
    answer = client.post(f"{path}/response", json=body, headers={"X-CSRFToken": token})
    return answer.status_code, f"{answer.headers}{answer.text}"


@pytest.mark.parametrize("rules", ["", "{navigation: forward}", "{feedback: secure}"])
def test_before_submission_no_kind_shows_key_reason_rubric_or_later_stage(
    sit: Callable[..., Sat], client_of: ClientOf, rules: str
) -> None:
    sat = sit(rules)
    lena = client_of("Lena")
    replies = ""
    for item in sat.items:
        for sequence, answer in enumerate((RIGHT[item], "nonsense"), start=1):
            replies += save(lena, sat.at(item), sequence=sequence, answer=answer)[1]
    pages = crawl(lena, sat.start())
    assert len(pages) > 10
    assert where(pages, CANARY) == where(pages, LATER_STAGE) == []
    assert not CANARY.search(replies) and not LATER_STAGE.search(replies)
    panel = re.compile(r"of 12 panellists|&#34;panel&#34;|tolerance", re.IGNORECASE)
    assert where(pages, panel) == []


def test_the_same_look_finds_them_where_they_may_be(
    app: Flask, cast: Cast, sit: Callable[..., Sat], client_of: ClientOf
) -> None:
    """The vulnerable twin: a result that shows everything is seen by the very same look."""
    sat = sit()
    with app.app_context():
        assessment.submit(db.session, cast.lena, sat.attempt, clock.now())
        db.session.commit()
    pages = crawl(client_of("Lena"), ["/learn"])
    result = f"/attempts/{sat.attempt}/result"
    assert where(pages, CANARY) == where(pages, LATER_STAGE) == [result]
    for kind in ("single", "multiple", "matching", "prompt", "ordering", "numeric",
                 "concordance", "hotspot", "case"):  # fmt: skip
        assert f"CANARY-WHY {kind}" in pages[result][1], kind
    assert "CANARY-RUBRIC" in pages[result][1] and "CANARY-MODEL" in pages[result][1]


@pytest.mark.parametrize("preset", ["certification", "secure"])
def test_a_failed_attempt_with_others_left_shows_no_item(
    app: Flask, cast: Cast, sit: Callable[..., Sat], client_of: ClientOf, preset: str
) -> None:
    sat = sit(f"{{feedback: {preset}}}")
    with app.app_context():
        assessment.submit(db.session, cast.lena, sat.attempt, clock.now())
        db.session.commit()
    pages = crawl(client_of("Lena"), sat.start())
    assert where(pages, CANARY) == where(pages, LATER_STAGE) == []


@pytest.mark.parametrize("item", sorted(RIGHT))
def test_no_kind_answers_right_and_wrong_differently(
    sit: Callable[..., Sat], client_of: ClientOf, item: str
) -> None:
    """Saving is no oracle: the replies differ in what was sent, and in nothing else."""
    wrong = {"K-SIN": "b", "K-MUL": "c,d", "K-MAT": "1b,2a,3d", "K-ORD": "d,c,b,a",
             "K-NUM": "1 min", "K-CON": "a", "K-HOT": "c", "K-TXT": "Go away.", "K-CA1": "b",
             "K-CA2": "a"}  # fmt: skip
    sat = sit()
    lena = client_of("Lena")
    replies = []
    for sequence, answer in enumerate((RIGHT[item], wrong[item]), start=1):
        status, text = save(lena, sat.at(item), sequence=sequence, answer=answer)
        reply = json.loads(text[text.index("{") :])
        assert status == 200 and reply.pop("saved_at")
        assert reply["stored"].pop("answer") == answer
        assert reply["stored"].pop("sequence") == sequence
        replies.append(reply)
    assert replies[0] == replies[1]


def answers(app: Flask) -> list[tuple[str, int | None]]:
    with app.app_context():
        query = sa.select(ResponseStep.answer, ResponseStep.certainty).order_by(ResponseStep.id)
        return [tuple(row) for row in db.session.execute(query)]


def test_an_answer_after_the_deadline_is_not_taken(
    app: Flask, sit: Callable[..., Sat], client_of: ClientOf
) -> None:
    sat = sit("{time_limit_minutes: 30, grace_seconds: 20}")
    lena = client_of("Lena")
    for seconds, status in ((10, 200), (30, 409)):
        with app.app_context():
            over = clock.now() - timedelta(seconds=seconds)
            begun = over - timedelta(minutes=30)
            db.session.execute(sa.update(Attempt).values(started_at=begun, closes_at=over))
            db.session.commit()
        sequence = 1 if status == 200 else 2
        assert save(lena, sat.at("K-SIN"), sequence=sequence, answer="abc"[sequence])[0] == status
    assert [answer for answer, _ in answers(app)] == ["b"]


def test_a_locked_slot_stays_as_it_is(
    app: Flask, sit: Callable[..., Sat], client_of: ClientOf
) -> None:
    sat = sit()
    lena = client_of("Lena")
    save(lena, sat.at("K-CA1"), answer="b")
    token = token_in(lena.get("/account").text)
    lena.post(f"{sat.at('K-CA2')}/advance", data={"csrf_token": token})
    status, reply = save(lena, sat.at("K-CA1"), sequence=2, answer="a")
    assert status == 409 and '"locked"' in reply
    assert answers(app) == [("b", None)]


@pytest.mark.parametrize("certainty", [0, 4, -1, "3", True, 2.5, [3]])
def test_a_forged_certainty_is_refused(
    app: Flask, sit: Callable[..., Sat], client_of: ClientOf, certainty: object
) -> None:
    sat = sit("{certainty: marked}")
    status, _ = save(client_of("Lena"), sat.at("K-SIN"), answer="a", certainty=certainty)
    assert status == 400
    assert answers(app) == []


def test_a_certainty_nobody_asked_for_is_left_out(
    app: Flask, sit: Callable[..., Sat], client_of: ClientOf
) -> None:
    sat = sit()
    assert save(client_of("Lena"), sat.at("K-SIN"), answer="a", certainty=3)[0] == 200
    assert answers(app) == [("a", None)]


@pytest.mark.parametrize("who", ["Leo", "Otto", "Ivo", "Ada", "Olga"])
def test_nobody_touches_somebody_elses_attempt(
    app: Flask, sit: Callable[..., Sat], client_of: ClientOf, who: str
) -> None:
    sat = sit("{time_limit_minutes: 60}")
    client = client_of(who)
    token = token_in(client.get("/account").text)
    path, item = f"/attempts/{sat.attempt}", sat.at("K-CA2")
    forms = [f"{path}/pause", f"{path}/resume", f"{path}/submit", f"{item}/advance",
             f"{item}/flag", f"{item}/recheck/begin", f"{item}/recheck", item]  # fmt: skip
    for each in forms:
        form = {"csrf_token": token, "sequence": "1", "answer": "a", "recheck": "1"}
        assert client.post(each, data=form).status_code in (403, 404), each
    assert save(client, item, answer="a")[0] in (403, 404)
    for each in (*sat.start()[1:], f"{item}/recheck"):
        assert client.get(each).status_code in (403, 404), each
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(ResponseStep.id))) == 0


def test_nobody_marks_before_submission_nor_their_own(
    app: Flask, cast: Cast, sit: Callable[..., Sat], client_of: ClientOf
) -> None:
    sat = sit()
    save(client_of("Lena"), sat.at("K-TXT"), answer="In my own words.")
    path = f"/manage/attempts/{sat.attempt}/marking"
    early = client_of("Ivo").get(path)
    assert early.status_code == 422 and "In my own words" not in early.text
    with app.app_context():
        assessment.submit(db.session, cast.lena, sat.attempt, clock.now())
        db.session.commit()
    assert "In my own words" in client_of("Ivo").get(path).text
    for who in ("Lena", "Leo", "Otto", "Olga"):
        assert client_of(who).get(path).status_code in (403, 404), who


def test_the_release_does_hold_what_no_page_shows(
    app: Flask, cast: Cast, sit: Callable[..., Sat]
) -> None:
    """The other twin: the canaries are there to be leaked."""
    sit()
    with app.app_context():
        seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
        content = catalogue.release(db.session, seat.release_id)
    held = repr(content.shown) + repr(content.cases)
    assert held.count("CANARY-WHY") > 30 and "CANARY-LATER" in held
