"""Places of the demonstration: somebody on leave, some gone, one moved, and a queue for a place."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.demo.scene import Scene
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, WaitingPlace
from lms.services import cohorts

WAITING = ("Ottilie Brandvold", "Kwesi Amankwah", "Saoirse Delacourt")
MORE_TIME = (
    (3, 21, "Night shifts for three weeks"),
    (8, 14, "Bereavement leave"),
    (15, 30, "Posted abroad until the end of the month"),
)


def fill(session: Session, scene: Scene) -> None:
    """Let a director have acted on places of the youngest cohort, which is full."""
    director = scene.staff["director"]
    run = cohorts.cohort_for(session, director, scene.cohorts[-1], "administrator")
    seats = scene.enrolments[run.id]
    for place, days, reason in MORE_TIME:
        cohorts.extend(
            session,
            run,
            seats[place % len(seats)],
            module_key=None,
            until=run.due_on + timedelta(days=days),
            reason=reason,
            by=director,
            now=scene.now,
        )
    acts: tuple[tuple[int, cohorts.StateAct, str], ...] = (
        (20, "pause", "Parental leave"),
        (33, "pause", "Sick leave until the new year"),
        (41, "withdraw", "Left the hospital"),
        (57, "withdraw", "Changed to another programme"),
    )
    for place, act, reason in acts:
        cohorts.change_state(
            session, run, seats[place % len(seats)], act, reason=reason, by=director, now=scene.now
        )
    _teach(session, scene, director)
    _fill_up(session, scene, run)


def _teach(session: Session, scene: Scene, director: int) -> None:
    for cohort in scene.cohorts[1:]:
        run = cohorts.cohort_for(session, director, cohort, "administrator")
        now_set = cohorts.settings_of(session, run)
        teachers = [each.account_id for each in cohorts.list_teachers(session, run)]
        chosen = frozenset(teachers[cohort % 2 :: 2])
        wanted = replace(now_set, faculty=chosen)
        cohorts.change_settings(session, run, wanted, by=director, now=scene.now)


def _fill_up(session: Session, scene: Scene, run: cohorts.RunCohort) -> None:
    """Set the capacity to what is taken, and let three people wait."""
    room = cohorts.rooms(session, [run.id])[run.id]
    session.execute(
        sa.update(Cohort)
        .where(Cohort.id == run.id)
        .values(capacity=room.taken, has_waiting_list=True)
    )
    for place, name in enumerate(WAITING):
        address = name.lower().replace(" ", ".")
        joined = scene.now - timedelta(days=6 - 2 * place, hours=place)
        account = Account(
            email=f"{address}@northgate.example",
            password="!",  # noqa: S106 -- no password is hashed to this: nobody signs in with it
            active=True,
            fs_uniquifier=f"{scene.chance.getrandbits(128):032x}",
            confirmed_at=joined,
            full_name=name,
            profession="Registered nurse",
            created_at=joined,
        )
        session.add(account)
        session.flush()
        session.add(WaitingPlace(cohort_id=run.id, account_id=account.id, joined_at=joined))
    session.flush()
