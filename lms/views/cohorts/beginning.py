"""What is next in a programme that begins: from nobody and nothing to learners who are reminded."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from lms.services.cohorts import CohortLine
from lms.services.reports import Beginning


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, where it is done, and whether it is; without `url` it cannot be done yet."""

    title: str
    text: str
    action: str
    url: str | None
    is_done: bool


def steps_of(programme: int, begun: Beginning, lines: Sequence[CohortLine]) -> list[Step]:
    """Return what a programme needs before it runs by itself, in order; empty when all is done.

    `begun` is how far it has come, `lines` are its cohorts, the latest first.
    """
    roles, missing = begun.roles, begun.undisclosed
    has_people = {"director", "educator"} <= roles
    steps = [
        _name_people(programme, roles, has_people),
        Step(
            _("Record what they disclose"),
            _("Missing: %(names)s.", names=", ".join(missing))
            if missing
            else _("Whoever controls content names their financial interests, or that none exist."),
            _("Record disclosures"),
            url_for("closing.manage_disclosures", programme=programme),
            has_people and not missing,
        ),
        Step(
            _("Open a cohort"),
            _("A title, a first and a last day. It stays with one release of the curriculum."),
            _("New cohort"),
            url_for("cohorts.new", programme=programme),
            bool(lines),
        ),
        Step(
            _("Bring learners in"),
            _("From a spreadsheet, tried before it is done. A link or a code works as well."),
            _("From a spreadsheet"),
            url_for("rosters.cohort", cohort=lines[0].id) if lines else None,
            any(line.learners for line in lines),
        ),
        Step(
            _("Decide who is reminded"),
            _("Every rule is off until you have seen whom it would reach."),
            _("Open reminders"),
            url_for("messages.rules", programme=programme),
            begun.has_decided,
        ),
    ]
    return [] if all(step.is_done for step in steps) else steps


def _name_people(programme: int, roles: frozenset[str], has_people: bool) -> Step:
    if "director" not in roles:
        text = _("A director confers completion. It may be you: enter your own e-mail address.")
    else:
        text = _("A lead educator answers for the teaching; two are better than one.")
    return Step(
        _("Name the director and who teaches"),
        text,
        _("Open people"),
        url_for("faculty.people", programme=programme),
        has_people,
    )
