"""What a transcript and a batch are made of in tests: a certificate from elsewhere, its check."""

import io
from datetime import date, datetime
from pathlib import Path

from PIL import Image
from sqlalchemy.orm import Session

from lms.services import batches, cohorts, transcripts
from tests.cast import Cast


def statement(**more: object) -> transcripts.Statement:
    values: dict[str, object] = {
        "title": "Motivational Interviewing, a two-day workshop",
        "issuer": "Riverside University Hospital",
        "completed_on": date(2026, 5, 30),
        "expires_on": date(2099, 5, 30),
        "minutes": 720,
        "credit": "apa",
    }
    return transcripts.Statement(**{**values, **more})  # type: ignore[arg-type]


def picture() -> transcripts.Proof:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(file, "PNG")
    return transcripts.proof_of(file.getvalue())


def file_away(session: Session, cast: Cast, data: Path, now: datetime) -> None:
    """Let Leo add a certificate and ask Northgate to check it, and Ada ask for a batch.

    Each is the first of its kind in the database, so that its number is 1.
    """
    added = transcripts.add(
        session,
        cast.leo,
        statement(),
        picture(),
        folder=transcripts.proof_folder(data),
        ticket="1" * 32,
        now=now,
    )
    transcripts.ask_check(session, cast.leo, added, cast.northgate, now)
    autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    batches.ask(session, autumn, by=cast.ada, now=now)
