"""The mailbox of development mode: what would have been sent, with its links."""

import re

from flask import Blueprint, abort, current_app, render_template
from markupsafe import Markup, escape

from lms.access import rule
from lms.db import db
from lms.services import mail

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
