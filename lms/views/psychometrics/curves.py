"""The curves of the assessment pages as tables to take away: the points as they are drawn."""

from flask import Response
from flask_babel import gettext as _

import quizzes
from lms.access import rule
from lms.downloads import Column
from lms.services import psychometrics
from lms.views.psychometrics import charts
from lms.views.psychometrics.place import number, pages
from lms.views.psychometrics.statistics import choice, report_of
from lms.views.psychometrics.tables import allowed, given, rounded


@pages.get("/manage/programmes/<int:programme>/assessment/<bank>/information/curve/table.<format>")
@rule("reader")
def curve_table(programme: int, bank: str, format: str) -> Response:
    """Give the curve of test information, every point that is drawn."""
    allowed(programme)
    report = report_of(programme, bank, choice())
    model = psychometrics.item_model(report)
    columns = (
        Column(_("Ability"), _("0 is the average learner"), "number"),
        Column(_("Information"), quizzes.FIGURES["information"].sentence, "number"),
        Column(_("Standard error of ability"), "", "number"),
    )
    name = _("Test information of %(bank)s", bank=report.bank.title)
    if isinstance(model, str):
        return given(programme, format, name, columns, (), (model,))
    cut = report.bank.specification.cut_percent
    at = psychometrics.ability_at(model, cut)
    told = _(
        "The model expects the cut score of %(cut)s %% at an ability of %(at)s.",
        cut=cut,
        at=number(at),
    )
    rows = [tuple(map(rounded, point)) for point in charts.measured(model.information)]
    return given(programme, format, name, columns, rows, () if at is None else (told,))


@pages.get(
    "/manage/programmes/<int:programme>/assessment/<bank>/items/<column>/groups/table.<format>"
)
@rule("reader")
def groups_table(programme: int, bank: str, column: str, format: str) -> Response:
    """Give which share of each score group chose each option of an item, as it is drawn."""
    allowed(programme)
    options = report_of(programme, bank, choice()).line(column).options
    groups = options.groups if options else ()
    columns = (
        Column(_("Option")),
        Column(_("Key"), _("whether it is the right answer")),
        *(
            Column(
                _("Group %(n)s (%(size)s learners)", n=place, size=size),
                _("share who chose it, per cent; the first group has the lowest scores"),
                "percent",
            )
            for place, size in enumerate(groups, 1)
        ),
    )
    rows = [
        (
            curve.option.upper(),
            str(_("yes") if curve.is_key else _("no")),
            *(round(100 * share) for share in curve.shares),
        )
        for curve in charts.curves(options)
    ]
    name = _("Who chose what in %(item)s, by score group", item=column)
    return given(programme, format, name, columns, rows)
