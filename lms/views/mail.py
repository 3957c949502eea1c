"""What reaches somebody: their choices, one click to stop; in development, the mailbox."""

import re

from flask import (
    Blueprint,
    abort,
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
from markupsafe import Markup, escape

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import NotFound
from lms.extensions import csrf, limiter
from lms.forms.messages import ChoicesForm
from lms.services import mail, messages

pages = Blueprint("mail", __name__)


@pages.get("/mailbox")
@rule("development")
def index() -> str:
    """List the latest messages."""
    return render_template("mail/index.html", messages=mail.list_recent(db.session))


@pages.get("/mailbox/<int:message>")
@rule("development")
def message(message: int) -> str:
    """Show one message."""
    found = mail.find_message(db.session, message)
    if found is None:
        abort(404)
    own = current_app.config["SETTINGS"].public_url
    paragraphs = [with_links(part, own) for part in found.body.strip().split("\n\n")]
    return render_template("mail/message.html", message=found, paragraphs=paragraphs)


def with_links(body: str, own: str) -> Markup:
    """Return the text escaped, with our own addresses as links and no others."""
    parts = re.split(rf"({re.escape(own)}(?:/[^\s<>\"']*)?)(?=[\s<>\"']|$)", body)
    links = (
        Markup('<a href="{0}">{0}</a>').format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )
    return Markup("").join(links)


@pages.route("/account/mail", methods=["GET", "POST"])
@rule("member")
def choices() -> ResponseReturnValue:
    """Let somebody choose how each kind of mail reaches them."""
    chosen = mail.choices_of(db.session, current_user.id)
    form = ChoicesForm(data=chosen)
    if form.validate_on_submit():
        now = clock.now()
        for kind in mail.CHOOSABLE:
            messages.choose(
                db.session, current_user.id, kind, form[kind].data, now, by_letter=False
            )
        db.session.commit()
        flash(_("Your choices are saved. They hold for what is written from now on."), "success")
        return redirect(url_for("mail.choices"), 303)
    marked = mail.list_marked(db.session, [current_user.email])
    return render_template("mail/choices.html", form=form, mark=next(iter(marked.values()), None))


@pages.route("/unsubscribe/<token>", methods=["GET", "POST"])
@rule("public")
@csrf.exempt  # type: ignore[untyped-decorator]
@limiter.limit("300 per minute")
def unsubscribe(token: str) -> ResponseReturnValue:
    """Stop one kind of mail without signing in; to look changes nothing.

    Mail programmes post here for their readers (RFC 8058), so that no token of a page is asked
    for: the signed address itself is the right to do this one thing.
    """
    found = mail.read_token(current_app.config["SETTINGS"].secret(), token)
    if found is None:
        raise NotFound()
    if request.method == "POST":
        messages.choose(
            db.session, found.account_id, found.kind, "none", clock.now(), by_letter=True
        )
        db.session.commit()
    return render_template(
        "mail/unsubscribe.html", kind=found.kind, is_stopped=request.method == "POST", token=token
    )
