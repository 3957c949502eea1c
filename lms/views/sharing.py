"""The holder's side of verification: what others see, links to give away, and looks by day."""

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
from wtforms.fields.choices import SelectChoice

import certificates
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.extensions import limiter
from lms.forms.sharing import DisplayForm, EndLinkForm, LinkForm
from lms.services import credentials, sharing
from lms.services.credentials import Attested
from lms.services.sharing import Display

pages = Blueprint("sharing", __name__)


@pages.route("/credentials/<serial>/sharing", methods=["GET", "POST"])
@rule("learner")
def credential(serial: str) -> ResponseReturnValue:
    """Let a holder decide what the page shows, see when it was looked up, and take it elsewhere."""
    now = clock.now()
    found = credentials.own_credential_for(db.session, current_user.id, serial, now)
    known = sharing.display_of(db.session, found.id)
    form = DisplayForm(obj=known)
    if form.validate_on_submit():
        if sharing.choose_display(db.session, found, chosen_in(form), now):
            flash(_("Kept. The page shows it so from now on."), "success")
        db.session.commit()
        return redirect(url_for("sharing.credential", serial=found.credential.serial), 303)
    page = render_template(
        "sharing/credential.html",
        found=found,
        form=form,
        display=known,
        look_ups=sharing.list_look_ups(db.session, found.id),
        number=certificates.format_serial(found.credential.serial),
        **places(found),
    )
    return page, 422 if form.errors else 200


def chosen_in(form: DisplayForm) -> Display:
    """Return what the form asks for."""
    return Display(
        is_published=form.is_published.data,
        shown_name=form.shown_name.data,
        shows_profession=form.shows_profession.data,
        shows_hours=form.shows_hours.data,
        shows_assessment=form.shows_assessment.data,
    )


def places(found: Attested) -> dict[str, str]:
    """Return the addresses to take a credential to: its page, a profile, a calendar."""
    settings = current_app.config["SETTINGS"]
    page = f"{settings.verify_address}/{found.credential.serial}"
    return {
        "public_address": page,
        "linkedin": sharing.linkedin_address(found.credential, page),
        "google_calendar": sharing.google_calendar_address(found.credential, renewal_address()),
    }


def renewal_address() -> str:
    """Return where a holder renews; it says nothing of whose or which credential."""
    settings = current_app.config["SETTINGS"]
    return f"{settings.public_url}{url_for('credentials.index')}"


@pages.get("/credentials/<serial>/currency.ics")
@rule("learner")
def calendar(serial: str) -> Response:
    """Give the currency date as an entry for the holder's calendar."""
    now = clock.now()
    found = credentials.own_credential_for(db.session, current_user.id, serial, now)
    entry = sharing.calendar_entry(found.credential, renewal_address())
    answer = Response(entry, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="currency-date.ics"'
    return answer


@pages.route("/credentials/links", methods=["GET", "POST"])
@rule("member")
@limiter.limit("20 per minute", methods=["POST"])
def links() -> ResponseReturnValue:
    """List a person's links, and make another; its address is shown this once."""
    now = clock.now()
    held = credentials.list_of_holder(db.session, current_user.id, now)
    form = LinkForm()
    titles = {each.id: titled(each) for each in held}
    form.serials.choices = [SelectChoice(each.credential.serial, titles[each.id]) for each in held]
    made = None
    if form.validate_on_submit():
        try:
            token = sharing.make_link(
                db.session,
                current_user.id,
                serials=form.serials.data,
                shown_name=form.shown_name.data,
                label=form.label.data or "",
                days=int(form.days.data),
                now=now,
            )
        except Refused as refusal:
            db.session.rollback()
            form.form_errors.append(refusal.message)
        else:
            db.session.commit()
            settings = current_app.config["SETTINGS"]
            made = settings.public_url + url_for("verification.shared", token=token)
    if request.method == "GET" and len(held) == 1:
        form.serials.data = [held[0].credential.serial]
    page = render_template(
        "sharing/links.html",
        form=form,
        options=[{"value": each.credential.serial, "text": titles[each.id]} for each in held],
        made=made,
        links=sharing.list_links(db.session, current_user.id),
        titles=titles,
        now=now,
    )
    return page, 422 if form.errors else (201 if made else 200)


def titled(each: Attested) -> str:
    """Return what tells a person's credentials apart."""
    issued = each.credential.issued_at
    words: str = _(
        "%(title)s, issued %(day)s",
        title=each.credential.title,
        day=f"{issued.day} {issued:%B %Y}",
    )
    return words


@pages.post("/credentials/links/<int:link>/end")
@rule("private")
def end(link: int) -> ResponseReturnValue:
    """End one of one's own links at once."""
    if not EndLinkForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    sharing.end_link(db.session, current_user.id, link, clock.now())
    db.session.commit()
    flash(_("The link has ended. Whoever opens it finds nothing."), "success")
    return redirect(url_for("sharing.links"), 303)
