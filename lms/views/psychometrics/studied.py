"""Cut scores, studies and what a panel rated as tables to take away."""

from collections.abc import Iterable
from fractions import Fraction

from flask import Response
from flask_babel import gettext as _
from flask_login import current_user

import quizzes
from lms import exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.services import accounts, psychometrics
from lms.services.psychometrics import Judge, Study, StudyLine
from lms.views.psychometrics.place import pages
from lms.views.psychometrics.tables import PARTS, allowed, given


@pages.get("/manage/programmes/<int:programme>/standards/table.<format>")
@rule("reader")
def cuts_table(programme: int, format: str) -> Response:
    """Give the cut scores of the newest release with what each rests on."""
    allowed(programme)
    banks = psychometrics.examined(db.session, programme).banks()
    bases = psychometrics.cut_bases(db.session, programme, banks)
    columns = (
        Column(_("Examination")),
        Column(_("Cut score"), _("per cent"), "percent"),
        Column(_("Rests on")),
    )
    rows = [
        (
            bank.title,
            bank.specification.cut_percent,
            exports.words_of(PARTS, "basis_words", bases[bank.id]),
        )
        for bank in banks.values()
    ]
    return given(programme, format, _("Cut scores"), columns, rows)


@pages.get("/manage/programmes/<int:programme>/standards/studies/table.<format>")
@rule("reader")
def studies_table(programme: int, format: str) -> Response:
    """Give the standard-setting studies of a programme, the newest first."""
    allowed(programme)
    banks = psychometrics.examined(db.session, programme).banks()
    columns = (
        Column(_("Study")),
        Column(_("Examination")),
        Column(_("Opened"), "", "moment"),
        Column(_("Judges"), "", "number"),
        Column(_("State")),
        Column(_("Cut score"), _("per cent, as approved"), "percent"),
        Column(_("Approved"), "", "moment"),
    )

    def state(line: StudyLine) -> str:
        if line.approved_at:
            return str(_("Approved"))
        if line.withdrawn_at:
            return str(_("Withdrawn"))
        return str(_("Second round") if line.second_round_at else _("First round"))

    rows = [
        (
            line.label,
            banks[line.bank_id].title if line.bank_id in banks else line.bank_id,
            line.opened_at,
            line.judges,
            state(line),
            line.cut_percent if line.approved_at else None,
            line.approved_at,
        )
        for line in psychometrics.list_studies(db.session, programme)
    ]
    return given(programme, format, _("Standard-setting studies"), columns, rows)


def seen(study: int) -> tuple[Study, quizzes.Standard | None]:
    """Return a study with its result, as far as its page shows it to the person who asks."""
    found = psychometrics.study_for(db.session, current_user.id, study, asked())
    administers = accounts.satisfies(found.role, "administrator")
    if not administers and found.approved_at is None:
        return found, None
    return found, psychometrics.standard_of(db.session, found)


def study_given(found: Study, format: str, table: Table) -> Response:
    """Hand out a table of a study."""
    return exports.given(table, format, programme_id=found.programme_id, zone=found.time_zone)


@pages.get("/manage/standards/<int:study>/judges/table.<format>")
@rule("reader")
def judges_table(study: int, format: str) -> Response:
    """Give the panel: who has handed in, and once there is a result each judge's own cut."""
    found, standard = seen(study)
    first, second = (
        own_cuts(part) for part in ((standard.first, standard.second) if standard else (None, None))
    )

    def row(judge: Judge) -> tuple[Cell, ...]:
        return (
            judge.name,
            judge.qualifications,
            judge.first_handed_in_at,
            judge.second_handed_in_at,
            hundred(first.get(judge.name), 1),
            hundred(second.get(judge.name), 1),
        )

    columns = (
        Column(_("Judge")),
        Column(_("Qualifications")),
        Column(_("Round 1"), _("when the ratings were handed in"), "moment"),
        Column(_("Round 2"), _("when the ratings were handed in"), "moment"),
        Column(_("Own cut, round 1"), _("per cent; empty before there is a result"), "number"),
        Column(_("Own cut, round 2"), _("per cent; empty before there is a result"), "number"),
    )
    name = _("Panel of %(study)s", study=found.label)
    return study_given(found, format, Table(name, columns, [row(each) for each in found.judges]))


def own_cuts(panel: quizzes.AngoffRound | None) -> dict[str, Fraction]:
    """Return by judge the cut of their own ratings of a round; none before there is a result."""
    return {each.judge: each.cut for each in panel.judges} if panel else {}


@pages.get("/manage/standards/<int:study>/items/table.<format>")
@rule("reader")
def ratings_table(study: int, format: str) -> Response:
    """Give what the panel rated, item by item; nothing before its page shows it."""
    found, standard = seen(study)
    columns = (
        Column(_("Item")),
        Column(_("Objective")),
        Column(_("Safety-critical")),
        Column(_("Mean, round 1"), _("of 100 barely competent clinicians"), "number"),
        Column(_("Mean, round 2"), _("of 100 barely competent clinicians"), "number"),
        Column(_("Lowest"), _("rating of the second round"), "number"),
        Column(_("Highest"), _("rating of the second round"), "number"),
        Column(_("Standard deviation"), _("between judges"), "number"),
        Column(
            _("Learners earned"), _("per cent of the marks; empty where nobody sat it"), "number"
        ),
        Column(_("Learners"), _("whose answers that rests on"), "number"),
    )
    rows = list(ratings(found, standard)) if standard else []
    name = _("Ratings of %(study)s", study=found.label)
    return study_given(found, format, Table(name, columns, rows))


def ratings(found: Study, standard: quizzes.Standard) -> Iterable[tuple[Cell, ...]]:
    """Return the ratings of each item as the report shows them, in whole numbers of a hundred."""
    items = {item.id: item for item in found.items}
    before = {each.item: each.mean for each in standard.first.items}
    # A study comes to a result by its second round, with what learners had earned by then.
    assert standard.second is not None and found.evidence is not None
    for each in standard.second.items:
        item = items[each.item]
        sat = found.evidence.facilities[each.item][1] if each.facility is not None else None
        yield (
            each.item,
            item.objective,
            str(_("yes") if item.safety_critical else _("no")),
            hundred(before[each.item]),
            hundred(each.mean),
            hundred(each.lowest),
            hundred(each.highest),
            round(float(each.spread) * 100),
            hundred(each.facility),
            sat,
        )


def hundred(share: Fraction | None, digits: int = 0) -> float | None:
    """Return a share as the page shows it, of a hundred."""
    if share is None:
        return None
    value = float(f"{float(share * 100):.{digits}f}")
    return int(value) if digits == 0 else value
