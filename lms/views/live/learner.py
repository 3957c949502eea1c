"""Live sessions as a learner meets them: when and where, a place, the code of the room."""

import secrets

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from lms import clock, speech
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.extensions import limiter
from lms.forms.live import ATTENDED, ActForm, CodeForm
from lms.services import cohorts, live
from lms.services.live import OpenSession
from lms.views.live.place import pages, settings, words

# A room of forty types its codes from one address: tries are counted by person.
TRIES = "20 per minute"
# Names a device for the hours of one day, to tell when two people type codes on the same one.
DEVICE = "live-device"
DEVICE_SECONDS = 12 * 3600


@pages.get("/learn/<int:enrolment>/live")
@rule("learner")
def own(enrolment: int) -> str:
    """Show a learner the sessions of their cohort, and the minutes credited."""
    seat, now = cohorts.seat_for(db.session, current_user.id, enrolment), clock.now()
    sessions = live.list_live(db.session, seat.cohort_id)
    credits = live.list_credits(db.session, enrolment)
    token = live.feed_token(db.session, current_user.id, settings().secret())
    return render_template(
        "live/own.html",
        seat=seat,
        programme_name=seat.programme_name,
        # Whoever rests or has left is told of no address to join.
        coming=[each for each in sessions if each.ends_at >= now and seat.state == "active"],
        past=[each for each in reversed(sessions) if each.ends_at < now],
        credits={each.live_id: each for each in credits},
        other_credits=[
            each for each in credits if each.live_id not in {one.id for one in sessions}
        ],
        held=live.list_own_places(db.session, enrolment),
        places=live.count_places(db.session, seat.cohort_id),
        now=now,
        feed=f"{settings().public_url}{url_for('live.feed', token=token)}" if token else None,
        **words(),
    )


@pages.post("/learn/<int:enrolment>/live/<int:live>/place")
@rule("learner")
def book(enrolment: int, live: int) -> ResponseReturnValue:
    """Take a place in a session with a limited number of them."""
    return placed(enrolment, live, is_taken=True)


@pages.post("/learn/<int:enrolment>/live/<int:live>/give-up")
@rule("learner")
def give_up(enrolment: int, live: int) -> ResponseReturnValue:
    """Give a place up again."""
    return placed(enrolment, live, is_taken=False)


def placed(enrolment: int, live_id: int, *, is_taken: bool) -> ResponseReturnValue:
    """Take a place or give it up, and go back to the list."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    session = live.live_of_learner(db.session, seat, live_id)
    act = live.book if is_taken else live.give_up
    try:
        act(db.session, seat, session, clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "error")
    else:
        db.session.commit()
        flash(_("You hold a place.") if is_taken else _("Your place is free again."), "success")
    return redirect(url_for("live.own", enrolment=enrolment), 303)


def own_account() -> str:
    """Return whom tries are counted for."""
    return f"live:{current_user.get_id()}"


@pages.route("/live/here", methods=["GET", "POST"])
@rule("member")
@limiter.limit(TRIES, methods=["POST"], key_func=own_account)
def here() -> ResponseReturnValue:
    """Take the code of the room from somebody who is there."""
    now = clock.now()
    found = live.list_open(db.session, current_user.id, now)
    form = CodeForm()
    fill(form, found)
    if found and form.validate_on_submit():
        return tried(form, next(one for one in found if one.live.id == form.session.data))
    if request.method == "GET":
        form.code.data = request.args.get("code", "")[:16]
    page = render_template("live/here.html", found=found, form=form, now=now, **words())
    return page, 422 if form.errors else 200


def fill(form: CodeForm, found: list[OpenSession]) -> None:
    """Offer the sessions that are open, and the ways in which the first can be attended."""
    form.session.choices = [
        SelectChoice(one.live.id, f"{one.live.title} ({one.seat.cohort_title})") for one in found
    ]
    modes = [
        mode
        for mode in ("in-person", "live-online")
        if any(mode in live.ATTENDED_AS[one.live.mode] for one in found)
    ]
    form.mode.choices = [(mode, ATTENDED[mode]) for mode in modes]
    # With one answer nobody has to choose it.
    if len(found) == 1 and form.session.data is None:
        form.session.data = found[0].live.id
    if len(modes) == 1 and form.mode.data is None:
        form.mode.data = modes[0]


def tried(form: CodeForm, chosen: OpenSession) -> ResponseReturnValue:
    """Try a code; every try is kept, also one that is refused later on."""
    device = request.cookies.get(DEVICE, "")[:64] or secrets.token_hex(16)
    origin = live.Origin(device, request.remote_addr or "")
    back = redirect(url_for("live.own", enrolment=chosen.seat.enrolment_id), 303)
    try:
        answer = live.check_in(
            db.session,
            chosen,
            form.code.data,
            mode=form.mode.data,
            secret=settings().secret(),
            origin=origin,
            now=clock.now(),
        )
    except Refused as refusal:
        db.session.rollback()
        form.code.errors = [refusal.message]
        return drawn(form), 422
    db.session.commit()
    if answer == "wrong":
        form.code.errors = [_("That is not the code of this session. Look at the screen again.")]
    elif answer == "passed":
        form.code.errors = [
            _("That code has passed: each is taken for a minute at most. Type the one shown now.")
        ]
    if form.code.errors:
        return remembered(make_response(drawn(form), 422), device)
    said = {
        "credited": _(
            "You are on record, with %(time)s.", time=speech.duration(_, chosen.live.minutes)
        ),
        "known": _("You are on record already."),
    }
    flash(said[answer], "success")
    return remembered(make_response(back), device)


def drawn(form: CodeForm) -> str:
    """Return the page with a code that was not taken."""
    now = clock.now()
    found = live.list_open(db.session, current_user.id, now)
    return render_template("live/here.html", found=found, form=form, now=now, **words())


def remembered(answer: Response, device: str) -> Response:
    """Let the device be known as itself until the evening."""
    answer.set_cookie(
        DEVICE,
        device,
        max_age=DEVICE_SECONDS,
        secure=settings().is_https,
        httponly=True,
        samesite="Lax",
        path="/live",
    )
    return answer


@pages.post("/live/calendar")
@rule("member")
def calendar_address() -> ResponseReturnValue:
    """Make somebody's secret calendar address, a new one in place of the old, or drop it."""
    if ActForm().validate_on_submit():
        if request.form.get("act") == "drop":
            live.drop_address(db.session, current_user.id, clock.now())
            flash(_("Your calendar address answers no more."), "success")
        else:
            live.renew_address(db.session, current_user.id, clock.now())
            flash(_("This is your calendar address. An older one answers no more."), "success")
        db.session.commit()
    enrolment = request.form.get("enrolment", type=int)
    if enrolment is None:
        return redirect(url_for("learning.home"), 303)
    return redirect(url_for("live.own", enrolment=enrolment, _anchor="calendar"), 303)
