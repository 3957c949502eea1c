"""One completion report: its lines, its file, and what came back."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.downloads import attachment, handed_out
from lms.errors import NotFound, Refused
from lms.extensions import limiter
from lms.forms.reporting import ActForm, RejectionsForm
from lms.services import accounts, reporting
from lms.services.reporting import ReportOverview
from lms.views.reporting.place import pages, secret

PAGE = 50


@pages.get("/manage/reports/<int:report>")
@rule("overseer")
def report(report: int) -> str:
    """Show a report line by line, without what its consents cover."""
    found = reporting.report_for(db.session, current_user.id, report, asked())
    return shown(found, RejectionsForm(formdata=None))


def shown(found: ReportOverview, form: RejectionsForm) -> str:
    """Draw the page of a report."""
    role = accounts.role_in(db.session, current_user.id, found.programme_id)
    last = max(1, -(-found.lines // PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), last)
    first = (page - 1) * PAGE
    return render_template(
        "reporting/report.html",
        report=found,
        programme_name=found.programme_name,
        role=role,
        may_write=role in ("administrator", "director"),
        lines=reporting.list_lines(db.session, found.id, clock.now(), first=first, most=PAGE),
        page=page,
        last=last,
        form=form,
        act_form=ActForm(formdata=None),
    )


@pages.post("/manage/reports/<int:report>/file.<format>")
@rule("administrator")
@limiter.limit("60 per hour")
def file(report: int, format: str) -> Response:
    """Hand out the file to be sent: a form, not a link, since it opens what people entrusted."""
    found = reporting.report_for(db.session, current_user.id, report, asked())
    if format not in ("txt", "csv", "xlsx"):
        raise NotFound()
    table = reporting.report_table(db.session, found, secret(), by=current_user.id, now=clock.now())
    db.session.commit()
    if format != "txt":
        answer = handed_out(table, format)
    else:
        answer = Response(
            reporting.as_tab_text(table), content_type="text/tab-separated-values; charset=utf-8"
        )
        answer.headers["Content-Disposition"] = attachment(f"{table.name}.txt")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.post("/manage/reports/<int:report>/rejections")
@rule("administrator")
@limiter.limit("60 per hour")
def rejections(report: int) -> ResponseReturnValue:
    """Take the file that came back, all or nothing."""
    found = reporting.report_for(db.session, current_user.id, report, asked())
    form = RejectionsForm()
    if not form.validate_on_submit():
        return shown(found, form), 422
    try:
        done = reporting.take_rejections(
            db.session, found, form.file.data.stream, by=current_user.id, now=clock.now()
        )
    except Refused as refusal:
        db.session.rollback()
        form.file.errors = [refusal.message]
        return shown(found, form), 422
    db.session.commit()
    flash(
        ngettext("One line is marked.", "%(num)s lines are marked.", done.marked)
        if done.marked
        else _("All of these lines were marked before."),
        "success",
    )
    return redirect(url_for("reporting.report", report=report), 303)


@pages.post("/manage/reports/<int:report>/lines/<int:number>/settle")
@rule("administrator")
def settle(report: int, number: int) -> ResponseReturnValue:
    """Close a rejection that is not to be reported again."""
    found = reporting.report_for(db.session, current_user.id, report, asked())
    reporting.settle(db.session, found, number, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("Settled: it waits no more."), "success")
    return redirect(url_for("reporting.report", report=report), 303)
