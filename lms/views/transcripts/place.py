"""What the pages of a transcript share: their blueprint, and how a proof is handed out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask_login import current_user

from lms.errors import NotFound
from lms.services import transcripts
from lms.services.transcripts import External

pages = Blueprint("transcripts", __name__)

# The file and the fields beside it.
_LARGEST_FORM = transcripts.MOST_BYTES + 100_000
# A file of somebody else's making is never a page of ours, whatever a browser thinks of it.
_SANDBOX = "sandbox; default-src 'none'"


@pages.url_value_preprocessor
def _allow_a_file(_endpoint: str | None, _values: Mapping[str, Any] | None) -> None:
    """Let people who are signed in send more to the one form that takes a file."""
    takes_a_file = request.endpoint == "transcripts.add" and request.method == "POST"
    if takes_a_file and current_user.is_authenticated:
        request.max_content_length = _LARGEST_FORM


def folder() -> Path:
    """Return where proof files lie."""
    data: Path = current_app.config["SETTINGS"].data
    return transcripts.proof_folder(data)


def proof_answer(found: External) -> Response:
    """Hand a proof out as a file to save, or raise NotFound when there is none."""
    if found.proof_name is None or found.proof_type is None or found.proof_sha256 is None:
        raise NotFound()
    data = transcripts.read_proof(folder(), found.proof_name, found.proof_sha256)
    if data is None:
        raise NotFound("This file is gone, or is not the one that was kept.")
    answer = Response(data, mimetype=found.proof_type)
    name = f"proof-{found.id}.{transcripts.ENDINGS[found.proof_type]}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = _SANDBOX
    return answer
