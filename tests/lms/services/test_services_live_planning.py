"""Planning live sessions: local time and DST, what is refused, letters, calendars."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms import clock
from lms.models.cohorts import Enrolment
from lms.models.mail import OutboxMessage
from lms.services import live
from lms.services.live.schedule import instant_of, weekly
from tests.cast import THEN, Cast
from tests.live_samples import autumn, plan

SECRET = "s" * 48
ZONES = ("Europe/London", "America/Denver", "Australia/Lord_Howe", "Asia/Tokyo", "America/St_Johns")


@given(
    starts=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    weeks=st.integers(1, 52),
    zone=st.sampled_from(ZONES),
)
def test_weekly_sessions_keep_their_time_of_day_when_clocks_change(
    starts: datetime, weeks: int, zone: str
) -> None:
    starts = starts.replace(second=0, microsecond=0)
    for week, (begins, _) in enumerate(weekly(starts, starts + timedelta(hours=2), weeks)):
        try:
            instant = instant_of(begins, zone)
        except ValueError:
            continue  # that night the clocks skip this very time
        shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
        assert (shown.time(), (shown - starts).days) == (starts.time(), 7 * week)


def test_a_time_that_the_clocks_skip_is_refused_with_its_field(
    session: Session, cast: Cast
) -> None:
    wanted = plan(THEN)
    skipped = replace(
        wanted, starts=datetime(2027, 3, 28, 1, 30), ends=datetime(2027, 3, 28, 3, 30)
    )
    with pytest.raises(live.Unplanned) as refusal:
        live.schedule(session, autumn(session, cast), skipped, by=cast.ivo, now=THEN)
    assert refusal.value.field == "starts"


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("link", {"link": ""}),
        ("link", {"link": "javascript:alert(1)"}),
        ("link", {"link": "http://meet.example"}),
        ("place", {"place": ""}),
        ("minutes", {"minutes": 121}),
        ("minutes", {"minutes": 0}),
        ("module", {"module_key": "of-another-course"}),
        ("capacity", {"capacity": 0}),
        ("weeks", {"weeks": 53}),
    ],
)
def test_what_no_session_can_be_is_told_with_its_field(
    session: Session, cast: Cast, field: str, more: dict[str, object]
) -> None:
    with pytest.raises(live.Unplanned) as refusal:
        live.schedule(session, autumn(session, cast), plan(THEN, **more), by=cast.ivo, now=THEN)
    assert refusal.value.field == field


# --- telling people ---


def test_learners_who_learn_are_told_once_and_moved_sessions_are_told_again(
    session: Session, cast: Cast
) -> None:
    session.execute(
        sa.update(Enrolment).where(Enrolment.id == cast.leo_seat).values(state="withdrawn")
    )
    run, ahead = autumn(session, cast), plan(THEN + timedelta(days=3))
    live.schedule(session, run, replace(ahead, weeks=3), by=cast.ivo, now=THEN)
    told = session.scalars(sa.select(OutboxMessage)).all()
    assert [(each.recipient, each.kind) for each in told] == [("lena@example.org", "learning")]
    assert "3 sessions" in told[0].subject and "meet.example" not in told[0].body
    first = live.list_live(session, run.id)[0]
    same = replace(ahead, led_by="Somebody else")
    assert not live.change(session, run, first.id, same, by=cast.ivo, now=THEN)
    moved = replace(ahead, place="The garden")
    assert live.change(session, run, first.id, moved, by=cast.ivo, now=THEN)
    assert len(session.scalars(sa.select(OutboxMessage)).all()) == 2


# --- calendars ---


def test_a_calendar_reads_the_feed_and_learns_what_moved(session: Session, cast: Cast) -> None:
    from icalendar import Calendar

    now = clock.now()
    run, wanted = autumn(session, cast), plan(now + timedelta(days=2))
    (made,) = live.schedule(session, run, wanted, by=cast.ivo, now=now)

    def event() -> dict[str, object]:
        entries = live.list_feed(session, cast.lena, lambda n: f"https://x.example/{n}", now)
        (found,) = Calendar.from_ical(live.calendar_file(entries, "x.example")).walk("VEVENT")
        return found

    first = event()
    assert first.decoded("dtstart") == live.live_for(session, run, made).starts_at.replace(
        tzinfo=UTC
    )
    assert "meet.example" not in str(first["description"])
    live.cancel(session, run, made, by=cast.ivo, now=now)
    then = event()
    assert (first["uid"], first["status"], first["sequence"]) == (then["uid"], "CONFIRMED", 0)
    assert (then["status"], then["sequence"]) == ("CANCELLED", 1)


def test_a_calendar_address_is_secret_and_ends_when_it_is_renewed(
    session: Session, cast: Cast
) -> None:
    live.renew_address(session, cast.lena, THEN)
    token = live.feed_token(session, cast.lena, SECRET)
    assert token and live.find_feed(session, token, SECRET) == cast.lena
    name, mac = token.split("-")
    for forged in (
        f"{cast.leo}-{mac}", f"{name}-{'0' * len(mac)}", name, "", f"{name}-", "٣-" + mac, "9" * 40,
    ):  # fmt: skip
        assert live.find_feed(session, forged, SECRET) is None
    assert live.find_feed(session, token, "t" * 48) is None
    live.renew_address(session, cast.lena, THEN)
    assert live.find_feed(session, token, SECRET) is None
    live.drop_address(session, cast.lena, THEN)
    assert live.feed_token(session, cast.lena, SECRET) is None
