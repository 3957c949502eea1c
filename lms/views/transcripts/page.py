"""The transcript as page, as PDF and as signed file: the learner's whole, a programme's part."""

import json
from typing import Any

from flask import Response, current_app, render_template
from flask_login import current_user

import certificates
from lms import clock
from lms.access import asked, rule
from lms.config import Settings
from lms.db import db
from lms.downloads import attachment
from lms.extensions import limiter
from lms.keys import keys_of
from lms.services import cohorts, transcripts
from lms.services.transcripts import Transcript
from lms.views.transcripts.place import pages
from lms.views.transcripts.printed import checked_by, printout
from lms.views.transcripts.words import (
    LEVEL_WORDS,
    OUTCOME_WORDS,
    amount,
    credit_word,
    required,
)

DRAWINGS = "20 per minute"


def words() -> dict[str, Any]:
    """Return what the templates say things with."""
    return {
        "amount": amount,
        "checked_by": checked_by,
        "credit_word": credit_word,
        "format_serial": certificates.format_serial,
        "cycle_of": transcripts.cycle_of,
        "level_words": LEVEL_WORDS,
        "outcome_words": OUTCOME_WORDS,
        "required": required,
    }


def settings() -> Settings:
    """Return the settings of this installation."""
    found: Settings = current_app.config["SETTINGS"]
    return found


@pages.get("/transcript")
@rule("member")
def own() -> str:
    """Show a person all of their own training."""
    found = transcripts.own_transcript(db.session, current_user.id, clock.now())
    return render_template(
        "transcripts/own.html",
        transcript=found,
        most=transcripts.MOST_CERTIFICATES,
        today=found.made_at.date(),
        **words(),
    )


@pages.get("/transcript/transcript.pdf")
@rule("member")
@limiter.limit(DRAWINGS)
def own_pdf() -> Response:
    """Give a person their own transcript to print."""
    return as_pdf(transcripts.own_transcript(db.session, current_user.id, clock.now()))


@pages.get("/transcript/transcript.json")
@rule("member")
@limiter.limit(DRAWINGS)
def own_json() -> Response:
    """Give a person their own transcript as a signed file."""
    return as_json(transcripts.own_transcript(db.session, current_user.id, clock.now()))


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/transcript")
@rule("overseer")
def of_learner(cohort: int, enrolment: int) -> str:
    """Show an administrator the programme's part of a learner's transcript."""
    run = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    found = transcripts.transcript_of_learner(db.session, run, enrolment, clock.now())
    return render_template(
        "transcripts/of_learner.html",
        transcript=found,
        cohort=run,
        enrolment=enrolment,
        programme_name=run.programme_name,
        today=found.made_at.date(),
        **words(),
    )


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/transcript.pdf")
@rule("overseer")
@limiter.limit(DRAWINGS)
def of_learner_pdf(cohort: int, enrolment: int) -> Response:
    """Give an administrator the programme's part of a learner's transcript to print."""
    run = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    return as_pdf(transcripts.transcript_of_learner(db.session, run, enrolment, clock.now()))


def as_pdf(transcript: Transcript) -> Response:
    """Return a transcript as a PDF file to save."""
    made = settings()
    pdf = certificates.render_printout(
        printout(transcript, made.site_name, f"{made.public_url}/verify")
    )
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = attachment(file_name(transcript, "pdf"))
    return answer


def as_json(transcript: Transcript) -> Response:
    """Return a transcript signed with the issuer's credential key, as a file to save."""
    made = settings()
    signed = certificates.sign_transcript(
        transcripts.document_of(transcript, made.verify_address),
        certificates.did_of(made.public_url),
        keys_of(made).credential,
        transcript.made_at,
    )
    body = json.dumps(signed, indent=1, ensure_ascii=False) + "\n"
    answer = Response(body, content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = attachment(file_name(transcript, "json"))
    return answer


def file_name(transcript: Transcript, ending: str) -> str:
    """Return what the file is called where it is saved."""
    return f"transcript {transcript.holder} {transcript.made_at:%Y-%m-%d}.{ending}"
