"""Limited acts of a study, done by fifty at the same moment: each happens once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import LmsError
from lms.models.accounts import RoleGrant
from lms.models.audit import AuditEntry
from lms.models.psychometrics import RatingRecord
from lms.services import audit, psychometrics
from tests.cast import THEN, Cast
from tests.psychometric_samples import BOUNDS, OUTSIDERS, add, convene, rate
from tests.races import at_once

NOW = THEN + timedelta(days=30)


@pytest.fixture
def study(app: Flask, cast: Cast) -> int:
    """A panel of six that has handed in its first round; Otto administers Northgate too."""
    with app.app_context():
        session = db.session
        grant = RoleGrant(
            account_id=cast.otto, programme_id=cast.northgate, role="administrator", granted_at=THEN
        )
        session.add(grant)
        number = convene(session, cast, NOW)
        for name in OUTSIDERS[1:]:
            add(session, cast, number, NOW, name=name)
        hand_in(session, cast, number)
        session.commit()
    return number


def found(session: Session, cast: Cast, study: int) -> psychometrics.Study:
    return psychometrics.study_for(session, cast.ada, study, "administrator")


def hand_in(session: Session, cast: Cast, study: int) -> None:
    for judge in found(session, cast, study).judges:
        rate(session, cast, judge.id, [60, 70, 80], NOW, who=judge.account_id or 0)


def acts(session: Session, act: str) -> int:
    count = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.act == act)
    return session.scalar(count) or 0


def begin(session: Session, cast: Cast, study: int) -> None:
    psychometrics.begin_second_round(session, found(session, cast, study), by=cast.ada, now=NOW)


def test_the_second_round_begins_once(app: Flask, cast: Cast, study: int) -> None:
    answers = at_once(app, lambda session, _: begin(session, cast, study))
    assert sum(isinstance(answer, LmsError) for answer in answers) == len(answers) - 1
    with app.app_context():
        assert acts(db.session, "standard.second-round") == 1
        assert audit.first_broken(db.session) is None


def test_a_study_is_approved_once(app: Flask, cast: Cast, study: int) -> None:
    with app.app_context():
        begin(db.session, cast, study)
        hand_in(db.session, cast, study)
        db.session.commit()

    def approve(session: Session, _: int) -> int:
        panel = found(session, cast, study)
        return psychometrics.approve(session, panel, by=cast.otto, now=NOW).cut_percent

    answers = at_once(app, approve)
    assert [answer for answer in answers if not isinstance(answer, LmsError)] == [70]
    with app.app_context():
        assert acts(db.session, "standard.approved") == 1


def test_a_judge_with_many_tabs_hands_in_once(app: Flask, cast: Cast, study: int) -> None:
    with app.app_context():
        begin(db.session, cast, study)
        db.session.commit()

    def hand_in_tab(session: Session, number: int) -> int:
        sheet = psychometrics.own_sheet(session, cast.ivo, 1)
        ratings = {item.id: number for item in sheet.study.items}
        psychometrics.save_ratings(
            session, sheet, ratings, BOUNDS, round=2, hand_in=True, by=cast.ivo, now=NOW
        )
        return number

    answers = at_once(app, hand_in_tab)
    kept = [answer for answer in answers if not isinstance(answer, LmsError)]
    assert len(kept) == 1
    with app.app_context():
        stored = sa.select(RatingRecord.percent).where(
            RatingRecord.judge_id == 1, RatingRecord.round == 2
        )
        assert db.session.scalars(stored).all() == kept * 3
