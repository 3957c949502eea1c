"""The delivery log of a programme: what was written, what became of it, what came back."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.services import accounts, cohorts, mail, messages
from lms.views.messages.blueprint import pages, refuse_unless_pressed

STATES = ("sent", "waiting", "withheld", "failed")
KINDS = ("account", "credential", "learning", "reminder", "announcement", "report")


def _filters() -> dict[str, str]:
    """Read the filters of the address; what they do not know is all."""
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    return {"state": state if state in STATES else "", "kind": kind if kind in KINDS else ""}


@pages.get("/manage/programmes/<int:programme>/mail")
@rule("overseer")
def log(programme: int) -> str:
    """Show what was written to the people of a programme, newest first."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    before = request.args.get("before", type=int)
    filters = _filters()
    role = accounts.role_in(db.session, current_user.id, programme)
    return render_template(
        "messages/log.html",
        programme=found,
        programme_name=found.name,
        role=role,
        may_change=accounts.satisfies(role, "administrator"),
        page=mail.list_log(
            db.session, programme, before=before, state=filters["state"], kind=filters["kind"]
        ),
        troubled=mail.list_troubled(db.session, programme),
        filters=filters,
        states=STATES,
        kinds=KINDS,
        is_continued=before is not None,
    )


@pages.get("/manage/programmes/<int:programme>/mail/table.<format>")
@rule("overseer")
def log_table(programme: int, format: str) -> Response:
    """Give the log under the same filters as a file, written while it is read."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    filters = _filters()
    return exports.noted(
        messages.log_table(db.session, found, clock.now(), **filters),
        format,
        programme_id=programme,
        zone=found.time_zone,
        act="mail.log-exported",
        subject=found.name,
        detail={**filters, "format": format},
    )


@pages.post("/manage/programmes/<int:programme>/mail/<int:message>/again")
@rule("administrator")
def again(programme: int, message: int) -> ResponseReturnValue:
    """Let a message that was given up be tried anew."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    refuse_unless_pressed()
    messages.try_again(db.session, found, message, current_user.id, clock.now())
    db.session.commit()
    flash(_("The message is tried again within a minute."), "success")
    return redirect(url_for("messages.log", programme=programme), 303)


@pages.post("/manage/programmes/<int:programme>/mail/addresses/<int:person>")
@rule("administrator")
def clear(programme: int, person: int) -> ResponseReturnValue:
    """Let mail go to an address again that was found right."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    refuse_unless_pressed()
    messages.clear(db.session, found, person, current_user.id, clock.now())
    db.session.commit()
    flash(_("Mail goes to this address again from now on."), "success")
    return redirect(url_for("messages.log", programme=programme), 303)
