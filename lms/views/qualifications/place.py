"""What the pages of qualifications share: their blueprint, and how a proof is handed out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask_login import current_user

from lms.errors import NotFound
from lms.forms.qualifications import KIND_WORDS, STATE_WORDS
from lms.services import proofs, qualifications
from lms.services.qualifications import Held

pages = Blueprint("qualifications", __name__)

# The file and the fields beside it.
_LARGEST_FORM = proofs.MOST_BYTES + 100_000
# A file of somebody else's making is never a page of ours, whatever a browser thinks of it.
_SANDBOX = "sandbox; default-src 'none'"


@pages.url_value_preprocessor
def _allow_a_file(_endpoint: str | None, _values: Mapping[str, Any] | None) -> None:
    """Let people who are signed in send more to the one form that takes a file."""
    takes_a_file = request.endpoint == "qualifications.add" and request.method == "POST"
    if takes_a_file and current_user.is_authenticated:
        request.max_content_length = _LARGEST_FORM


def folder() -> Path:
    """Return where the proofs of qualifications lie."""
    return qualifications.proof_folder(current_app.config["SETTINGS"].data)


def words() -> dict[str, object]:
    """Return the words in which the pages name kinds and states, with the colours of states."""
    return {
        "kind_words": KIND_WORDS,
        "state_words": STATE_WORDS,
        "state_pills": {
            "waiting": "progress",
            "refused": "failed",
            "valid": "done",
            "expiring": "due",
            "expired": "late",
        },
    }


def proof_answer(held: Held) -> Response:
    """Hand a proof out as a file to save."""
    data = proofs.read(folder(), held.proof_name, held.proof_sha256)
    if data is None:
        raise NotFound("This file is gone, or is not the one that was kept.")
    answer = Response(data, mimetype=held.proof_type)
    name = f"qualification-{held.id}.{proofs.ENDINGS[held.proof_type]}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = _SANDBOX
    return answer
