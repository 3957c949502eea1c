"""Every kind of item without script: answered, shown again, locked, explained; and marked."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

import quizzes
from lms import clock
from lms.db import db
from lms.models.assessment import AdvanceStep, Attempt, ResponseStep, ScoreRecord
from lms.services import assessment, cohorts, sittings
from tests.cast import Cast, token_in
from tests.kinds_course import RIGHT, give_every_kind
from tests.stories import read_all

ClientOf = Callable[[str], FlaskClient]
# The fields that a browser without script sends for the right answer to each item.
FIELDS: dict[str, dict[str, object]] = {
    "K-SIN": {"answer": "a"},
    "K-MUL": {"answer": ["a", "b"]},
    "K-MAT": {"answer-1": "a", "answer-2": "b", "answer-3": "c"},
    "K-ORD": {"place-a": "1", "place-b": "2", "place-c": "3", "place-d": "4"},
    "K-NUM": {"answer": "6", "unit": "h"},
    "K-CON": {"answer": "c"},
    "K-HOT": {"answer": "a"},
    "K-TXT": {"answer": RIGHT["K-TXT"]},
    "K-CA1": {"answer": "a"},
    "K-CA2": {"answer": "b"},
}


class Sitter:
    """Lena at her paper, without script."""

    def __init__(self, client: FlaskClient, attempt: int, items: list[str]) -> None:
        self.client, self.attempt, self.items = client, attempt, items

    def slot(self, item: str) -> int:
        return self.items.index(item) + 1

    def address(self, item: str) -> str:
        return f"/attempts/{self.attempt}/items/{self.slot(item)}"

    def page(self, item: str) -> str:
        return self.client.get(self.address(item)).text

    def post(self, path: str, **fields: object) -> str:
        """Send a form; return where it leads."""
        token = token_in(self.client.get("/account").text)
        answer = self.client.post(path, data={"csrf_token": token, **fields})
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def answer(self, item: str, go: str = "next", **fields: object) -> str:
        sequence = re.search(r'name="sequence" value="(\d+)"', self.page(item))
        assert sequence
        return self.post(self.address(item), sequence=sequence[1], go=go, **fields)

    def result(self) -> str:
        return self.client.get(f"/attempts/{self.attempt}/result").text


@pytest.fixture
def sit(app: Flask, cast: Cast, client_of: ClientOf, tmp_path: Path) -> Callable[..., Sitter]:
    def begun(rules: str = "") -> Sitter:
        with app.app_context():
            give_every_kind(db.session, tmp_path, cast, rules)
            read_all(db.session, cast.lena, cast.lena_seat, clock.now())
            seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
            attempt = assessment.start(db.session, seat, "first-module", seed=7, now=clock.now())
            db.session.commit()
            paper = assessment.sitting_for(db.session, cast.lena, attempt).paper
        return Sitter(client_of("Lena"), attempt, [slot.item_id for slot in paper.slots])

    return begun


def answer_everything(sitter: Sitter, fields: dict[str, dict[str, object]]) -> None:
    for item in sitter.items:
        if item == "K-CA2":
            sitter.post(f"{sitter.address(item)}/advance")
        sitter.answer(item, "stay", **fields[item])


def give_points(client: FlaskClient, sitter: Sitter, first: int, second: int) -> None:
    token = token_in(client.get("/account").text)
    form = {"csrf_token": token, "points-1": str(first), "points-2": str(second)}
    path = f"/manage/attempts/{sitter.attempt}/items/{sitter.slot('K-TXT')}/marking"
    assert client.post(path, data=form).status_code == 303


@pytest.mark.parametrize("item", [key for key in FIELDS if key != "K-CA2"])
def test_without_script_an_answer_is_stored_and_shown_again(
    app: Flask, sit: Callable[..., Sitter], item: str
) -> None:
    sitter = sit()
    assert 'data-stored="0"' in sitter.page(item)
    sitter.answer(item, "stay", **FIELDS[item])
    with app.app_context():
        assert db.session.scalars(sa.select(ResponseStep.answer)).all() == [RIGHT[item]]
    page = Markup(sitter.page(item)).unescape()
    assert f'data-answer="{RIGHT[item]}"' in page
    sitter.answer(item, "stay", **FIELDS[item])
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(ResponseStep.id))) == 1


@pytest.mark.parametrize(
    ("item", "seen"),
    [
        ("K-MUL", r'type="checkbox" name="answer" value="a" id="answer-a" checked'),
        ("K-MAT", r'<option value="b" selected>'),
        ("K-ORD", r'id="place-d"[^>]*>(?:(?!</select>)[\s\S])*<option value="4" selected'),
        ("K-NUM", r'name="answer"[^>]* value="6"'),
        ("K-HOT", r'<label class="hotspot-tap" for="answer-a">'),
        ("K-TXT", r">It helps many guests"),
    ],
)  # fmt: skip
def test_each_kind_shows_the_answer_in_its_own_fields(
    sit: Callable[..., Sitter], item: str, seen: str
) -> None:
    sitter = sit()
    sitter.answer(item, "stay", **FIELDS[item])
    assert re.search(seen, sitter.page(item))


@pytest.mark.parametrize(
    ("item", "fields", "said"),
    [
        ("K-ORD", {"place-a": "1", "place-b": "1"}, "a place of its own"),
        ("K-NUM", {"answer": "six", "unit": "h"}, "in digits"),
        ("K-NUM", {"answer": "6"}, "with its unit"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(
    sit: Callable[..., Sitter], item: str, fields: dict[str, str], said: str
) -> None:
    sitter = sit()
    token = token_in(sitter.client.get("/account").text)
    form = {"csrf_token": token, "sequence": "1", **fields}
    answer = sitter.client.post(sitter.address(item), data=form)
    assert answer.status_code == 422
    assert said in answer.text


# --- going on -------------------------------------------------------------------------------


def test_a_case_goes_on_by_an_act_of_its_own_and_locks_what_lies_behind(
    app: Flask, sit: Callable[..., Sitter]
) -> None:
    sitter = sit()
    page = sitter.page("K-CA1")
    assert "can no longer change" in page and "Continue the case" in page
    ahead = sitter.page("K-CA2")
    assert "Continue the case?" in ahead and "CANARY-LATER" not in ahead
    assert sitter.answer("K-CA1", "advance", answer="a") == sitter.address("K-CA2")
    assert "CANARY-LATER" in sitter.page("K-CA2") and "What is new" in sitter.page("K-CA2")
    locked = sitter.page("K-CA1")
    assert "This answer can no longer change" in locked and "data-save" not in locked
    assert locked.count(" disabled") >= 3
    sitter.post(sitter.address("K-CA1"), sequence="2", answer="b")
    with app.app_context():
        stored = db.session.scalars(sa.select(ResponseStep.answer)).all()
    assert stored == ["a"]


def test_an_unanswered_stage_is_asked_about_before_it_is_locked(
    app: Flask, sit: Callable[..., Sitter]
) -> None:
    sitter = sit()
    assert sitter.answer("K-CA1", "advance") == sitter.address("K-CA2")
    assert "1 item is not answered" in sitter.page("K-CA2")
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(AdvanceStep.id))) == 0
    sitter.post(f"{sitter.address('K-CA2')}/advance")
    assert "CANARY-LATER" in sitter.page("K-CA2")


def test_a_forward_only_paper_has_no_way_back(sit: Callable[..., Sitter]) -> None:
    sitter = sit("{navigation: forward}")
    first, second, third = sitter.items[:3]
    assert "runs forward only" in sitter.page(first)
    assert ">Back<" not in sitter.page(first) and "Flag for review" not in sitter.page(first)
    assert sitter.client.get(sitter.address(third)).headers["Location"] == sitter.address(first)
    assert sitter.answer(first, "advance", **FIELDS[first]) == sitter.address(second)
    assert sitter.client.get(sitter.address(first)).headers["Location"] == sitter.address(second)
    assert "Go on to item 3?" in sitter.page(third)


def test_flags_are_kept_and_named_in_the_review(sit: Callable[..., Sitter]) -> None:
    sitter = sit()
    assert sitter.answer("K-SIN", "flag", answer="a") == sitter.address("K-SIN")
    assert 'aria-pressed="true"' in sitter.page("K-SIN")
    review = sitter.client.get(f"/attempts/{sitter.attempt}/review").text
    assert "1 item is flagged" in review and "9 items are not answered" in review
    sitter.answer("K-SIN", "unflag", answer="a")
    assert "flagged" not in sitter.client.get(f"/attempts/{sitter.attempt}/review").text


# --- time -----------------------------------------------------------------------------------


def test_the_clock_is_there_on_demand_and_each_save_says_what_is_left(
    sit: Callable[..., Sitter],
) -> None:
    sitter = sit("{time_limit_minutes: 30, grace_seconds: 5}")
    page = sitter.page("K-SIN")
    assert '<summary accesskey="t">Time left</summary>' in page and 'data-grace="5"' in page
    headers = {"X-CSRFToken": token_in(page)}
    body = {"sequence": 1, "answer": "a"}
    reply = sitter.client.post(f"{sitter.address('K-SIN')}/response", json=body, headers=headers)
    assert 1700 < reply.get_json()["left"] <= 1800


def test_the_next_look_closes_what_is_over(app: Flask, sit: Callable[..., Sitter]) -> None:
    sitter = sit("{time_limit_minutes: 30}")
    sitter.answer("K-SIN", "stay", answer="a")
    with app.app_context():
        ended = clock.now() - timedelta(minutes=5)
        begun = ended - timedelta(minutes=30)
        db.session.execute(sa.update(Attempt).values(started_at=begun, closes_at=ended))
        db.session.commit()
    answer = sitter.client.get(sitter.address("K-MUL"))
    assert answer.headers["Location"] == f"/attempts/{sitter.attempt}/result"
    with app.app_context():
        assert db.session.scalars(sa.select(Attempt.submitted_at)).one() == ended
    assert "1 of 10" in re.sub(r"<[^>]+>", "", sitter.result())


def test_a_pause_puts_the_items_away(app: Flask, cast: Cast, sit: Callable[..., Sitter]) -> None:
    sitter = sit("{time_limit_minutes: 30}")
    assert ">Pause<" not in sitter.page("K-SIN")
    with app.app_context():
        autumn = cohorts.cohort_for(db.session, cast.ada, cast.autumn, "administrator")
        sittings.grant(
            db.session,
            sittings.learner_for(db.session, autumn, cast.lena_seat),
            quizzes.Accommodation(pause_minutes=20, larger_spacing=True),
            valid_from=(clock.now() - timedelta(days=1)).date(),
            valid_until=None,
            reason="A letter.",
            by=cast.ada,
            now=clock.now(),
        )
        db.session.commit()
    page = sitter.page("K-SIN")
    assert ">Pause<" in page and "is-spacious" in page
    path = f"/attempts/{sitter.attempt}"
    assert sitter.post(f"{path}/pause") == f"{path}/paused"
    assert sitter.client.get(sitter.address("K-SIN")).headers["Location"] == f"{path}/paused"
    paused = sitter.client.get(f"{path}/paused").text
    assert "Your time stands still" in paused and "A lamp in the room" not in paused
    assert "/items/" in sitter.post(f"{path}/resume")
    assert "A lamp in the room" in sitter.page("K-SIN")


# --- results --------------------------------------------------------------------------------


def test_while_an_answer_waits_nothing_is_shown(
    sit: Callable[..., Sitter], client_of: ClientOf
) -> None:
    sitter = sit()
    answer_everything(sitter, FIELDS)
    sitter.post(f"/attempts/{sitter.attempt}/submit")
    page = sitter.result()
    assert "An instructor marks it now" in page and "CANARY" not in page and "of 10" not in page
    give_points(client_of("Ivo"), sitter, 2, 1)
    done = sitter.result()
    assert "10 of 10" in re.sub(r"<[^>]+>", "", done) and "Your certificate is ready" in done


def test_the_result_explains_every_kind_with_exact_marks(
    sit: Callable[..., Sitter], client_of: ClientOf
) -> None:
    sitter = sit()
    partly = {**FIELDS, "K-MAT": {"answer-1": "a", "answer-2": "a"}, "K-NUM": {"answer": "5 h"}}
    answer_everything(sitter, partly)
    sitter.post(f"/attempts/{sitter.attempt}/submit")
    give_points(client_of("Ivo"), sitter, 2, 0)
    page = sitter.result()
    for said in ("1/3</span> of the mark", "1/2</span> of the mark", "2/3</span> of the mark",
                 "8 of 12 panellists", "2 of 2 points", "0 of 1 points", "Place 1",
                 "Part of the mark"):  # fmt: skip
        assert said in page, said
    for canary in ("CANARY-WHY prompt 3", "CANARY-WHY numeric value", "CANARY-MODEL",
                   "CANARY-WHY ordering d", "CANARY-WHY matching d", "CANARY-LATER"):  # fmt: skip
        assert canary in page, canary


CERTAINLY = {"certainty": "3"}


def test_a_failed_result_names_exactly_what_is_missing_until_a_recheck_resolves_it(
    app: Flask, sit: Callable[..., Sitter], client_of: ClientOf
) -> None:
    sitter = sit("{certainty: asked, safety: must-resolve, feedback: certification}")
    unsafe = {key: {**fields, **CERTAINLY} for key, fields in FIELDS.items()}
    answer_everything(sitter, {**unsafe, "K-SIN": {"answer": "b", **CERTAINLY}})
    sitter.post(f"/attempts/{sitter.attempt}/submit")
    give_points(client_of("Ivo"), sitter, 2, 1)
    page = sitter.result()
    assert "Not passed yet" in page and "A re-check resolves it." in page
    assert "You were certain" in page and "CANARY" not in page and "Items are not shown" in page
    again = f"{sitter.address('K-SIN')}/recheck"
    assert sitter.post(f"{again}/begin") == again
    asked = sitter.client.get(again).text
    assert "CANARY" not in asked
    with app.app_context():
        item = db.session.execute(sa.text("SELECT id, item_id FROM safety_rechecks")).one()
    sitter.post(again, recheck=item.id, **FIELDS[item.item_id])
    assert "this finding is resolved" in sitter.client.get(again).text
    passed = sitter.result()
    assert "Resolved by a re-check" in passed and "Your certificate is ready" in passed
    assert "CANARY-WHY single a" in passed, "items are shown once nothing depends on them"


def test_a_secure_result_shows_no_item_ever(
    sit: Callable[..., Sitter], client_of: ClientOf
) -> None:
    sitter = sit("{feedback: secure}")
    answer_everything(sitter, FIELDS)
    sitter.post(f"/attempts/{sitter.attempt}/submit")
    give_points(client_of("Ivo"), sitter, 2, 1)
    page = sitter.result()
    assert "CANARY" not in page and "A lamp in the room" not in page
    assert "This examination keeps its items" in page and "Objectives to read again" in page


# --- marking --------------------------------------------------------------------------------


def test_the_marker_sees_answer_and_rubric_but_no_name(
    app: Flask, cast: Cast, sit: Callable[..., Sitter], client_of: ClientOf
) -> None:
    sitter = sit()
    answer_everything(sitter, FIELDS)
    sitter.post(f"/attempts/{sitter.attempt}/submit")
    ivo = client_of("Ivo")
    for path in (f"/manage/cohorts/{cast.autumn}/marking",
                 f"/manage/attempts/{sitter.attempt}/marking"):  # fmt: skip
        page = ivo.get(path).text
        assert "Lena" not in page and "lena@" not in page
        assert f"Paper {sitter.attempt}" in page
    assert "It helps many guests" in page and "CANARY-RUBRIC" in page and "CANARY-MODEL" in page
    give_points(ivo, sitter, 1, 1)
    give_points(ivo, sitter, 2, 1)
    with app.app_context():
        reasons = db.session.scalars(sa.select(ScoreRecord.reason)).all()
    assert reasons == [
        "Scored when its last answer was marked.",
        "A marker's points were corrected.",
    ]
    token = token_in(ivo.get("/account").text)
    path = f"/manage/attempts/{sitter.attempt}/items/{sitter.slot('K-TXT')}/marking"
    for bad in ({"points-1": "3", "points-2": "1"}, {"points-1": "2"}, {"points-1": "-1"}):
        assert ivo.post(path, data={"csrf_token": token, **bad}).status_code == 422
    lacking = ivo.post(path, data={"csrf_token": token, "points-1": "1"}).text
    answer = sitter.slot("K-TXT")
    assert f'href="#points-{answer}-2-0"' in lacking and lacking.count("No points yet") == 1
    assert re.search(
        rf'id="points-{answer}-1-1" name="points-1" value="1" required checked', lacking
    )


def test_from_a_marked_paper_the_next_one_is_a_click_away(
    cast: Cast, sit: Callable[..., Sitter], client_of: ClientOf
) -> None:
    sitter = sit()
    answer_everything(sitter, FIELDS)
    sitter.post(f"/attempts/{sitter.attempt}/submit")
    ivo, page = client_of("Ivo"), f"/manage/attempts/{sitter.attempt}/marking"
    assert "Next paper" not in ivo.get(page).text
    give_points(ivo, sitter, 1, 1)
    assert "Next paper" not in ivo.get(page).text


def test_staff_preview_what_a_learner_will_see(
    cast: Cast, sit: Callable[..., Sitter], client_of: ClientOf
) -> None:
    sit("{feedback: certification}")
    path = f"/manage/cohorts/{cast.autumn}/quizzes/first-module/feedback"
    page = client_of("Ivo").get(path).text
    assert page.index("This quiz") < page.index("The other presets")
    assert re.search(r"preset-certification\">Certification\s*<span class=\"pill is-info", page)


def test_the_start_page_says_what_holds_and_what_stands_before_the_next(
    cast: Cast, sit: Callable[..., Sitter], client_of: ClientOf
) -> None:
    retakes = "attempts: 2, cool_down_hours: 24, remedial: true"
    sitter = sit(f"{{{retakes}, certainty: marked, time_limit_minutes: 30, feedback: secure}}")
    path = f"/learn/{cast.lena_seat}/first-module/quiz"
    page = sitter.client.get(path).text
    for said in ("several right choices", "30 min", "the examination", "This attempt ends",
                 "−2", "24 hours later", "never shown", "Go on with attempt 1"):  # fmt: skip
        assert said in Markup(page).unescape().replace("\xa0", " "), said
    sitter.answer("K-TXT", "stay", answer="No idea.")
    sitter.post(f"/attempts/{sitter.attempt}/submit")
    assert "with its marker" in sitter.client.get(path).text
    give_points(client_of("Ivo"), sitter, 0, 0)
    page = sitter.client.get(path).text
    assert "Before the next attempt" in page and "It opens on" in page
    keys = re.findall(r'name="lesson" value="([^"]+)"', page)
    assert keys
    assert sitter.post(f"{path}/reread", lesson=keys[0]) == f"/learn/{cast.lena_seat}/{keys[0]}"
    assert keys[0] not in re.findall(r'name="lesson" value="([^"]+)"', sitter.client.get(path).text)
