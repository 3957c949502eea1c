"""Saving as one works: answers that a script sends, each acknowledged only once it is stored."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.services import assessment
from lms.views.assessment.place import pages

STATUS = {
    "accept": 200,
    "repeat": 200,
    "conflict": 409,
    "closed": 409,
    "locked": 409,
    "paused": 409,
    "invalid": 422,
}


@pages.post("/attempts/<int:attempt>/items/<int:number>/response")
@rule("learner")
def save(attempt: int, number: int) -> ResponseReturnValue:
    """Save an answer as it is chosen; a reply of 200 means that it is stored durably.

    The reply says how many seconds are left, by the server's clock; null without an end.
    """
    body = request.get_json(silent=True)
    sent = body if isinstance(body, dict) else {}
    sequence, given, certainty = (sent.get(key) for key in ("sequence", "answer", "certainty"))
    if type(sequence) is not int or not isinstance(given, str) or not is_certainty(certainty):
        return jsonify(error=_('Send {"sequence": 1, "answer": "a", "certainty": null}.')), 400
    now = clock.now()
    saving = assessment.save_response(
        db.session,
        current_user.id,
        attempt,
        slot=number,
        sequence=sequence,
        answer=given,
        certainty=certainty,
        now=now,
    )
    db.session.commit()
    stored, closes_at = saving.stored, saving.closes_at
    reply = {
        "kind": saving.kind,
        "message": saving.message,
        "stored": stored
        and {
            "sequence": stored.sequence,
            "answer": stored.answer,
            "certainty": stored.certainty,
        },
        "saved_at": stored.at.isoformat() if stored else None,
        "left": None if closes_at is None else round((closes_at - now).total_seconds(), 1),
    }
    return jsonify(reply), STATUS[saving.kind]


def is_certainty(value: object) -> bool:
    """Return whether a value says how sure the learner is, or that it was not asked."""
    return value is None or (type(value) is int and 1 <= value <= 3)
