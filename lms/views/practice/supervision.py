"""Where supervisors sign: by their account, or once by a link that was sent to them."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.extensions import limiter
from lms.forms.practice import ReturnForm, SignForm
from lms.services import cohorts, credentials, observed, practice
from lms.services.practice import Entry, Supervised
from lms.views.practice.own import told_of
from lms.views.practice.place import pages

TRIES = "30 per hour"

#: Rows of each kind on the page: what waits moves up as it is done, what is done has pages.
MOST_ROWS = 30


@pages.get("/manage/programmes/<int:programme>/supervision")
@rule("supervisor")
def supervision(programme: int) -> str:
    """List the rows that name the person who asks as supervisor: first what waits longest."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    entries = practice.list_supervised(db.session, current_user.id, programme)
    waiting = [entry for entry in entries if entry.is_open]
    others = [entry for entry in entries if not entry.is_open]
    last = max(1, -(-len(others) // MOST_ROWS))
    page = min(max(1, request.args.get("page", 1, type=int)), last)
    return render_template(
        "practice/supervision.html",
        programme=found,
        programme_name=found.name,
        waiting=waiting[:MOST_ROWS],
        more_waiting=len(waiting) > MOST_ROWS,
        others=others[(page - 1) * MOST_ROWS : page * MOST_ROWS],
        page=page,
        last=last,
        sheets=[
            (rating, seen)
            for rating, seen in observed.own_sheets(db.session, current_user.id)
            if seen.programme_id == programme
        ],
    )


@pages.get("/manage/supervision/<int:entry>")
@rule("supervisor")
def entry(entry: int) -> str:
    """Show a row to the supervisor it names, with the attestation."""
    found = practice.supervised_for(db.session, current_user.id, entry)
    return entry_page(found, SignForm(), ReturnForm())


def entry_page(found: Supervised, form: SignForm, back: ReturnForm) -> str:
    """Draw the page of a row."""
    form.digest.data = practice.content_digest(found.entry)
    is_whole = found.entry.state == "signed" and practice.is_whole(db.session, found.entry)
    return render_template(
        "practice/supervised.html",
        found=found,
        entry=found.entry,
        statement=practice.STATEMENT,
        is_whole=is_whole,
        form=form,
        back=back,
    )


@pages.post("/manage/supervision/<int:entry>/sign")
@rule("supervisor")
def sign(entry: int) -> ResponseReturnValue:
    """Sign a row with one's typed name; it is locked from then on."""
    found = practice.supervised_for(db.session, current_user.id, entry)
    form = SignForm()
    if not form.validate_on_submit():
        return entry_page(found, form, ReturnForm(formdata=None)), 422
    try:
        practice.sign(
            db.session,
            found,
            typed_name=form.typed_name.data,
            digest=form.digest.data or "",
            now=clock.now(),
        )
    except Refused as refused:
        db.session.rollback()
        form.typed_name.errors = [refused.message]
        return entry_page(found, form, ReturnForm(formdata=None)), 422
    award_what_is_complete(found.learner_account_id, [found.entry])
    db.session.commit()
    flash(_("Signed. The row is locked."), "success")
    return redirect(url_for("practice.supervision", programme=found.programme_id), 303)


@pages.post("/manage/supervision/<int:entry>/return")
@rule("supervisor")
def give_back(entry: int) -> ResponseReturnValue:
    """Give a row back unsigned."""
    found = practice.supervised_for(db.session, current_user.id, entry)
    back = ReturnForm()
    if not back.validate_on_submit():
        return entry_page(found, SignForm(formdata=None), back), 422
    practice.return_entry(db.session, found, reason=back.reason.data, now=clock.now())
    db.session.commit()
    flash(_("Returned. The learner sees why, and corrects it."), "success")
    return redirect(url_for("practice.supervision", programme=found.programme_id), 303)


@pages.route("/signatures/<token>", methods=["GET", "POST"])
@rule("public")
@limiter.limit(TRIES, methods=["GET", "POST"])
def by_link(token: str) -> ResponseReturnValue:
    """Let a supervisor without an account sign once, by the link that was sent to them."""
    opened = practice.open_link(db.session, token, clock.now())
    form = SignForm()
    if form.validate_on_submit():
        chosen = [int(each) for each in request.form.getlist("entry") if each.isdecimal()]
        try:
            signed = practice.sign_by_link(
                db.session, opened, chosen, typed_name=form.typed_name.data, now=clock.now()
            )
            award_what_is_complete(opened.seat.account_id, opened.entries)
            db.session.commit()
            return render_template(
                "practice/signed.html",
                programme_name=opened.seat.programme_name,
                told=told_of(signed),
            )
        except Refused as refused:
            db.session.rollback()
            form.typed_name.errors = [refused.message]
    page = render_template(
        "practice/by_link.html",
        opened=opened,
        programme_name=opened.seat.programme_name,
        statement=practice.STATEMENT,
        chosen=request.form.getlist("entry"),
        form=form,
    )
    return page, 422 if form.errors else 200


def award_what_is_complete(account: int, entries: tuple[Entry, ...] | list[Entry]) -> None:
    """Award the credential that waited for these rows, if nothing else is missing."""
    for enrolment in {each.enrolment_id for each in entries}:
        credentials.award_if_complete(
            db.session,
            cohorts.seat_for(db.session, account, enrolment),
            now=clock.now(),
            verify_address=current_app.config["SETTINGS"].verify_address,
        )
