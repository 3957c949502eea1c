"""Completion reports of the demonstration: some agreed, were reported, and two rows came back."""

import io
from datetime import timedelta

from sqlalchemy.orm import Session

from lms.demo.scene import Scene
from lms.services import cohorts, credentials, reporting
from lms.services.reporting import Particulars

AGREED, READY = 20, 4
BACK = ("Board ID not found", "Birth day does not match the board's record")


def fill(session: Session, scene: Scene) -> None:
    """Report the completions of twenty people a week ago; four more are ready now."""
    opener = scene.staff["administrator"]
    then = scene.now - timedelta(days=7)
    courses = reporting.list_courses(session, scene.programme_id, scene.now)
    if not courses:
        return
    slug = courses[0].slug
    held = credentials.list_of_programme(session, scene.programme_id, slug, scene.now)
    held = [each for each in held if each.credential.completed_on < then.date()][::-1]
    reporting.set_activity(session, scene.programme_id, slug, "2026-0417-EN", by=opener, now=then)
    _agree(session, scene, held[:AGREED])
    if held:
        made = reporting.make(session, scene.programme_id, slug, by=opener, now=then)
        found = reporting.report_for(session, opener, made, "overseer")
        rows = "".join(
            f"{reporting.reference_of(made, number)},{reason}\n"
            for number, reason in enumerate(BACK[: found.lines], start=1)
        )
        file = io.BytesIO(f"Reference,Reason\n{rows}".encode())
        reporting.take_rejections(session, found, file, by=opener, now=then + timedelta(days=3))
    _agree(session, scene, held[AGREED : AGREED + READY])
    session.commit()


def _agree(session: Session, scene: Scene, held: list[credentials.Attested]) -> None:
    for each in held:
        first, _space, last = each.credential.holder_name.rpartition(" ")
        told = Particulars(
            first_name=first or last,
            last_name=last,
            licence_jurisdiction="Oregon",
            licence_number=f"PSY-{scene.chance.randint(10_000, 99_999)}",
            board="",
            board_id="",
            birth_month=scene.chance.randint(1, 12),
            birth_day=scene.chance.randint(1, 28),
        )
        seat = cohorts.seat_for(session, each.account_id, each.enrolment_id)
        secret = scene.settings.secret()
        reporting.give(session, seat, told, secret=secret, now=scene.now - timedelta(days=9))
