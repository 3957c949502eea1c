"""Live sessions of the demonstration: weeks of seminars, who came, and what was put right."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.demo.scene import Scene
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.live import HoursEntry, LiveBooking, LiveSession
from lms.services import live

# Each with the module it is held for; without one its minutes count by mode alone.
SESSIONS: tuple[tuple[str, str | None], ...] = (
    ("Opening: how we work together", None),
    ("Consultation: preparation sessions", "set-and-setting"),
    ("Case seminar: screening and medication", "screening"),
    ("Practice afternoon: the room and the first hour", "set-and-setting"),
    ("Consultation: touch and consent", "ethics"),
    ("Case seminar: when things go wrong", "adverse-events"),
    ("Role play: emergency response", "adverse-events"),
    ("Practice afternoon: staying beside somebody", "set-and-setting"),
    ("Consultation: integration", "integration"),
    ("Case seminar: power and boundaries", "ethics"),
    ("Journal club", None),
    ("Closing: what we take along", None),
)
LEADERS = ("Jonas Ward", "Dr Adaeze Okafor", "Ruth Abenov")
STARTS, LENGTH, CREDITED = time(17, 30), timedelta(hours=2), 105
PRACTICE_PLACES = 40


def fill(session: Session, scene: Scene) -> None:
    """Plan each cohort's weekly sessions, credit those who came, and leave one roster open."""
    zone = ZoneInfo(session.get_one(Programme, scene.programme_id).time_zone)
    leader = next(iter(scene.staff.values()))
    for place, cohort_id in enumerate(scene.cohorts):
        cohort = session.get_one(Cohort, cohort_id)
        planned = [_planned(cohort, week, zone, leader, scene) for week in range(len(SESSIONS))]
        session.add_all(planned)
        session.flush()
        held = [each for each in planned if each.ends_at < scene.now]
        # Of the youngest cohort's last session nobody has ticked the roster yet.
        is_youngest = place == len(scene.cohorts) - 1
        _attend(session, scene, cohort, held[:-1] if is_youngest else held, zone, leader)
        _book(session, scene, [each for each in planned if each.ends_at >= scene.now])


def _planned(cohort: Cohort, week: int, zone: ZoneInfo, leader: int, scene: Scene) -> LiveSession:
    """Return the session of one week: a Wednesday's, in the room each fourth time."""
    monday = cohort.starts_on - timedelta(days=cohort.starts_on.weekday())
    day = monday + timedelta(days=2, weeks=week + 1)
    starts = live.instant_of(datetime.combine(day, STARTS), zone.key)
    mode = "in-person" if week % 4 == 3 else "hybrid" if week % 4 == 0 else "online"
    made = min(starts - timedelta(days=30), scene.now)
    title, module_key = SESSIONS[week]
    return LiveSession(
        cohort_id=cohort.id,
        uid=f"{scene.chance.getrandbits(128):032x}",
        title=title,
        module_key=module_key,
        starts_at=starts,
        ends_at=starts + LENGTH,
        minutes=CREDITED,
        mode=mode,
        place="" if mode == "online" else "Northgate House, seminar room 2",
        link="" if mode == "in-person" else "https://meet.example/northgate",
        capacity=PRACTICE_PLACES if mode == "in-person" else None,
        led_by=LEADERS[week % len(LEADERS)],
        made_by=leader,
        made_at=made,
        changed_at=made,
    )


def _attend(
    session: Session,
    scene: Scene,
    cohort: Cohort,
    held: list[LiveSession],
    zone: ZoneInfo,
    leader: int,
) -> None:
    """Credit whoever came; people differ in how often they do."""
    people = session.execute(
        sa.select(Enrolment.id, Enrolment.account_id, Enrolment.enrolled_at)
        .where(Enrolment.id.in_(scene.enrolments.get(cohort.id, ())))
        .order_by(Enrolment.id)
    ).all()
    rows = []
    for person in people:
        habit = scene.chance.betavariate(6, 1.6)
        for each in held:
            if person.enrolled_at > each.ends_at or scene.chance.random() > habit:
                continue
            mode = each.mode
            if mode == "hybrid":
                mode = "in-person" if scene.chance.random() < 0.4 else "online"
            has_left = scene.chance.random() < 0.04
            by_code = not has_left and scene.chance.random() < 0.9
            rows.append(
                {
                    "enrolment_id": person.id,
                    "live_id": each.id,
                    "release_id": cohort.release_id,
                    "module_key": each.module_key,
                    "held_on": each.starts_at.astimezone(zone).date(),
                    "minutes": 60 if has_left else CREDITED,
                    "mode": "in-person" if mode == "in-person" else "live-online",
                    "evidence": "code" if by_code else "roster",
                    "reason": "",
                    "recorded_by": person.account_id if by_code else leader,
                    "recorded_at": each.starts_at + timedelta(minutes=7)
                    if by_code
                    else each.ends_at + timedelta(minutes=30),
                }
            )
    if rows:
        session.execute(sa.insert(HoursEntry), rows)


def _book(session: Session, scene: Scene, coming: list[LiveSession]) -> None:
    """Let some take a place where places are limited."""
    rows = [
        {
            "live_id": each.id,
            "enrolment_id": enrolment,
            "booked_at": scene.now - timedelta(days=1 + place % 9),
        }
        for each in coming
        if each.capacity
        for place, enrolment in enumerate(
            scene.enrolments.get(each.cohort_id, ())[: each.capacity * 3 // 4]
        )
    ]
    if rows:
        session.execute(sa.insert(LiveBooking), rows)
