"""The picture that shows where somebody shares the address of a certificate."""

from flask import Response

import certificates
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import NotFound
from lms.services import credentials, sharing
from lms.views.verification.place import look_ups, pages


@pages.get("/v/<serial>/image.png")
@rule("public")
@look_ups
def image(serial: str) -> Response:
    """Draw what a published certificate is for; it names nobody, and no verdict."""
    published = sharing.find_published(db.session, serial)
    found = published and credentials.find_by_serial(db.session, serial, clock.now())
    if not found:
        raise NotFound()
    png = certificates.render_share_image(found.credential.title, found.credential.programme)
    answer = Response(png, mimetype="image/png")
    # Other sites show it; its holder may hide the page, so it is not kept for long.
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
