"""Standard setting: a blind panel in two rounds, approval by another hand, and what cuts cite."""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from statistics import mean

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.errors import Conflict, Forbidden, NotFound, Refused
from lms.models.accounts import RoleGrant
from lms.models.audit import AuditEntry
from lms.models.psychometrics import StudyRecord
from lms.services import accounts, psychometrics
from tests.cast import THEN, Cast
from tests.psychometric_samples import BANK, OUTSIDERS, add, convene, learner, rate, sit

NOW = THEN + timedelta(days=30)
FIRST = [[60, 70, 80], [50, 60, 70], [70, 70, 70], [80, 70, 90], [40, 50, 60], [65, 75, 85]]
SECOND = [[60, 70, 75], [55, 65, 70], [70, 70, 75], [75, 70, 80], [50, 60, 65], [65, 70, 80]]


@pytest.fixture
def second_administrator(session: Session, cast: Cast) -> Iterator[int]:
    """Otto administers Northgate too."""
    session.add(
        RoleGrant(
            account_id=cast.otto, programme_id=cast.northgate, role="administrator", granted_at=THEN
        )
    )
    session.flush()
    yield cast.otto


def study_of(session: Session, cast: Cast, study: int) -> psychometrics.Study:
    return psychometrics.study_for(session, cast.ada, study, "administrator")


def held(session: Session, cast: Cast, *, judges: int = 6) -> int:
    """A study whose panel has handed in both rounds: Ivo, and the others on paper."""
    study = convene(session, cast, NOW)
    for name in OUTSIDERS[1 : judges - 1]:
        add(session, cast, study, NOW, name=name)
    for number, ratings in enumerate((FIRST, SECOND), start=1):
        for judge, percents in zip(study_of(session, cast, study).judges, ratings, strict=False):
            rate(session, cast, judge.id, percents, NOW, who=judge.account_id or 0)
        if number == 1:
            psychometrics.begin_second_round(
                session, study_of(session, cast, study), by=cast.ada, now=NOW
            )
    return study


def test_the_cut_is_the_mean_of_the_second_round(session: Session, cast: Cast) -> None:
    study = study_of(session, cast, held(session, cast))
    standard = psychometrics.standard_of(session, study)
    assert standard is not None
    assert float(standard.cut) == pytest.approx(mean(mean(each) for each in SECOND) / 100)
    assert standard.cut_percent == 68
    assert standard.second is not None and standard.second.cut == standard.cut
    assert float(standard.first.cut) == pytest.approx(mean(mean(each) for each in FIRST) / 100)
    assert standard.provisional == ()


def test_a_judge_with_an_account_rates_alone(session: Session, cast: Cast) -> None:
    study = convene(session, cast, NOW)
    ivo, mara = study_of(session, cast, study).judges
    rate(session, cast, mara.id, [10, 20, 30], NOW)
    sheet = psychometrics.own_sheet(session, cast.ivo, ivo.id)
    assert (sheet.own, sheet.before, sheet.feedback, sheet.panel) == ({}, {}, {}, None)
    with pytest.raises(Forbidden, match="blind"):
        psychometrics.own_sheet(session, cast.ada, ivo.id)
    with pytest.raises(Forbidden, match="blind"):
        psychometrics.entered_sheet(session, cast.ada, ivo.id)
    for stranger in (cast.otto, cast.olga, cast.leo, cast.lena):
        with pytest.raises(NotFound):
            psychometrics.own_sheet(session, stranger, ivo.id)


def test_an_administrator_on_the_panel_may_not_enter_what_others_rated(
    session: Session, cast: Cast
) -> None:
    study = convene(session, cast, NOW)
    add(session, cast, study, NOW, email="ada@example.org")
    mara = study_of(session, cast, study).judges[1]
    with pytest.raises(Forbidden, match="on the panel yourself"):
        psychometrics.entered_sheet(session, cast.ada, mara.id)


def test_nobody_sees_a_result_before_the_panel_is_done(session: Session, cast: Cast) -> None:
    study = convene(session, cast, NOW)
    assert psychometrics.standard_of(session, study_of(session, cast, study)) is None
    ivo, mara = study_of(session, cast, study).judges
    rate(session, cast, mara.id, [10, 20, 30], NOW)
    with pytest.raises(Refused, match="Ivo Hansen"):
        psychometrics.begin_second_round(
            session, study_of(session, cast, study), by=cast.ada, now=NOW
        )
    rate(session, cast, ivo.id, [50, 60, 70], NOW, who=cast.ivo)
    psychometrics.begin_second_round(session, study_of(session, cast, study), by=cast.ada, now=NOW)
    assert psychometrics.standard_of(session, study_of(session, cast, study)) is None
    sheet = psychometrics.own_sheet(session, cast.ivo, ivo.id)
    items = [item.id for item in sheet.study.items]
    assert [sheet.before[item] for item in items] == [50, 60, 70]
    assert [sheet.feedback[item].mean for item in items] == [
        Fraction(30, 100),
        Fraction(40, 100),
        Fraction(50, 100),
    ]


def test_handing_in_takes_every_rating_and_the_four_bounds(session: Session, cast: Cast) -> None:
    convene(session, cast, NOW)
    sheet = psychometrics.own_sheet(session, cast.ivo, 1)
    items = [item.id for item in sheet.study.items]
    how = {"round": 1, "by": cast.ivo, "now": NOW}
    psychometrics.save_ratings(session, sheet, {items[0]: 50}, None, hand_in=False, **how)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="2 are missing"):
        psychometrics.save_ratings(session, sheet, {items[0]: 50}, None, hand_in=True, **how)  # type: ignore[arg-type]
    everything = dict.fromkeys(items, 50)
    with pytest.raises(Refused, match="four questions"):
        psychometrics.save_ratings(session, sheet, everything, None, hand_in=True, **how)  # type: ignore[arg-type]
    bounds = (50, 80, 0, 30)
    psychometrics.save_ratings(session, sheet, everything, bounds, hand_in=True, **how)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="handed in"):
        psychometrics.save_ratings(session, sheet, everything, bounds, hand_in=False, **how)  # type: ignore[arg-type]


def test_a_page_of_the_first_round_cannot_write_into_the_second(
    session: Session, cast: Cast
) -> None:
    study = convene(session, cast, NOW)
    old = psychometrics.own_sheet(session, cast.ivo, 1)
    rate(session, cast, 1, [50, 60, 70], NOW, who=cast.ivo)
    rate(session, cast, 2, [50, 60, 70], NOW)
    psychometrics.begin_second_round(session, study_of(session, cast, study), by=cast.ada, now=NOW)
    with pytest.raises(Conflict):
        psychometrics.save_ratings(
            session, old, {}, None, round=1, hand_in=False, by=cast.ivo, now=NOW
        )


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_rating_lies_between_0_and_100(session: Session, cast: Cast, percent: int) -> None:
    convene(session, cast, NOW)
    sheet = psychometrics.own_sheet(session, cast.ivo, 1)
    ratings = {sheet.study.items[0].id: percent}
    with pytest.raises(Refused):
        psychometrics.save_ratings(
            session, sheet, ratings, None, round=1, hand_in=False, by=cast.ivo, now=NOW
        )


def test_a_learner_of_the_programme_is_no_judge(session: Session, cast: Cast) -> None:
    study = convene(session, cast, NOW)
    with pytest.raises(Refused, match="keys"):
        add(session, cast, study, NOW, email="leo@example.org")


def test_nobody_learns_by_a_panel_who_has_an_account_elsewhere(
    session: Session, cast: Cast
) -> None:
    """The attack: type addresses until the page gives a stranger's name away."""
    study = convene(session, cast, NOW)
    told = []
    for email in ("nobody@example.org", "otto@example.org"):
        with pytest.raises(Refused) as refusal:
            add(session, cast, study, NOW, email=email)
        told.append(refusal.value.message)
    assert told[0] == told[1] and "Otto" not in told[0]
    accounts.grant_role(
        session,
        programme_id=cast.northgate,
        email="otto@example.org",
        role="supervisor",
        by=cast.ada,
        now=NOW,
    )
    judge = add(session, cast, study, NOW, email="otto@example.org")
    assert psychometrics.own_sheet(session, cast.otto, judge).judge.name == "Otto Lind"


def test_whoever_opened_a_study_does_not_approve_it(
    session: Session, cast: Cast, second_administrator: int
) -> None:
    number = held(session, cast)
    study = study_of(session, cast, number)
    with pytest.raises(Forbidden, match="Another administrator"):
        psychometrics.approve(session, study, by=cast.ada, now=NOW)
    psychometrics.approve(session, study, by=second_administrator, now=NOW)
    after = study_of(session, cast, number)
    assert (after.cut_percent, after.approved_by_name) == (68, "Otto Lind")
    with pytest.raises(Refused, match="closed"):
        psychometrics.approve(session, study, by=second_administrator, now=NOW)
    acts = session.scalars(sa.select(AuditEntry.act).where(AuditEntry.act.like("standard.%"))).all()
    assert acts.count("standard.handed-in") == 12
    assert acts[-1] == "standard.approved"


def test_the_database_refuses_an_approval_by_the_same_hand(session: Session, cast: Cast) -> None:
    """The vulnerable twin: an approval that goes round the service."""
    convene(session, cast, NOW)
    with pytest.raises(IntegrityError, match="approved_by_somebody_else"):
        session.execute(
            sa.update(StudyRecord).values(approved_by=cast.ada, approved_at=NOW, cut_percent=70)
        )


def test_a_panel_of_five_stays_provisional(
    session: Session, cast: Cast, second_administrator: int
) -> None:
    study = study_of(session, cast, held(session, cast, judges=5))
    assert len(study.judges) == 5
    with pytest.raises(Refused, match="5 judges"):
        psychometrics.approve(session, study, by=second_administrator, now=NOW)


def test_a_judge_who_leaves_takes_both_rounds_along(session: Session, cast: Cast) -> None:
    number = held(session, cast)
    study = study_of(session, cast, number)
    psychometrics.remove_judge(session, study, study.judges[0].id, by=cast.ada, now=NOW)
    standard = psychometrics.standard_of(session, study_of(session, cast, number))
    assert standard is not None
    assert float(standard.cut) == pytest.approx(mean(mean(each) for each in SECOND[1:]) / 100)
    assert standard.provisional


def test_a_cut_is_provisional_until_a_study_set_it(
    session: Session, cast: Cast, second_administrator: int
) -> None:
    """The small bank's cut is 60 %; the panel finds 68 %, which holds from the next release on."""
    before = psychometrics.cut_basis(session, cast.northgate, BANK, cast.release)
    assert (before.cut_percent, before.is_provisional, before.recommended) == (60, True, None)
    study = study_of(session, cast, held(session, cast))
    psychometrics.approve(session, study, by=second_administrator, now=NOW)
    after = psychometrics.cut_basis(session, cast.northgate, BANK, cast.release)
    assert (after.cut_percent, after.is_provisional) == (60, True)
    assert after.recommended is not None
    assert (after.recommended.label, after.recommended.cut_percent) == ("Spring panel", 68)
    session.execute(sa.update(StudyRecord).values(cut_percent=60))
    confirmed = psychometrics.cut_basis(session, cast.northgate, BANK, cast.release)
    assert (confirmed.is_provisional, confirmed.recommended) == (False, None)
    assert confirmed.study is not None and confirmed.study.label == "Spring panel"
    elsewhere = psychometrics.cut_basis(session, cast.southgate, BANK, cast.release)
    assert elsewhere.is_provisional and elsewhere.study is None


def test_the_lines_for_the_bank_file_cite_the_study(
    session: Session, cast: Cast, second_administrator: int
) -> None:
    number = held(session, cast)
    standard = psychometrics.approve(
        session, study_of(session, cast, number), by=second_administrator, now=NOW
    )
    lines = psychometrics.lines_for_bank_file(study_of(session, cast, number), standard)
    assert lines.splitlines() == [
        "  cut_percent: 68",
        '  cut_basis: "Modified Angoff study “Spring panel”, 6 judges, approved 1 October 2026; '
        'standard error 2.5 points."',
    ]


def test_what_learners_earned_is_frozen_for_the_second_round(session: Session, cast: Cast) -> None:
    for number in range(1, 13):
        sit(session, learner(session, cast, number), right=3, now=NOW, seed=7)
    study = convene(session, cast, NOW)
    rate(session, cast, 1, [50, 60, 70], NOW, who=cast.ivo)
    rate(session, cast, 2, [50, 60, 70], NOW)
    psychometrics.begin_second_round(session, study_of(session, cast, study), by=cast.ada, now=NOW)
    frozen = study_of(session, cast, study).evidence
    assert frozen is not None and frozen.scores == (Fraction(1),) * 12
    assert frozen.facilities
    assert all(share == 1 and count >= 10 for share, count in frozen.facilities.values())
    sit(session, learner(session, cast, 13), right=0, now=NOW, seed=7)
    assert study_of(session, cast, study).evidence == frozen


def test_a_withdrawn_study_takes_nothing_more(session: Session, cast: Cast) -> None:
    number = convene(session, cast, NOW)
    study = study_of(session, cast, number)
    psychometrics.withdraw_study(session, study, reason="Wrong bank", by=cast.ada, now=NOW)
    with pytest.raises(Refused, match="closed"):
        add(session, cast, number, NOW, name="Late Comer")
    assert study_of(session, cast, number).withdrawn_reason == "Wrong bank"


def test_instructors_and_learners_open_nothing(session: Session, cast: Cast) -> None:
    number = convene(session, cast, NOW)
    with pytest.raises(Forbidden):
        psychometrics.study_for(session, cast.ivo, number, "administrator")
    with pytest.raises(Forbidden):
        psychometrics.study_for(session, cast.leo, number, "instructor")
    with pytest.raises(NotFound):
        psychometrics.study_for(session, cast.olga, number, "instructor")


def test_two_studies_of_a_programme_differ_in_name(session: Session, cast: Cast) -> None:
    convene(session, cast, NOW)
    session.commit()
    with pytest.raises(Refused, match="already"):
        convene(session, cast, NOW)
