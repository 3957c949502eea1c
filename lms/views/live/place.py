"""What the pages of live sessions share: their blueprint, and a cohort with the right to it."""

from flask import Blueprint, Response, current_app
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from lms.access import asked
from lms.config import Settings
from lms.db import db
from lms.forms.live import ATTENDED, MODES
from lms.services import catalogue, cohorts, live
from lms.services.cohorts import RunCohort
from lms.services.live import Live

pages = Blueprint("live", __name__)

MODE_WORDS = dict(MODES)


def settings() -> Settings:
    """Return the settings of the application that answers."""
    made: Settings = current_app.config["SETTINGS"]
    return made


def run(cohort: int) -> RunCohort:
    """Return a cohort to whoever holds what the open page declares, or refuse."""
    return cohorts.cohort_for(db.session, current_user.id, cohort, asked())


def held(cohort: int, session: int) -> tuple[RunCohort, Live]:
    """Return a cohort and one of its sessions, or refuse."""
    found = run(cohort)
    return found, live.live_for(db.session, found, session)


def module_choices(found: RunCohort) -> list[SelectChoice]:
    """Return what minutes may count for: a module of the course, or all of it."""
    course = catalogue.release(db.session, found.release_id).course
    return [
        SelectChoice("", _("The whole course")),
        *(SelectChoice(each.key, each.title) for each in course.modules),
    ]


def module_title(found: RunCohort, key: str | None) -> str | None:
    """Return the title of a module of the course; None for the whole course."""
    course = catalogue.release(db.session, found.release_id).course
    return next((each.title for each in course.modules if each.key == key), key)


def words() -> dict[str, object]:
    """Return the words in which the pages name modes."""
    return {"mode_words": MODE_WORDS, "attended_words": ATTENDED}


def calendar_answer(file: bytes, name: str) -> Response:
    """Hand out a calendar file to save."""
    answer = Response(file, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return answer
