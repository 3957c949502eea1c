"""Continuing education: what a holder may claim, the statements, and a programme's approvals."""

from datetime import date
from decimal import Decimal

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import certificates
from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Column, Table
from lms.errors import Refused
from lms.extensions import limiter
from lms.forms.credits import ApprovalForm, ClaimForm, EndForm
from lms.services import cohorts, credentials, credits

pages = Blueprint("credits", __name__)


@pages.get("/credentials/<serial>/credits")
@rule("learner")
def offers(serial: str) -> str:
    """Show what may be claimed for a credential, approval by approval, and what was."""
    return offers_page(serial, None, "")


def offers_page(serial: str, form: ClaimForm | None, approval: int | str) -> str:
    """Draw the page, with one form as it was sent."""
    found = credentials.own_credential_for(db.session, current_user.id, serial, clock.now())
    return render_template(
        "credits/offers.html",
        found=found,
        programme_name=found.credential.programme,
        serial=certificates.format_serial(found.credential.serial),
        offers=credits.list_offers(db.session, found),
        form=form or ClaimForm(formdata=None),
        sent=approval,
    )


@pages.post("/credentials/<serial>/credits/<int:approval>")
@rule("learner")
def claim(serial: str, approval: int) -> ResponseReturnValue:
    """Claim credits by one approval."""
    now = clock.now()
    found = credentials.own_credential_for(db.session, current_user.id, serial, now)
    form = ClaimForm()
    if form.validate_on_submit():
        try:
            credits.claim(db.session, found, approval, form.amount.data, now=now)
            db.session.commit()
            flash(_("Claimed. The statement is ready."), "success")
            return redirect(url_for("credits.offers", serial=serial), 303)
        except Refused as refusal:
            db.session.rollback()
            form.amount.errors = [str(refusal)]
    return offers_page(serial, form, approval), 422


@pages.get("/credentials/<serial>/credits/<int:claim>/statement.pdf")
@rule("learner")
@limiter.limit("30 per minute")
def statement(serial: str, claim: int) -> ResponseReturnValue:
    """Hand out the signed statement of a claim; `?paper=letter` for US Letter."""
    now = clock.now()
    found = credentials.own_credential_for(db.session, current_user.id, serial, now)
    if found.verdict.status in ("suspended", "revoked"):
        flash(_("There is no statement for a certificate that is suspended or revoked."), "error")
        return redirect(url_for("credits.offers", serial=serial), 303)
    made = credits.claim_for(db.session, found, claim)
    paper: certificates.Paper = "letter" if request.args.get("paper") == "letter" else "a4"
    settings = current_app.config["SETTINGS"]
    pdf = credits.statement_of(db.session, found, made, settings, paper=paper, now=now)
    db.session.commit()
    answer = Response(pdf, mimetype="application/pdf")
    name = f"statement-{found.credential.serial}-{claim}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@pages.route("/manage/programmes/<int:programme>/approvals", methods=["GET", "POST"])
@rule("overseer", post="administrator")
def approvals(programme: int) -> ResponseReturnValue:
    """List the approvals a programme holds, and record one."""
    known = cohorts.programme_for(db.session, current_user.id, programme, asked())
    form = ApprovalForm()
    if form.validate_on_submit():
        try:
            credits.record_approval(
                db.session,
                programme,
                approval_in(form),
                certificates.CreditRule(
                    form.unit.data.strip(), form.unit_minutes.data, Decimal(form.step.data)
                ),
                by=current_user.id,
                now=clock.now(),
            )
            db.session.commit()
            flash(_("Stored. Holders may claim credits by it from now on."), "success")
            return redirect(url_for("credits.approvals", programme=programme), 303)
        except certificates.CredentialError:
            form.valid_until.errors = [_("The last day comes before the first.")]
    today = clock.now().date()
    page = render_template(
        "credits/approvals.html",
        programme=known,
        programme_name=known.name,
        form=form,
        lines=[
            (line, state_of(line, today)) for line in credits.list_approvals(db.session, programme)
        ],
    )
    return page, 422 if form.errors else 200


@pages.get("/manage/programmes/<int:programme>/approvals/table.<format>")
@rule("overseer")
def approvals_table(programme: int, format: str) -> Response:
    """Give the approvals that a programme holds or held, those in force first."""
    known = cohorts.programme_for(db.session, current_user.id, programme, asked())
    today = clock.now().date()
    words = {
        "valid": _("In force"),
        "future": _("Not yet"),
        "lapsed": _("Lapsed"),
        "ended": _("Off the list"),
    }
    table = Table(
        _("Approvals of %(name)s", name=known.name),
        (
            Column(_("Body")),
            Column(_("State")),
            Column(_("Provider number")),
            Column(_("Statement")),
            Column(_("First day"), "", "day"),
            Column(_("Last day"), _("empty without an end"), "day"),
            Column(_("Unit")),
            Column(_("Minutes of a unit"), "", "minutes"),
            Column(_("Steps"), _("of a unit, in which credits are claimed")),
        ),
        [
            (
                line.approval.body,
                words[state_of(line, today)],
                line.approval.number,
                line.approval.statement,
                line.approval.valid_from,
                line.approval.valid_until,
                line.rule.unit,
                line.rule.minutes,
                str(line.rule.step),
            )
            for line in credits.list_approvals(db.session, programme)
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=known.time_zone)


def approval_in(form: ApprovalForm) -> certificates.Approval:
    """Return the approval that a form states; CredentialError when it ends before it begins."""
    return certificates.Approval(
        body=" ".join(form.body.data.split()),
        number=form.number.data.strip(),
        statement=" ".join(form.statement.data.split()),
        valid_from=form.valid_from.data,
        valid_until=form.valid_until.data,
    )


def state_of(line: credits.ApprovalLine, today: date) -> str:
    """Return how an approval stands today: "ended", "future", "lapsed" or "valid"."""
    if line.is_ended:
        return "ended"
    if line.covers(today):
        return "valid"
    return "future" if today < line.approval.valid_from else "lapsed"


@pages.post("/manage/programmes/<int:programme>/approvals/<int:approval>/end")
@rule("administrator")
def end_approval(programme: int, approval: int) -> ResponseReturnValue:
    """Take an approval off the list."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    if not EndForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    credits.end_approval(db.session, programme, approval, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("Taken off the list. What was claimed by it stays."), "success")
    return redirect(url_for("credits.approvals", programme=programme), 303)
