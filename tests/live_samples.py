"""What is live in tests: sessions of the autumn cohort, who was there, a qualification to check."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.services import cohorts, live, qualifications
from lms.services.cohorts import RunCohort
from tests.cast import Cast
from tests.transcript_samples import picture

ZONE = "Europe/London"


def local(at: datetime) -> datetime:
    """Return an instant as the clocks of Northgate show it, to the minute."""
    return at.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, second=0, microsecond=0)


def plan(starts: datetime, **more: object) -> live.Plan:
    """Return what is planned of a session of two hours that begins at an instant."""
    values: dict[str, object] = {
        "title": "Consultation: touch and consent",
        "starts": local(starts),
        "ends": local(starts) + timedelta(hours=2),
        "minutes": 105,
        "mode": "hybrid",
        "place": "Seminar room 2",
        "link": "https://meet.example/autumn",
        "led_by": "Ivo Hansen",
    }
    return live.Plan(**{**values, **more})  # type: ignore[arg-type]


def autumn(session: Session, cast: Cast) -> RunCohort:
    return cohorts.cohort_for(session, cast.ada, cast.autumn, "instructor")


def on(session: Session, cast: Cast, now: datetime, **more: object) -> live.Live:
    """Plan a session that began ten minutes ago."""
    run = autumn(session, cast)
    wanted = plan(now - timedelta(minutes=10), **more)
    (made,) = live.schedule(session, run, wanted, by=cast.ivo, now=now)
    return live.live_for(session, run, made)


def meet(session: Session, cast: Cast, now: datetime) -> int:
    """Plan a session that is on now, the first, and one to come; Leo is credited by the roster."""
    run, how = autumn(session, cast), {"by": cast.ivo, "now": now}
    (first,) = live.schedule(session, run, plan(now - timedelta(minutes=30)), **how)
    later = replace(plan(now + timedelta(days=7)), capacity=1, title="Practice: preparation")
    live.schedule(session, run, later, **how)
    held = live.live_for(session, run, first)
    live.tick(session, run, held, [cast.leo_seat], mode="in-person", minutes=105, **how)
    live.renew_address(session, cast.leo, now)
    return first


def state(session: Session, cast: Cast, data: Path, now: datetime, **more: object) -> int:
    """Let Leo send his life support certificate; Northgate asks for it."""
    qualifications.ask_for(
        session, cast.northgate, ["life-support", "licence"], by=cast.ada, now=now
    )
    values: dict[str, object] = {
        "kind": "life-support",
        "number": "BLS-2207",
        "issuer": "Riverside Resuscitation Council",
        "issued_on": now.date() - timedelta(days=300),
        "expires_on": now.date() + timedelta(days=65),
    }
    return qualifications.state(
        session,
        cohorts.seat_for(session, cast.leo, cast.leo_seat),
        qualifications.Stated(**{**values, **more}),  # type: ignore[arg-type]
        picture(),
        folder=qualifications.proof_folder(data),
        ticket="2" * 32,
        now=now,
    )
