"""Who will finish, the weeks against the plan, quiz times and many cohorts at once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from lms.models.assessment import Attempt
from lms.models.cohorts import Enrolment
from lms.models.watch import RiskFlag
from lms.services import cohorts, reports
from tests.cast import THEN, Cast
from tests.lms import report_samples as sample
from tests.lms.report_samples import LESSONS

# Autumn 2026 runs from 1 September 2026 to 1 March 2027; its units take 5, 5 and 10 minutes and
# are planned for 17 October, 1 December and 1 March.
DECEMBER = datetime(2026, 12, 2, 12, tzinfo=UTC)


def report_at(session: Session, cast: Cast, now: datetime) -> reports.CohortReport:
    cohort = cohorts.cohort_for(session, cast.ada, cast.autumn, "reader")
    return reports.cohort_report(session, cohort, now)


def test_the_forecast_counts_the_complete_in_and_leaves_the_paused_out(
    session: Session, cast: Cast
) -> None:
    sample.complete(session, cast.lena, cast.lena_seat)
    for number in range(1, 9):
        seat = sample.learner(session, cast, f"Learner {number}", number=number)
        if number % 2:
            sample.read(session, seat, *LESSONS, at=DECEMBER - timedelta(days=number))
    session.get_one(Enrolment, cast.leo_seat).state = "paused"
    session.flush()
    found = reports.outlook(report_at(session, cast, DECEMBER))
    assert found is not None
    assert (found.complete, found.paused, len(found.chances)) == (1, 1, 8)
    assert 1 <= found.low <= found.middle <= found.high <= 9
    assert sum(found.count(word) for word in ("likely", "open", "unlikely")) == 8
    studied = {line.name for line, _ in found.chances[4:]}
    assert studied == {f"Learner {number}" for number in (1, 3, 5, 7)}, "who did more comes last"


def test_an_extension_raises_the_chance_to_finish_by_ones_own_last_day(
    session: Session, cast: Cast
) -> None:
    sample.read(session, cast.lena_seat, LESSONS[0], at=THEN)
    sample.read(session, cast.leo_seat, LESSONS[0], at=THEN)
    cohort = cohorts.cohort_for(session, cast.ada, cast.autumn, "instructor")
    cohorts.extend(
        session, cohort, cast.leo_seat, module_key=None, until=datetime(2027, 9, 1).date(),
        reason="Parental leave", by=cast.ada, now=DECEMBER,
    )  # fmt: skip
    session.flush()
    found = reports.outlook(report_at(session, cast, DECEMBER))
    assert found is not None
    assert [line.name for line, _ in found.chances] == ["Lena Marković", "Leo Ferreira"]


def test_nothing_is_forecast_in_the_first_week_or_after_the_last_day(
    session: Session, cast: Cast
) -> None:
    sample.read(session, cast.lena_seat, LESSONS[0])
    assert reports.outlook(report_at(session, cast, THEN + timedelta(days=3))) is None
    assert reports.outlook(report_at(session, cast, datetime(2027, 3, 2, 12, tzinfo=UTC))) is None


def test_the_weeks_end_where_the_facts_and_the_plan_say(session: Session, cast: Cast) -> None:
    sample.complete(session, cast.lena, cast.lena_seat, at=THEN + timedelta(days=8))
    report = report_at(session, cast, DECEMBER)
    found = reports.timeline(report)
    assert (len(found.weeks), report.week) == (26, 14)
    assert (found.planned[0], found.planned[-1]) == (0, 100)
    assert found.planned[report.week - 1] == 50
    assert found.done[:2] == (0, 50), "Lena did everything in the second week, Leo nothing"
    assert found.done[13] == 50
    assert found.done[14:] == (None,) * 12


def test_whoever_catches_up_is_no_longer_behind_and_was_a_week_ago(
    session: Session, cast: Cast
) -> None:
    late = datetime(2026, 10, 24, 12, tzinfo=UTC)
    sample.read(session, cast.lena_seat, LESSONS[0], at=THEN)
    sample.read(session, cast.leo_seat, LESSONS[0], at=late - timedelta(days=1))
    assert report_at(session, cast, late).count_behind == 0
    before = report_at(session, cast, late).behind_a_week_ago
    assert before == 0, "the planned day itself is still in time"
    later = late + timedelta(days=3)
    assert report_at(session, cast, later).behind_a_week_ago == 1


def test_the_time_of_a_quiz_is_that_of_first_attempts(session: Session, cast: Cast) -> None:
    sample.sit(session, cast.lena_seat, 1)
    sample.sit(session, cast.leo_seat, 3)
    again = sample.sit(session, cast.lena_seat, 3, number=2)
    session.get_one(Attempt, again).submitted_at = THEN + timedelta(hours=9)
    session.flush()
    (found,) = reports.quiz_times(report_at(session, cast, DECEMBER))
    assert (found.attempts, found.low, found.median, found.high) == (2, 60, 60, 60)


def test_many_cohorts_have_their_pulse(session: Session, cast: Cast) -> None:
    sample.complete(session, cast.lena, cast.lena_seat, at=DECEMBER - timedelta(days=2))
    sample.read(session, cast.leo_seat, LESSONS[0], at=DECEMBER - timedelta(days=20))
    gone = sample.learner(session, cast, "Gone", number=9)
    sample.read(session, gone, LESSONS[0], at=DECEMBER)
    session.get_one(Enrolment, gone).state = "withdrawn"
    for seat, closed in ((cast.leo_seat, None), (cast.lena_seat, DECEMBER), (gone, None)):
        session.add(
            RiskFlag(
                enrolment_id=seat, rule="silent", subject="", cause="{}",
                opened_at=THEN, closed_at=closed,
            )
        )  # fmt: skip
    session.flush()
    assert reports.pulse(session, [cast.autumn], DECEMBER) == {cast.autumn: reports.Pulse(1, 1, 1)}
    assert reports.pulse(session, [], DECEMBER) == {}
