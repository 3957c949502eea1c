"""One credential with its whole history, and the proposals that two administrators make of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

import certificates
from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.acts import DeclineForm, ProposalForm, ReissueForm
from lms.services import cohorts, credentials
from lms.services.credentials import Attested, ProposalLine, ProposedKind
from lms.views.acts.place import PROPOSED, pages, verify_address

KIND = "any(suspend, reinstate, reissue, revoke)"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a credential's history: "award", "act", "proposal" or "appeal"."""

    at: datetime
    kind: str
    what: Any


@pages.get("/manage/credentials/<serial>")
@rule("overseer")
def credential(serial: str) -> str:
    """Show a credential to an administrator: how it stands, what waits, and all that was done."""
    found = credentials.credential_for_staff(
        db.session, current_user.id, serial, clock.now(), asked()
    )
    return credential_page(found)


def credential_page(
    found: Attested, decline: DeclineForm | None = None, problem: str | None = None
) -> str:
    """Draw the page of a credential, with the form that was sent wrongly as it was sent."""
    programme = cohorts.programme_for(db.session, current_user.id, found.programme_id, asked())
    proposals = credentials.list_proposals_on(db.session, found.id)
    waiting = next((line for line in proposals if line.waits), None)
    return render_template(
        "acts/credential.html",
        found=found,
        programme=programme,
        programme_name=programme.name,
        waiting=waiting,
        hindrance=credentials.hindrance(waiting, current_user.id) if waiting else None,
        approvers=credentials.list_approvers(db.session, waiting) if waiting else [],
        others=credentials.list_other_administrators(db.session, found, current_user.id),
        possible=credentials.possible_acts(found),
        is_own=found.account_id == current_user.id,
        me=current_user.id,
        events=sorted(events_of(found, proposals), key=lambda event: event.at),
        today=clock.today_in(programme.time_zone),
        decline=decline or DeclineForm(formdata=None),
        problem=problem,
        number=certificates.format_serial,
    )


def events_of(found: Attested, proposals: list[ProposalLine]) -> Iterator[Event]:
    """Return everything that happened to a credential, from its award on."""
    yield Event(found.credential.issued_at, "award", found)
    for act in credentials.list_acts(db.session, found.id):
        yield Event(act.done_at, "act", act)
    for line in proposals:
        if line.outcome in ("declined", "withdrawn") and line.decided_at is not None:
            yield Event(line.decided_at, "proposal", line)
    for appeal in credentials.list_appeals_on(db.session, found.id):
        yield Event(appeal.filed_at, "appeal", appeal)


@pages.route(f"/manage/credentials/<serial>/<{KIND}:act>", methods=["GET", "POST"])
@rule("administrator")
def propose(serial: str, act: ProposedKind) -> ResponseReturnValue:
    """Let an administrator propose an act; it takes effect once a second one approves it."""
    now = clock.now()
    found = credentials.credential_for_staff(db.session, current_user.id, serial, now)
    form, problem = form_for(found, act), None
    if form.validate_on_submit():
        again = act == "reissue"
        proposal = credentials.Proposal(
            act,
            form.reason.data,
            form.note.data,
            holder_name=form.holder_name.data if again else None,
            holder_profession=form.holder_profession.data if again else None,
        )
        try:
            credentials.propose(db.session, current_user.id, serial, proposal, now=now)
        except Refused as refused:
            db.session.rollback()
            problem = refused.message
        else:
            db.session.commit()
            flash(_("Proposed. Nothing has changed yet: a second administrator answers."), "info")
            return redirect(url_for("acts.credential", serial=found.credential.serial), 303)
    page = render_template(
        "acts/propose.html",
        found=found,
        act=act,
        words=PROPOSED[act],
        is_possible=act in credentials.possible_acts(found),
        is_own=found.account_id == current_user.id,
        others=credentials.list_other_administrators(db.session, found, current_user.id),
        programme_name=found.credential.programme,
        form=form,
        problem=problem,
        number=certificates.format_serial,
    )
    return page, 422 if form.errors or problem else 200


def form_for(found: Attested, act: ProposedKind) -> ProposalForm:
    """Return the form of an act, filled in as far as it can be, with its closed list of reasons."""
    form = ProposalForm()
    if act == "reissue":
        form = ReissueForm()
        if not form.is_submitted():
            form.holder_name.data = found.credential.holder_name
            form.holder_profession.data = found.credential.holder_profession or ""
    form.reason.choices = [
        SelectChoice(key, words) for key, words in credentials.PUBLIC_REASONS[act].items()
    ]
    return form


@pages.post("/manage/proposals/<int:proposal>/approval")
@rule("administrator")
def approve(proposal: int) -> ResponseReturnValue:
    """Approve a proposal as its second person, and carry it out."""
    now = clock.now()
    line = credentials.proposal_for(db.session, current_user.id, proposal, now)
    try:
        serial = credentials.approve(
            db.session, current_user.id, proposal, now=now, verify_address=verify_address()
        )
    except Refused as refused:
        return refuse(line, refused)
    db.session.commit()
    if serial is not None:
        flash(_("Approved. The new certificate is issued, and its holder is told."), "success")
    else:
        flash(_("Approved and done. The holder is told."), "success")
    return redirect(url_for("acts.credential", serial=serial or line.serial), 303)


@pages.post("/manage/proposals/<int:proposal>/refusal")
@rule("administrator")
def decline(proposal: int) -> ResponseReturnValue:
    """Decline a proposal as its second person, and say why."""
    now = clock.now()
    line = credentials.proposal_for(db.session, current_user.id, proposal, now)
    form = DeclineForm()
    if not form.validate_on_submit():
        found = credentials.credential_for_staff(db.session, current_user.id, line.serial, now)
        return credential_page(found, decline=form), 422
    try:
        credentials.decline(
            db.session, current_user.id, proposal, words=form.words.data or "", now=now
        )
    except Refused as refused:
        return refuse(line, refused)
    db.session.commit()
    flash(_("Declined. Nothing has changed."), "success")
    return redirect(url_for("acts.credential", serial=line.serial), 303)


@pages.post("/manage/proposals/<int:proposal>/withdrawal")
@rule("administrator")
def withdraw(proposal: int) -> ResponseReturnValue:
    """Take one's own proposal back."""
    now = clock.now()
    line = credentials.proposal_for(db.session, current_user.id, proposal, now)
    try:
        credentials.withdraw(db.session, current_user.id, proposal, now=now)
    except Refused as refused:
        return refuse(line, refused)
    db.session.commit()
    flash(_("Taken back. Nothing has changed."), "success")
    return redirect(url_for("acts.credential", serial=line.serial), 303)


def refuse(line: ProposalLine, refused: Refused) -> ResponseReturnValue:
    """Show the credential as it stands, and why what was sent could not be done."""
    db.session.rollback()
    found = credentials.credential_for_staff(db.session, current_user.id, line.serial, clock.now())
    return credential_page(found, problem=refused.message), 422
