"""Renewal: what a holder still has to do, reminders, and who of a programme lapses soon."""

import secrets
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext
from flask_login import current_user

import certificates
from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Cell, Column, Table
from lms.errors import NotFound, Refused
from lms.extensions import limiter
from lms.forms.renewals import RemindersForm, RenewForm, StopForm
from lms.services import cohorts, credentials
from lms.services.credentials import Attested, Lapsing

pages = Blueprint("renewals", __name__)

pages.add_app_template_filter(certificates.format_serial, "as_serial")

STATUS_WORDS = {
    "valid": lazy("Valid"),
    "update-outstanding": lazy("Valid, update outstanding"),
}


@pages.get("/credentials/<serial>/renewal")
@rule("learner")
def renewal(serial: str) -> str:
    """Show the holder what a renewal asks for, what is missing and why, and what it would give."""
    now = clock.now()
    standing = credentials.standing_for(db.session, current_user.id, serial, now)
    return render_template(
        "renewals/renewal.html",
        standing=standing,
        programme_name=standing.held.credential.programme,
        rule_words=rule_words(standing.rule),
        items=credentials.list_safety_items(db.session, standing),
        chain=credentials.chain_of(db.session, standing, now),
        wants_reminders=credentials.wants_reminders(db.session, current_user.id),
    )


def rule_words(found: certificates.CurrencyRule) -> str:
    """Say by which rule the next currency date is set."""
    months = ngettext("%(num)s month", "%(num)s months", found.months)
    if found.kind == "previous":
        return str(
            _(
                "Renewed in time, it is current for %(months)s from its present currency date, "
                "so that renewing early loses nothing. Renewed late, from the day of renewal.",
                months=months,
            )
        )
    if found.fixed is not None:
        month, day = found.fixed
        fixed = certificates.spelled_date(date(2028, month, day)).rpartition(" ")[0]
        least = ngettext("%(num)s month", "%(num)s months", found.minimal_months)
        return str(
            _(
                "It is current until the last %(fixed)s within %(months)s, and for at least "
                "%(least)s.",
                fixed=fixed,
                months=months,
                least=least,
            )
        )
    return str(_("It is current for %(months)s from the day of renewal.", months=months))


@pages.post("/credentials/<serial>/renewal")
@rule("learner")
@limiter.limit("30 per minute")
def renew(serial: str) -> ResponseReturnValue:
    """Begin a renewal, or make the new credential when nothing is missing any more."""
    now = clock.now()
    before = credentials.standing_for(db.session, current_user.id, serial, now)
    if not RenewForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    renewed = credentials.begin_renewal(
        db.session,
        current_user.id,
        serial,
        seed=secrets.randbits(62),
        now=now,
        verify_address=current_app.config["SETTINGS"].verify_address,
    )
    db.session.commit()
    if renewed is not None:
        flash(_("Renewed. The new certificate is ready; the former stays on record."), "success")
        return redirect(url_for("credentials.index"), 303)
    if before.begun is None:
        flash(_("The renewal is begun. This page says what is still missing."), "success")
    return redirect(url_for("renewals.renewal", serial=serial), 303)


@pages.post("/credentials/reminders")
@rule("member")
def reminders() -> ResponseReturnValue:
    """Let somebody stop or resume their reminders of renewal."""
    form = RemindersForm()
    if not form.validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    wanted = form.wanted.data == "yes"
    credentials.choose_reminders(db.session, current_user.id, wanted=wanted, now=clock.now())
    db.session.commit()
    flash(said_of(wanted=wanted), "success")
    return redirect(url_for("credentials.index"), 303)


def said_of(*, wanted: bool) -> str:
    """Say what a choice about reminders means from now on."""
    if wanted:
        return str(_("You will be reminded 90, 60, 30 and 7 days before a currency date."))
    return str(_("You get no more reminders of renewal. Every other letter reaches you."))


@pages.route("/reminders/stop/<token>", methods=["GET", "POST"])
@rule("public")
@limiter.limit("30 per minute")
def stop(token: str) -> ResponseReturnValue:
    """Let the reader of a letter stop reminders without signing in; to look changes nothing."""
    account = credentials.account_of_token(current_app.config["SETTINGS"].secret(), token)
    if account is None:
        raise NotFound()
    is_stopped = StopForm().validate_on_submit()
    if is_stopped:
        credentials.choose_reminders(db.session, account, wanted=False, now=clock.now())
        db.session.commit()
    return render_template("renewals/stop.html", is_stopped=is_stopped, token=token)


@pages.get("/manage/programmes/<int:programme>/renewals")
@rule("overseer")
def lapsing(programme: int) -> str:
    """Show an administrator whose certificates pass their currency date within 90 days."""
    now = clock.now()
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    return render_template(
        "renewals/lapsing.html",
        programme=found,
        programme_name=found.name,
        lines=credentials.list_lapsing(db.session, programme, now),
        days=credentials.DAYS_AHEAD,
        today=credentials.today_of(db.session, programme, now),
    )


@pages.get("/manage/programmes/<int:programme>/renewals.<format>")
@rule("overseer")
def lapsing_table(programme: int, format: str) -> Response:
    """Give the same list, in the same order, as a file for a spreadsheet."""
    now = clock.now()
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines = credentials.list_lapsing(db.session, programme, now)
    today = credentials.today_of(db.session, programme, now)
    name = f"{found.name} renewals {today.isoformat()}"
    return exports.noted(
        table(name, lines),
        format,
        programme_id=programme,
        zone=found.time_zone,
        act="renewals.exported",
        subject=found.name,
        detail={"holders": len(lines)},
    )


def table(name: str, lines: Iterable[Lapsing]) -> Table:
    """Return certificates that lapse soon as a table to take away."""
    columns = (
        Column(_("Holder")),
        Column(_("E-mail")),
        Column(_("Certificate"), _("its number")),
        Column(_("Course")),
        Column(_("Current until"), "", "day"),
        Column(_("Days left"), "", "number"),
        Column(_("Status")),
        Column(_("Window opens"), _("the first day on which it can be renewed"), "day"),
        Column(_("Renewal begun"), "", "moment"),
        Column(_("Updates to confirm"), _("that the holder has still to read"), "number"),
        Column(_("Reminders written"), _("days before the last day")),
    )
    return Table(name, columns, [row(line) for line in lines])


def row(line: Lapsing) -> tuple[Cell, ...]:
    """Return a certificate that lapses soon as a row."""
    credential = line.held.credential
    return (
        line.name,
        line.email,
        certificates.format_serial(credential.serial),
        credential.title,
        credential.current_until,
        line.days_left,
        str(STATUS_WORDS[line.held.verdict.status]),
        line.opens_on,
        line.begun_at,
        line.updates_open,
        ", ".join(str(days) for days in line.reminded),
    )


@pages.app_template_global()
def renewal_note(held: Attested) -> dict[str, Any]:
    """Return what a holder's card says of renewal: its window, and how it stands today."""
    window = credentials.window_of(db.session, held)
    today = credentials.today_of(db.session, held.programme_id, clock.now())
    return {
        "window": window,
        "is_open": window.is_open(today),
        "is_late": window.is_late(today),
        "days_left": (window.current_until - today).days,
    }
