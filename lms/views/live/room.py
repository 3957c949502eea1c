"""The page for the room: the rotating code, large, and the same as a picture to scan."""

from flask import Response, jsonify, render_template, url_for
from flask_babel import gettext as _

from lms import clock
from lms.access import rule
from lms.db import db
from lms.services import live
from lms.services.live import Live
from lms.views.live.place import held, pages, settings


@pages.get("/manage/cohorts/<int:cohort>/live/<int:live>/code")
@rule("instructor")
def code(cohort: int, live: int) -> str:
    """Show the code of this half minute for the room to type."""
    found, session = held(cohort, live)
    return render_template(
        "live/room.html",
        cohort=found,
        programme_name=found.programme_name,
        live=session,
        now=clock.now(),
        code=now_shown(session),
        public_url=settings().public_url,
    )


@pages.get("/manage/cohorts/<int:cohort>/live/<int:live>/code.json")
@rule("instructor")
def code_json(cohort: int, live: int) -> Response:
    """Give the code of this half minute to the page that shows it."""
    return jsonify(now_shown(held(cohort, live)[1]))


def now_shown(session: Live) -> dict[str, object]:
    """Return the code that is shown now, for how long, and how many were credited."""
    now = clock.now()
    if not session.takes_codes(now):
        return {"code": "", "seconds": 0, "picture": "", "credited": credited(session)}
    code = live.code_of(live.key_of(settings().secret(), session.uid), live.step_of(now))
    return {
        "code": f"{code[:3]} {code[3:]}",
        "seconds": live.seconds_left(now),
        "picture": picture(f"{settings().public_url}{url_for('live.here')}?code={code}"),
        "credited": credited(session),
    }


def credited(session: Live) -> str:
    """Say how many are on record already, so that the room sees that it works."""
    count = live.count_attendance(db.session, session.cohort_id).get(session.id, 0)
    return str(_("%(n)s on record", n=count))


def picture(address: str) -> str:
    """Return an address as a QR code, a picture that a page may show."""
    import segno

    made = segno.make(address, error="m", micro=False)
    return str(made.svg_data_uri(border=4, scale=8, light="#fff"))
