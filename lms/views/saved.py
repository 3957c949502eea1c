"""Reports: any table of a cohort, filtered and ordered, under an address, kept and taken away."""

from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table, handed_out
from lms.errors import NotFound, Refused
from lms.extensions import limiter
from lms.forms.saved import ActForm, KeepForm
from lms.services import accounts, cohorts, saved

pages = Blueprint("saved", __name__)
MOST_SHOWN = 200


@pages.get("/manage/programmes/<int:programme>/reports")
@rule("reader")
def index(programme: int) -> str:
    """Show the reports that a programme keeps, and the tables that one can be made of."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    role = accounts.role_in(db.session, current_user.id, programme)
    return render_template(
        "saved/index.html",
        programme_id=programme,
        programme_name=found.name,
        zone=found.time_zone,
        role=role,
        listed=saved.list_saved(db.session, programme),
        cohorts=cohorts.list_cohorts(db.session, [programme]),
        sources=_sources(role),
    )


@pages.get("/manage/programmes/<int:programme>/reports/table.<format>")
@rule("reader")
def index_table(programme: int, format: str) -> Response:
    """Give the list of reports that a programme keeps, not what they show."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    when = {"never": _("Never"), "weekly": _("Every week"), "monthly": _("Every month")}
    table = Table(
        _("Reports of %(name)s", name=found.name),
        (
            Column(_("Report")),
            Column(_("Cohort")),
            Column(_("Kept by")),
            Column(_("Kept"), "", "moment"),
            Column(_("Address sent"), _("how often its keeper is sent the address")),
        ),
        [
            (
                line.title,
                line.cohort_title,
                line.saved_by_name,
                line.saved_at,
                when[line.schedule],
            )
            for line in saved.list_saved(db.session, programme)
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.get("/manage/cohorts/<int:cohort>/report")
@rule("reader")
def build(cohort: int) -> ResponseReturnValue:
    """Show a table of a cohort as the address says, with the means to change what it shows."""
    return _shown(cohort, KeepForm())


def _shown(cohort: int, form: KeepForm) -> ResponseReturnValue:
    run = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    definition = _asked_for(run.role)
    problem = None
    try:
        table = saved.report_of(db.session, current_user.id, run, definition, clock.now())
    except Refused as refusal:
        problem = refusal.message
        definition = saved.Definition(definition.source)
        table = saved.report_of(db.session, current_user.id, run, definition, clock.now())
    everything = saved.source_named(definition.source).build(db.session, run, clock.now())
    if not form.is_submitted():
        form.definition.data = saved.to_text(definition)
    page = render_template(
        "saved/build.html",
        cohort=run,
        programme_id=run.programme_id,
        programme_name=run.programme_name,
        role=run.role,
        definition=definition,
        conditions=[
            *definition.conditions,
            *[None] * (saved.MOST_CONDITIONS - len(definition.conditions)),
        ],
        columns=[column.label for column in everything.columns],
        problem=problem,
        form=form,
        query=_query(definition),
        operators=operator_words(),
        sources=_sources(run.role),
        may_keep=accounts.satisfies(run.role, "instructor"),
        **_rows(table),
    )
    return page, 422 if form.errors or problem else 200


def _sources(role: str | None) -> list[tuple[str, str]]:
    """Return the tables that somebody of this role may read, by name, with their titles."""
    return [
        (name, source.title)
        for name, source in saved.SOURCES.items()
        if accounts.satisfies(role, source.asked)
    ]


def operator_words() -> dict[str, str]:
    """Say what each condition asks of a cell."""
    return {
        "is": _("is"),
        "is-not": _("is not"),
        "contains": _("contains"),
        "at-least": _("is at least"),
        "at-most": _("is at most"),
        "is-empty": _("is empty"),
        "is-not-empty": _("is not empty"),
    }


def _rows(table: Any) -> dict[str, Any]:
    """Return what a page shows of a table: so many rows, and whether there are more."""
    rows = [[_on_page(cell) for cell in row] for row in islice(table.rows, MOST_SHOWN + 1)]
    return {
        "table": table,
        "rows": rows[:MOST_SHOWN],
        "has_more": len(rows) > MOST_SHOWN,
        "most": MOST_SHOWN,
    }


def _on_page(cell: Cell) -> str:
    """Return a cell as conditions see it; days and instants do not break at their hyphens."""
    text = saved.as_text(cell)
    return Markup('<span class="nowrap">{}</span>').format(text) if isinstance(cell, date) else text


def _asked_for(role: str) -> saved.Definition:
    """Read a definition from the address: an unknown source is not there, an odd part left out.

    Without a source it is the first that somebody of this role may read.
    """
    given = request.args
    readable = [name for name, _title in _sources(role)]
    conditions = tuple(
        saved.Condition(column, operator, value[:200])
        for column, operator, value in zip(
            given.getlist("where"), given.getlist("op"), given.getlist("value"), strict=False
        )
        if column and operator in saved.OPERATORS
    )
    source = given.get("source", readable[0])
    if source not in saved.SOURCES:
        raise NotFound()
    return saved.Definition(
        source,
        tuple(given.getlist("column")),
        conditions[: saved.MOST_CONDITIONS],
        given.get("sort", ""),
        given.get("order") == "descending",
    )


def _query(definition: saved.Definition) -> dict[str, Any]:
    """Return a definition as the parts of an address, the other way round."""
    return {
        "source": definition.source,
        "column": list(definition.columns),
        "where": [each.column for each in definition.conditions],
        "op": [each.operator for each in definition.conditions],
        "value": [each.value for each in definition.conditions],
        "sort": definition.sort,
        "order": "descending" if definition.descending else "ascending",
    }


@pages.get("/manage/cohorts/<int:cohort>/report/table.<format>")
@rule("reader")
@limiter.limit("60 per hour")
def build_table(cohort: int, format: str) -> ResponseReturnValue:
    """Give what the address says as a file."""
    run = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    return _given(run, _asked_for(run.role), format)


def _given(run: cohorts.RunCohort, definition: saved.Definition, form: str) -> ResponseReturnValue:
    now = clock.now()
    table = saved.report_of(db.session, current_user.id, run, definition, now)
    table = exports.in_zone(table, run.time_zone)
    answer = handed_out(replace(table, name=f"{table.name} {run.title}"), form)
    saved.record_export(db.session, run, definition, form, by=current_user.id, now=now)
    db.session.commit()
    return answer


@pages.post("/manage/cohorts/<int:cohort>/report")
@rule("instructor")
def keep(cohort: int) -> ResponseReturnValue:
    """Keep a report under a title."""
    run = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    form = KeepForm()
    if not form.validate_on_submit():
        return _shown(cohort, form)
    try:
        definition = saved.from_text(form.definition.data)
        # Worked out once before it is kept: what cannot be shown is not worth an address.
        saved.report_of(db.session, current_user.id, run, definition, clock.now())
        kept = saved.save(
            db.session,
            run,
            definition,
            title=form.title.data,
            schedule=form.schedule.data,
            weekday=form.weekday.data,
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refusal:
        db.session.rollback()
        form.title.errors = [refusal.message]
        return _shown(cohort, form)
    db.session.commit()
    flash(_("The report is kept. It is worked out anew whenever it is opened."), "success")
    return redirect(url_for("saved.report", saved_report=kept), 303)


@pages.get("/manage/saved/<int:saved_report>")
@rule("reader")
def report(saved_report: int) -> ResponseReturnValue:
    """Show a kept report as it comes out now."""
    line, run = saved.saved_for(db.session, current_user.id, saved_report, asked())
    try:
        table = saved.report_of(db.session, current_user.id, run, line.definition, clock.now())
    except Refused as refusal:
        table = None
        flash(refusal.message, "error")
    return render_template(
        "saved/report.html",
        line=line,
        cohort=run,
        programme_name=run.programme_name,
        role=run.role,
        text=saved.to_text(line.definition),
        query=_query(line.definition),
        form=ActForm(),
        may_remove=run.is_administered or line.saved_by == current_user.id,
        **(_rows(table) if table is not None else {"table": None}),
    )


@pages.get("/manage/saved/<int:saved_report>/table.<format>")
@rule("reader")
@limiter.limit("60 per hour")
def report_table(saved_report: int, format: str) -> ResponseReturnValue:
    """Give a kept report as a file."""
    line, run = saved.saved_for(db.session, current_user.id, saved_report, asked())
    return _given(run, line.definition, format)


@pages.post("/manage/saved/<int:saved_report>/remove")
@rule("instructor")
def remove(saved_report: int) -> ResponseReturnValue:
    """Take a kept report away."""
    line, _run = saved.saved_for(db.session, current_user.id, saved_report, asked())
    saved.remove(db.session, line, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("The report is removed."), "success")
    return redirect(url_for("saved.index", programme=line.programme_id), 303)
