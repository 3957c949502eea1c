"""Attacks on answers and attempts, each tried twice: on the house as it stands and on a weak twin.

An attack says whether it got through. On the house as it stands it must not; with the weakness
that would let it built in, it must, for an attack that cannot succeed anywhere proves nothing.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, has_request_context, request
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import quizzes
from lms import clock
from lms.db import db
from lms.models.assessment import Attempt, ResponseStep, ScoreRecord
from lms.models.catalogue import Release
from lms.services import assessment, catalogue, cohorts, credentials, learning
from lms.services.assessment import attempts, overdue, results, saving
from lms.views.assessment import result as result_page
from lms.views.assessment import saving as saving_page
from tests.cast import Cast, token_in
from tests.kinds_course import give_every_kind
from tests.stories import VERIFY, read_all, rows_of, sit

Patch = pytest.MonkeyPatch
MODULE = "first-module"


@dataclass
class Scene:
    """Lena about to sit the quiz, Leo beside her, and the ways in which both can knock."""

    app: Flask
    cast: Cast
    client_of: Callable[[str], FlaskClient]
    folder: Path

    @cached_property
    def attempt(self) -> int:
        """Lena's open attempt, begun when it is first asked for."""
        return self.begin(seed=3)

    def begin(self, seed: int) -> int:
        with self.app.app_context():
            read_all(db.session, self.cast.lena, self.cast.lena_seat, clock.now())
            seat = cohorts.seat_for(db.session, self.cast.lena, self.cast.lena_seat)
            begun = assessment.start(db.session, seat, MODULE, seed=seed, now=clock.now())
            db.session.commit()
        return begun

    def save(self, who: str, answer: str = "a", sequence: int = 1, **more: object) -> Any:
        """Send an answer to Lena's first item as the page's script does."""
        client = self.client_of(who)
        token = token_in(client.get("/account").text)
        return client.post(
            f"/attempts/{self.attempt}/items/1/response",
            json={"sequence": sequence, "answer": answer, **more},
            headers={"X-CSRFToken": token},
        )

    def submit(self, **more: str) -> None:
        lena = self.client_of("Lena")
        token = token_in(lena.get("/account").text)
        lena.post(f"/attempts/{self.attempt}/submit", data={"csrf_token": token, **more})

    def read(self, act: Callable[[Session], Any]) -> Any:
        with self.app.app_context():
            found = act(db.session)
            db.session.commit()
        return found

    def items_of(self, attempt: int) -> set[str]:
        def paper(session: Session) -> quizzes.Paper:
            return assessment.sitting_for(session, self.cast.lena, attempt).paper

        return {slot.item_id for slot in self.read(paper).slots}

    def stored(self) -> list[str]:
        query = sa.select(ResponseStep.answer).order_by(ResponseStep.sequence)
        return list(self.read(lambda session: session.scalars(query).all()))

    def right_and_wrong(self) -> tuple[str, str]:
        def first(session: Session) -> quizzes.Item:
            return assessment.item_for(session, self.cast.lena, self.attempt, 1)

        item = self.read(first)
        return item.key.id, next(each.id for each in item.options if not each.key)


# --- attack 3: the reply to a save tells right from wrong -------------------------------------


def ask_the_oracle(scene: Scene) -> bool:
    right, wrong = scene.right_and_wrong()
    replies = [
        scene.save("Lena", answer, sequence).get_json()
        for sequence, answer in enumerate((right, wrong), start=1)
    ]
    return replies[0]["message"] != replies[1]["message"]


def tell_the_mark(patch: Patch) -> None:
    save = assessment.save_response

    def telling(session: Session, account: int, attempt: int, **sent: Any) -> quizzes.Decision:
        item = assessment.item_for(session, account, attempt, sent["slot"])
        decision = save(session, account, attempt, **sent)
        return replace(decision, message=f"You earn {quizzes.mark(item, sent['answer'])}.")

    patch.setattr(assessment, "save_response", telling)


# --- attack 4: hand in nothing, read the solution, sit the same paper again -------------------


def learn_from_a_blank_paper(scene: Scene) -> bool:
    first = scene.items_of(scene.attempt)
    scene.submit()
    return bool(first & scene.items_of(scene.begin(seed=3)))


def forget_what_was_seen(patch: Patch) -> None:
    patch.setattr(attempts, "_times_seen", lambda session, account: Counter())


# --- attacks 5 and 15: somebody else's attempt by its number ----------------------------------


def look_over_a_shoulder(scene: Scene) -> bool:
    path = f"/attempts/{scene.attempt}/items/1"
    return scene.client_of("Leo").get(path).status_code == 200


def answer_for_another(scene: Scene) -> bool:
    return scene.save("Leo").status_code == 200 and scene.stored() == ["a"]


def let_anybody_in(patch: Patch) -> None:
    patch.setattr(cohorts, "refuse_other", lambda *_: None)


# --- attack 6: reasons are read while they still help -----------------------------------------


def read_reasons_with_attempts_left(scene: Scene) -> bool:
    rules = "{feedback: certification}"
    scene.read(lambda session: give_every_kind(session, scene.folder, scene.cast, rules))
    scene.submit()
    return "CANARY-" in scene.client_of("Lena").get(f"/attempts/{scene.attempt}/result").text


def settle_too_early(patch: Patch) -> None:
    patch.setattr(result_page, "is_settled", lambda *_: True)


# --- attack 9: the same submission twice ------------------------------------------------------


def be_scored_twice(scene: Scene) -> bool:
    scene.submit()
    scene.submit()
    return bool(scene.read(lambda session: rows_of(session, ScoreRecord)) > 1)


def score_whatever_arrives(patch: Patch) -> None:
    def naive(session: Session, account: int, attempt: int, now: datetime) -> cohorts.Seat:
        session.execute(sa.update(Attempt).values(submitted_at=now))
        sitting = assessment.sitting_for(session, account, attempt)
        score, revision = assessment.score_of(session, sitting), rows_of(session, ScoreRecord) + 1
        assert isinstance(score, quizzes.Score)
        results.append_score(
            session, sitting, score, revision=revision, reason="Again.", by=account, now=now
        )
        return sitting.seat

    patch.setattr(assessment, "submit", naive)


# --- attack 10: an answer after the submission ------------------------------------------------


def answer_after_handing_in(scene: Scene) -> bool:
    scene.submit()
    scene.save("Lena")
    return bool(scene.stored())


def append_without_asking(patch: Patch) -> None:
    def append(session: Session, sent: Any) -> SimpleNamespace:
        session.execute(sa.insert(ResponseStep).values(sent.row))
        return SimpleNamespace(closes_at=None)

    patch.setattr(saving, "_append", append)


# --- attack 11: "saved" for what is not stored ------------------------------------------------


def be_told_saved_for_nothing(scene: Scene) -> bool:
    is_acknowledged = scene.save("Lena").status_code == 200
    return is_acknowledged and scene.stored() == []


def acknowledge_before_the_commit(patch: Patch) -> None:
    patch.setattr(saving_page, "db", SimpleNamespace(session=Uncommitted()))


class Uncommitted:
    """A session whose commit promises what it does not keep."""

    def __getattr__(self, name: str) -> Any:
        return getattr(db.session, name)

    def commit(self) -> None:
        db.session.rollback()


# --- attack 12: the client brings its own clock -----------------------------------------------


def answer_with_a_slow_watch(scene: Scene) -> bool:
    ended = clock.now() - timedelta(hours=1)
    begun, end = ended - timedelta(hours=1), sa.update(Attempt).values(closes_at=ended)
    attempt = scene.attempt
    scene.read(lambda session: session.execute(end.where(Attempt.id == attempt)))
    told = dict.fromkeys(("now", "at", "recorded_at", "saved_at"), begun.isoformat())
    return scene.save("Lena", **told).status_code == 200


def believe_the_clients_clock(patch: Patch) -> None:
    theirs = SimpleNamespace(now=lambda: datetime.fromisoformat(request.get_json()["now"]))
    patch.setattr(saving_page, "clock", theirs)


# --- attack 13: a stale tab overwrites --------------------------------------------------------


def overwrite_from_a_stale_tab(scene: Scene) -> bool:
    scene.save("Lena", "b", sequence=1)
    scene.save("Lena", "c", sequence=1)
    return scene.stored()[-1] == "c"


def let_the_last_write_win(patch: Patch) -> None:
    save = assessment.save_response

    def last(session: Session, account: int, attempt: int, **sent: Any) -> quizzes.Decision:
        sent["sequence"] = rows_of(session, ResponseStep) + 1
        return save(session, account, attempt, **sent)

    patch.setattr(assessment, "save_response", last)


# --- attack 16: a late job changes what was handed in when ------------------------------------


def gain_time_from_a_late_sweep(scene: Scene) -> bool:
    rules = "{time_limit_minutes: 30}"
    scene.read(lambda session: give_every_kind(session, scene.folder, scene.cast, rules))
    attempt, begun = scene.attempt, clock.now() - timedelta(days=1)
    end = begun + timedelta(minutes=30)
    yesterday = sa.update(Attempt).values(started_at=begun, closes_at=end)
    scene.read(lambda session: session.execute(yesterday.where(Attempt.id == attempt)))
    scene.read(lambda session: assessment.close_overdue(session, attempt, clock.now()))
    query = sa.select(Attempt.submitted_at).where(Attempt.id == attempt)
    closed = scene.read(lambda session: session.scalar(query))
    assert closed is not None
    return bool(closed > end)


def let_the_end_follow_the_sweep(patch: Patch) -> None:
    def moving(_session: Session, _attempt: int, now: datetime) -> datetime:
        return now - timedelta(hours=1)

    patch.setattr(overdue, "sittings", SimpleNamespace(refresh=moving))


# --- attack 18: later content rewrites an old result ------------------------------------------


def rewrite_an_old_result(scene: Scene) -> bool:
    scene.submit()
    lena, path = scene.client_of("Lena"), f"/attempts/{scene.attempt}/result"
    before = shown(lena, path)
    scene.read(lambda session: publish_changed(session, scene.cast.release))
    return shown(lena, path) != before


def shown(client: FlaskClient, path: str) -> str:
    """Return what a page says, but for the tokens of its forms, which tell the second."""
    main = client.get(path).text.split("<main")[1]
    return re.sub(r'name="csrf_token"[^>]*', "", main)


def publish_changed(session: Session, release: int) -> None:
    row = session.get_one(Release, release)
    changed = row.document.replace("CANARY", "CHANGED")
    session.add(
        Release(
            course_slug=row.course_slug,
            label="2027.1",
            content_hash="f" * 64,
            document=changed,
            published_at=clock.now(),
        )
    )


def read_the_newest_release(patch: Patch) -> None:
    release = catalogue.release

    def newest(session: Session, _release: int) -> catalogue.ReleaseContent:
        found = session.scalar(sa.select(sa.func.max(Release.id)))
        assert found is not None
        return release(session, found)

    patch.setattr(catalogue, "release", newest)
    # The paper's pins are a second wall: without it the new text would be scored, too.
    patch.setattr("quizzes.scoring._pinned", lambda slot, items: items[slot.item_id])


# --- attack 19: rounded up over the cut -------------------------------------------------------


def be_rounded_over_the_cut(_scene: Scene) -> bool:
    paper = SimpleNamespace(cut_percent=80, rules=quizzes.Rules())
    state = SimpleNamespace(responses={}, unanswered=lambda _paper: ())
    item = SimpleNamespace(id="I", safety_critical=False)
    marks = [Fraction(1)] * 159 + [Fraction(0)] * 41  # 79.5 %
    scored = quizzes.score_marks(paper, [item] * len(marks), state, marks)  # type: ignore[arg-type, list-item]
    return scored.points * 100 < 80 * scored.maximum and scored.passed


def round_before_comparing(patch: Patch) -> None:
    def rounded(points: Fraction, maximum: int, cut_percent: int) -> bool:
        return round(float(points) / maximum * 100) >= cut_percent

    patch.setattr("quizzes.scoring.reaches_cut", rounded)


# --- attack 20: a lower score takes a certificate away without an act -------------------------


def lose_a_certificate_silently(scene: Scene) -> bool:
    def passes_and_is_rescored(session: Session) -> str:
        now, lena, seat = clock.now(), scene.cast.lena, scene.cast.lena_seat
        read_all(session, lena, seat, now)
        sitting = assessment.sitting_for(session, lena, sit(session, lena, seat, right=3, now=now))
        serial = credentials.award_if_complete(
            session, sitting.seat, now=now, verify_address=VERIFY
        )
        score = assessment.score_of(session, sitting)
        assert serial is not None and isinstance(score, quizzes.Score)
        lower = replace(score, points=Fraction(0), passed=False)
        results.append_score(
            session, sitting, lower, revision=2, reason="New key.", by=None, now=now
        )
        return serial

    serial = scene.read(passes_and_is_rescored)
    found = scene.read(lambda session: credentials.find_by_serial(session, serial, clock.now()))
    return found is None or found.verdict.status != "valid"


def derive_the_credential_from_the_score(patch: Patch) -> None:
    find = credentials.find_by_serial

    def while_passed(session: Session, text: str, now: datetime) -> Any:
        latest = sa.select(ScoreRecord.passed).order_by(ScoreRecord.revision.desc()).limit(1)
        return find(session, text, now) if session.scalar(latest) else None

    patch.setattr(credentials, "find_by_serial", while_passed)


# --- attacks 21 and 22: a score sent along ----------------------------------------------------


def send_ones_own_score(scene: Scene) -> bool:
    scene.submit(points="3", maximum="3", passed="true", status="Pass", progress="100")
    return bool(scene.read(lambda session: session.scalar(sa.select(ScoreRecord.passed))))


def take_the_score_that_is_sent(patch: Patch) -> None:
    score_of = results.score_of

    def believed(session: Session, sitting: assessment.Sitting) -> Any:
        score = score_of(session, sitting)
        passed = has_request_context() and request.form.get("passed") == "true"
        return replace(score, passed=passed) if isinstance(score, quizzes.Score) else score

    patch.setattr(results, "score_of", believed)


# --- attack 23: somebody else's number in the body --------------------------------------------


def act_as_another(scene: Scene) -> bool:
    lena = scene.cast.lena
    answer = scene.save("Leo", account_id=lena, user_id=lena, member=lena)
    return answer.status_code == 200 and scene.stored() == ["a"]


def take_the_person_from_the_body(patch: Patch) -> None:
    save = assessment.save_response

    def trusting(session: Session, account: int, attempt: int, **sent: Any) -> quizzes.Decision:
        return save(session, request.get_json().get("account_id", account), attempt, **sent)

    patch.setattr(assessment, "save_response", trusting)


# --- attack 26: complete without having passed ------------------------------------------------


def be_awarded_without_passing(scene: Scene) -> bool:
    def fails_and_asks(session: Session) -> str | None:
        lena, seat = scene.cast.lena, scene.cast.lena_seat
        read_all(session, lena, seat, clock.now())
        sit(session, lena, seat, right=0, now=clock.now())
        return credentials.award_if_complete(
            session,
            cohorts.seat_for(session, lena, seat),
            now=clock.now(),
            verify_address=VERIFY,
        )

    return scene.read(fails_and_asks) is not None


def count_reading_as_completion(patch: Patch) -> None:
    def lessons_only(session: Session, seat: cohorts.Seat) -> Any:
        known = progress(session, seat)
        when = {"completed_at": known.completed_at, "started_at": known.started_at}
        return SimpleNamespace(is_complete=True, state_of=known.state_of, **when)

    progress = learning.progress_of
    patch.setattr(learning, "progress_of", lessons_only)


CASES = [
    (ask_the_oracle, tell_the_mark),
    (learn_from_a_blank_paper, forget_what_was_seen),
    (look_over_a_shoulder, let_anybody_in),
    (answer_for_another, let_anybody_in),
    (read_reasons_with_attempts_left, settle_too_early),
    (be_scored_twice, score_whatever_arrives),
    (answer_after_handing_in, append_without_asking),
    (be_told_saved_for_nothing, acknowledge_before_the_commit),
    (answer_with_a_slow_watch, believe_the_clients_clock),
    (overwrite_from_a_stale_tab, let_the_last_write_win),
    (gain_time_from_a_late_sweep, let_the_end_follow_the_sweep),
    (rewrite_an_old_result, read_the_newest_release),
    (be_rounded_over_the_cut, round_before_comparing),
    (lose_a_certificate_silently, derive_the_credential_from_the_score),
    (send_ones_own_score, take_the_score_that_is_sent),
    (act_as_another, take_the_person_from_the_body),
    (be_awarded_without_passing, count_reading_as_completion),
]
NAMES = [attack.__name__ for attack, _weaken in CASES]


@pytest.fixture
def scene(app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient], tmp_path: Path) -> Scene:
    return Scene(app, cast, client_of, tmp_path)


@pytest.mark.parametrize("attack", [attack for attack, _weaken in CASES], ids=NAMES)
def test_no_attack_gets_through(scene: Scene, attack: Callable[[Scene], bool]) -> None:
    assert not attack(scene)


@pytest.mark.parametrize(("attack", "weaken"), CASES, ids=NAMES)
def test_each_gets_through_where_its_weakness_is_built_in(
    scene: Scene,
    attack: Callable[[Scene], bool],
    weaken: Callable[[Patch], None],
    monkeypatch: Patch,
) -> None:
    weaken(monkeypatch)
    assert attack(scene)
