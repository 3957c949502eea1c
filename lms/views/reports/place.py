"""What the pages of reports share: their blueprint, and how states and times read."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext

from lms.services.reports import Cell, LearnerLine

pages = Blueprint("reports", __name__)

PACE_WORDS = {
    "complete": lazy("Complete"),
    "on-pace": lazy("On pace"),
    "not-started": lazy("Not started"),
    "overdue": lazy("Overdue"),
    "paused": lazy("Paused"),
}
CELL_WORDS = {
    "done": lazy("Done"),
    "failed": lazy("Not passed"),
    "late": lazy("Late"),
    "progress": lazy("In progress"),
    "open": lazy("Not started"),
}


def pace_word(line: LearnerLine) -> str:
    """Say how a learner stands against the plan."""
    if line.state == "paused":
        return str(PACE_WORDS["paused"])
    late = len(line.pace.late)
    if line.pace.state == "late":
        return str(ngettext("%(num)s late", "%(num)s late", late))
    if line.pace.state == "not-started" and late:
        return str(ngettext("Not started, %(num)s late", "Not started, %(num)s late", late))
    return str(PACE_WORDS[line.pace.state])


def cell_word(cell: Cell) -> str:
    """Say how a learner stands in a unit."""
    return str(CELL_WORDS[cell.state])


def local_to(zone: str) -> Callable[[datetime], datetime]:
    """Return what turns an instant into the time on the programme's clocks."""
    return lambda moment: moment.astimezone(ZoneInfo(zone))
