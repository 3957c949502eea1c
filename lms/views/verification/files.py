"""Checking a file: by its hash in the reader's browser, by its signature here, on request."""

from flask import current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from lms import clock, keys
from lms.access import rule
from lms.db import db
from lms.extensions import limiter
from lms.forms.verification import FileForm
from lms.services import credentials, sharing
from lms.views.verification.place import count_look_up, look_ups, pages

# Below this an upload stays in memory; it is ten times what a certificate with pictures takes.
LARGEST = 500_000


@pages.url_value_preprocessor
def keep_uploads_small(endpoint: str | None, _values: object) -> None:
    """Limit what is read before anything reads it, the check of the form's token included."""
    if endpoint == "verification.check_file":
        request.max_content_length = LARGEST


@pages.get("/v/<serial>/files")
@rule("public")
@look_ups
def files(serial: str) -> ResponseReturnValue:
    """Give the hashes of the files issued for a published certificate, for the browser's check."""
    published = sharing.find_published(db.session, serial)
    if published is None:
        return jsonify(version=1, status="unknown"), 404
    hashes = sharing.list_file_hashes(db.session, published.credential_id)
    return jsonify(version=1, sha256=hashes)


@pages.route("/verify/file", methods=["GET", "POST"])
@rule("public")
@limiter.limit("10 per minute", methods=["POST"])
def check_file() -> ResponseReturnValue:
    """Tell what a file is: issued by us and unaltered, altered, or not ours; keep nothing of it."""
    form = FileForm()
    if not form.validate_on_submit():
        page = render_template("verification/file.html", form=form, answer=None, found=None)
        return page, 422 if form.errors else 200
    content = form.file.data.read()
    roots = keys.keys_of(current_app.config["SETTINGS"]).roots
    answer = sharing.check_file(db.session, content, roots)
    found, now = None, clock.now()
    published = sharing.find_published(db.session, answer.serial) if answer.serial else None
    if published is not None:
        found = credentials.find_by_serial(db.session, answer.serial or "", now)
        count_look_up("credential", published.credential_id, published.account_id)
    return render_template("verification/file.html", form=form, answer=answer, found=found, now=now)
