"""The dossier of a learner as files to take away; each time it is noted in the audit trail."""

import json
from datetime import datetime

from flask import Blueprint, Response, current_app
from flask_login import current_user

import certificates
from lms import clock
from lms.access import asked, rule
from lms.config import Settings
from lms.db import db
from lms.downloads import attachment
from lms.extensions import limiter
from lms.services import audit, cohorts, dossiers
from lms.services.dossiers import Dossier
from lms.views.dossiers.printed import printout

pages = Blueprint("dossiers", __name__)

# Drawing one costs seconds; an auditor takes a few dozen in a sitting.
DRAWINGS = "30 per minute"


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/dossier.pdf")
@rule("overseer")
@limiter.limit(DRAWINGS)
def as_pdf(cohort: int, enrolment: int) -> Response:
    """Give everything on record of a learner to print."""
    dossier = made(cohort, enrolment, "pdf", clock.now())
    made_by: Settings = current_app.config["SETTINGS"]
    pdf = certificates.render_printout(printout(dossier, f"{made_by.public_url}/verify"))
    return file(Response(pdf, mimetype="application/pdf"), dossier, "pdf")


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/dossier.json")
@rule("overseer")
@limiter.limit(DRAWINGS)
def as_json(cohort: int, enrolment: int) -> Response:
    """Give everything on record of a learner for machines, signed."""
    dossier = made(cohort, enrolment, "json", clock.now())
    made_by: Settings = current_app.config["SETTINGS"]
    document = dossiers.signed_document_of(dossier, made_by)
    body = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    return file(Response(body, content_type="application/json; charset=utf-8"), dossier, "json")


def made(cohort: int, enrolment: int, form: str, now: datetime) -> Dossier:
    """Return the dossier of a learner as it stood before it was asked for, and note who asked."""
    placed = cohorts.learner_for(db.session, current_user.id, cohort, enrolment, asked())
    dossier = dossiers.dossier_of(db.session, placed, now)
    audit.record(
        db.session,
        at=now,
        actor_id=current_user.id,
        programme_id=placed.cohort.programme_id,
        act="dossier.made",
        subject=f"enrolment {enrolment}",
        detail={"form": form},
    )
    db.session.commit()
    return dossier


def file(answer: Response, dossier: Dossier, ending: str) -> Response:
    """Return an answer as a file to save, which no cache keeps."""
    name = f"dossier {dossier.report.name} {dossier.made_at:%Y-%m-%d}.{ending}"
    answer.headers["Content-Disposition"] = attachment(name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
