"""Statistics from stored answers: whose attempts count, versions, small groups, certainty."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

import quizzes
from lms.db import db
from lms.errors import NotFound
from lms.models.assessment import Attempt, ManualMark, SafetyRecheck
from lms.models.cohorts import Cohort
from lms.services import assessment, catalogue, cohorts, psychometrics
from lms.services.psychometrics.gathering import Given, Sat, gather
from lms.services.psychometrics.misconceptions import first_meetings
from lms.services.psychometrics.options import chosen_options
from tests.cast import THEN, Cast
from tests.psychometric_samples import BANK, learner, sit

LATER = THEN + timedelta(days=1)


def report_of(session: Session, cast: Cast, **choice: object) -> psychometrics.BankReport:
    return psychometrics.bank_report(session, cast.northgate, BANK, **choice)  # type: ignore[arg-type]


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_the_first_attempt_of_each_learner_counts_unless_the_latest_is_asked_for(
    session: Session, cast: Cast
) -> None:
    who = learner(session, cast, 1)
    sit(session, who, right=0, now=LATER)
    sit(session, who, right=1, now=LATER + timedelta(hours=1))
    first, latest = report_of(session, cast), report_of(session, cast, which="latest")
    assert (first.learners, latest.learners) == (1, 1)
    assert first.paper is not None and latest.paper is not None
    assert (first.paper.mean, latest.paper.mean) == (0, 1)


def test_a_voided_or_open_attempt_counts_for_nothing(session: Session, cast: Cast) -> None:
    who, other = learner(session, cast, 1), learner(session, cast, 2)
    voided = sit(session, who, right=0, now=LATER)
    sit(session, other, right=2, now=LATER)
    before = report_of(session, cast)
    session.execute(sa.update(Attempt).where(Attempt.id == voided).values(voided_at=LATER))
    after = report_of(session, cast)
    assert (before.learners, after.learners) == (2, 1)
    assert after.paper is not None and after.paper.mean == 2


def cohort_of(cast: Cast, title: str) -> Cohort:
    return Cohort(
        programme_id=cast.northgate,
        release_id=cast.release,
        title=title,
        starts_on=(THEN - timedelta(days=90)).date(),
        due_on=(THEN + timedelta(days=90)).date(),
        created_at=THEN,
    )


def test_a_cohort_keeps_those_whose_first_attempt_was_in_it(session: Session, cast: Cast) -> None:
    spring = cohort_of(cast, "Spring")
    session.add(spring)
    session.flush()
    sit(session, learner(session, cast, 1), right=1, now=LATER)
    sit(session, learner(session, cast, 2, cohort=spring.id), right=3, now=LATER)
    assert report_of(session, cast).learners == 2
    alone = report_of(session, cast, cohort_id=spring.id)
    assert alone.learners == 1
    assert alone.paper is not None and alone.paper.mean == 3


def test_nothing_is_there_for_a_bank_or_cohort_of_others(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        psychometrics.bank_report(session, cast.southgate, BANK)
    with pytest.raises(NotFound):
        report_of(session, cast, cohort_id=999)


def test_a_small_group_carries_its_caution_and_no_option_is_judged(
    session: Session, cast: Cast
) -> None:
    for number in range(1, 6):
        sit(session, learner(session, cast, number), right=number % 3, now=LATER, seed=3)
    report = report_of(session, cast)
    assert report.paper is not None and report.paper.caution
    for line in report.items:
        assert line.figures.caution
        assert "small-group" in line.flags
        assert not {"idle", "attracts-the-able", "key-repels-the-able"} & set(line.flags)
        assert line.figures.facility_interval is not None


def test_figures_equal_those_of_the_core_on_the_same_marks(session: Session, cast: Cast) -> None:
    rights = [0, 1, 2, 3, 3, 2, 1, 3]
    for number, right in enumerate(rights, start=1):
        sit(session, learner(session, cast, number), right=right, now=LATER, seed=3)
    report = report_of(session, cast)
    assert report.paper is not None
    assert report.paper.mean == pytest.approx(sum(rights) / len(rights))
    assert report.paper.passed == sum(right >= 2 for right in rights)
    assert sum(line.figures.learners for line in report.items) == 3 * len(rights)
    earned = sum((line.figures.mean or 0) * line.figures.learners for line in report.items)
    assert earned == pytest.approx(sum(rights))
    for line in report.items:
        assert line.options is not None
        chosen = sum(option.chosen for option in line.options.options)
        assert chosen + line.options.omitted == line.figures.learners
        assert line.figures.random_guess == pytest.approx(1 / len(line.item.options))


def test_an_item_left_unanswered_earns_nothing_and_counts_as_met(
    session: Session, cast: Cast
) -> None:
    who = learner(session, cast, 1)
    sit(session, who, right=3, now=LATER, left_out=1)
    report = report_of(session, cast)
    assert report.paper is not None and report.paper.mean == 2
    assert sum(line.options.omitted for line in report.items if line.options) == 1


def test_an_answer_that_was_changed_counts_as_it_was_left(session: Session, cast: Cast) -> None:
    account, enrolment = learner(session, cast, 1)
    seat = cohorts.seat_for(session, account, enrolment)
    attempt = assessment.start(session, seat, "first-module", seed=1, now=LATER)
    sitting = assessment.sitting_of(session, attempt)
    item = sitting.item_at(1)
    wrong = next(option.id for option in item.options if not option.key)
    for sequence, answer in enumerate((wrong, item.key.id), start=1):
        assessment.save_response(
            session, account, attempt, slot=1, sequence=sequence, answer=answer, now=LATER
        )
    assessment.submit(session, account, attempt, LATER)
    report = report_of(session, cast)
    assert report.paper is not None and report.paper.mean == 1
    chosen = report.line(item.id).options
    assert chosen is not None
    assert {each.option for each in chosen.options if each.chosen} == {item.key.id}


def test_an_attempt_with_its_marker_is_counted_and_waits(session: Session, cast: Cast) -> None:
    """A constructed answer has no mark until its rubric is filled in."""
    who = learner(session, cast, 1)
    attempt = sit(session, who, right=3, now=LATER)
    paper = assessment.sitting_of(session, attempt).paper
    bank = catalogue.release(session, cast.release).banks[BANK]
    criterion = quizzes.Criterion("1", "Names the risk", 2)
    items = {item.content_hash: item for item in bank.items}
    first = items[paper.slots[0].item_hash]
    asked = replace(
        first, kind="constructed", options=(), details=quizzes.Constructed((criterion,), 50, "-")
    )
    items[paper.slots[0].item_hash] = asked
    waiting = gather(session, cast.northgate, items, bank_id=BANK)
    assert (waiting.attempts, waiting.awaiting) == ((), 1)
    mark = ManualMark(
        attempt_id=attempt, slot=1, criterion="1", points=1, marked_by=cast.ivo, marked_at=LATER
    )
    session.add(mark)
    session.flush()
    marked = gather(session, cast.northgate, items, bank_id=BANK)
    assert marked.awaiting == 0
    assert [given.mark for given in marked.attempts[0].given] == [Fraction(1, 2), 1, 1]


def test_a_report_is_kept_until_somebody_submits(session: Session, cast: Cast) -> None:
    sit(session, learner(session, cast, 1), right=1, now=LATER)
    first = report_of(session, cast)
    assert report_of(session, cast) is first
    sit(session, learner(session, cast, 2), right=1, now=LATER)
    second = report_of(session, cast)
    assert second is not first
    session.add(cohort_of(cast, "Spring"))
    session.flush()
    assert [cohort.title for cohort in report_of(session, cast).cohorts] == [
        "Autumn 2026",
        "Spring",
    ]


def test_a_report_takes_few_queries_however_many_sat(session: Session, cast: Cast) -> None:
    for number in range(1, 4):
        sit(session, learner(session, cast, number), right=1, now=LATER)
    report_of(session, cast)
    counts = []
    for number in (4, 5):
        sit(session, learner(session, cast, number), right=2, now=LATER)
        with counted() as sent:
            report_of(session, cast)
        counts.append(len(sent))
    with counted() as kept:
        report_of(session, cast)
    assert counts == [5, 5]
    assert len(kept) == 3


def test_a_model_says_why_there_is_none(session: Session, cast: Cast) -> None:
    assert "Nobody" in str(psychometrics.item_model(report_of(session, cast)))
    sit(session, learner(session, cast, 1), right=1, now=LATER)
    assert "100 learners" in str(psychometrics.item_model(report_of(session, cast)))


def small_item(session: Session, cast: Cast) -> quizzes.Item:
    return catalogue.release(session, cast.release).banks[BANK].items[0]


def test_an_option_is_known_by_its_words_through_the_versions(session: Session, cast: Cast) -> None:
    item = small_item(session, cast)
    first, second, *others = item.options
    moved = replace(
        item,
        options=(replace(first, text=second.text), replace(second, text=first.text), *others),
    )
    assert chosen_options(item, moved, "a") == {"b"}
    assert chosen_options(item, moved, None) == frozenset()
    reworded = replace(item, options=(replace(first, text="Another wording"), second, *others))
    assert chosen_options(item, reworded, "a") == {"a"}


def test_misconceptions_count_what_was_certain_and_wrong(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for_certainty(session, cast, monkeypatch)
    sit(session, learner(session, cast, 1), right=1, now=LATER, sure=3, seed=3)
    sit(session, learner(session, cast, 2), right=3, now=LATER, sure=3, seed=3)
    sit(session, learner(session, cast, 3), right=0, now=LATER, sure=1, seed=3)
    found = psychometrics.misconceptions(session, cast.northgate)
    assert (found.learners, found.answers) == (3, 9)
    assert sum(line.certainty.confidently_wrong for line in found.items) == 2
    for line in found.items:
        assert line.wrong_answers and line.missed >= line.certainty.confidently_wrong
        assert [(cohort.id, wrong) for cohort, wrong, _ in line.by_cohort] == [(cast.autumn, 1)]
    safe = [line.item.safety_critical for line in found.items]
    assert safe == sorted(safe, reverse=True)
    flagged = {line.column for line in report_of(session, cast).items if line.certainty.answers}
    assert flagged >= {line.item.id for line in found.items}


def test_a_safety_finding_names_its_learner_until_a_re_check_resolves_it(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for_certainty(session, cast, monkeypatch)
    sit(session, learner(session, cast, 1), right=0, now=LATER, sure=3, seed=3)
    sit(session, learner(session, cast, 2), right=0, now=LATER, sure=1, seed=3)
    report = psychometrics.misconceptions(session, cast.northgate)
    safe = [line.item.id for line in report.items if line.item.safety_critical]
    found = psychometrics.open_findings(session, report.safety_misses)
    assert sorted(each.miss.item.id for each in found) == sorted(safe) != []
    assert len({each.enrolment_id for each in found}) == 1
    for each in found:
        session.add(
            SafetyRecheck(
                attempt_id=each.miss.attempt_id,
                slot=each.miss.slot,
                number=1,
                item_id=each.miss.item.id,
                begun_at=LATER,
                answered_at=LATER,
                answer="a",
                is_right=True,
            )
        )
    session.flush()
    assert psychometrics.open_findings(session, report.safety_misses) == []


def test_a_learner_counts_once_an_item_however_often_they_sat(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for_certainty(session, cast, monkeypatch)
    who = learner(session, cast, 1)
    sit(session, who, right=0, now=LATER, sure=3)
    sit(session, who, right=0, now=LATER + timedelta(hours=1), sure=3)
    found = psychometrics.misconceptions(session, cast.northgate)
    assert found.answers == 3


def ask_for_certainty(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the small bank's papers ask how sure the learner is."""
    content = catalogue.release(session, cast.release)
    bank = content.banks[BANK]
    rules = replace(bank.specification.rules, certainty="asked")
    asking = replace(bank, specification=replace(bank.specification, rules=rules))
    monkeypatch.setitem(content.banks, BANK, asking)  # type: ignore[arg-type]


def test_an_item_met_without_a_question_of_certainty_counts_when_it_is_asked(
    session: Session, cast: Cast
) -> None:
    item = small_item(session, cast)
    version = psychometrics.Version(item, item.id, ("1",))
    silent, sure = (Given(item.content_hash, "a", level, Fraction(0)) for level in (None, 3))
    attempts = [Sat(n, 1, 1, BANK, 60, (given,)) for n, given in enumerate((silent, sure, silent))]
    met = first_meetings(attempts, {item.content_hash: version})
    assert [given for _, given in met[item.id]] == [sure]


def test_the_share_of_an_attempt_is_the_mean_of_its_marks() -> None:
    marks = (Fraction(1), Fraction(1, 2), Fraction(0))
    given = tuple(Given("hash", "a", None, mark) for mark in marks)
    assert Sat(1, 1, 1, BANK, 60, given).share == Fraction(1, 2)


def test_the_cut_stands_where_the_model_expects_it() -> None:
    items = tuple(quizzes_item(difficulty) for difficulty in (-1.0, 0.0, 1.0))
    scale = tuple((ability, 1.0) for ability in (-4.0, 0.0, 4.0))
    model = SimpleNamespace(items=items, information=scale)
    assert psychometrics.ability_at(model, 50) == pytest.approx(0, abs=1e-6)  # type: ignore[arg-type]
    higher = psychometrics.ability_at(model, 80)  # type: ignore[arg-type]
    assert higher is not None and 1 < higher < 3
    assert psychometrics.ability_at(model, 100) is None  # type: ignore[arg-type]


def quizzes_item(difficulty: float) -> SimpleNamespace:
    return SimpleNamespace(difficulty=difficulty, slope=1.0)
