"""What a programme keeps for practice: sites, supervisors, and what the credential waits for."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.practice import SWITCHES, ActForm, SiteForm, SupervisorForm, SwitchForm
from lms.services import accounts, cohorts, practice
from lms.views.practice.own import refuse_stale
from lms.views.practice.place import pages

WORDS = {value: key for key, value in SWITCHES.items()}


@pages.get("/manage/programmes/<int:programme>/practice")
@rule("reader")
def programme(programme: int) -> str:
    """Show the sites, the supervisors and what the credential waits for."""
    return shown(programme, {})


def shown(programme_id: int, forms: dict[str, Any]) -> str:
    """Draw the page, with the form that was sent if it could not be taken."""
    found = cohorts.programme_for(db.session, current_user.id, programme_id, asked())
    kept = practice.switches_of(db.session, programme_id)
    switch = SwitchForm(formdata=None, log=WORDS[kept.log], ratings="yes" if kept.ratings else "no")
    page_forms = {
        "site": SiteForm(formdata=None),
        "supervisor": SupervisorForm(formdata=None),
        "switch": switch,
        **forms,
    }
    return render_template(
        "practice/programme.html",
        programme=found,
        programme_name=found.name,
        sites=practice.list_sites(db.session, programme_id),
        supervisors=practice.list_supervisors(db.session, programme_id),
        forms=page_forms,
        switches=kept,
        role=role_here(programme_id),
    )


def role_here(programme_id: int) -> str:
    """Return the role of the person who asks, for the tabs and for what they may change."""
    return accounts.role_in(db.session, current_user.id, programme_id) or ""


def kept(programme_id: int, name: str, form: Any, act: Any, told: str) -> ResponseReturnValue:
    """Keep what a form says by `act`, or show it again with what is wrong."""
    cohorts.programme_for(db.session, current_user.id, programme_id, asked())
    if form.validate_on_submit():
        try:
            act()
            db.session.commit()
            flash(told, "success")
            return redirect(url_for("practice.programme", programme=programme_id), 303)
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.message)
    return shown(programme_id, {name: form}), 422


@pages.post("/manage/programmes/<int:programme>/practice/sites")
@rule("administrator")
def add_site(programme: int) -> ResponseReturnValue:
    """Put a site on the list."""
    form = SiteForm()
    return kept(
        programme,
        "site",
        form,
        lambda: practice.add_site(
            db.session,
            programme,
            name=form.name.data,
            place=form.place.data,
            by=current_user.id,
            now=clock.now(),
        ),
        _("Learners can choose it from now on."),
    )


@pages.post("/manage/programmes/<int:programme>/practice/supervisors")
@rule("administrator")
def add_supervisor(programme: int) -> ResponseReturnValue:
    """Put a supervisor on the list."""
    form = SupervisorForm()
    return kept(
        programme,
        "supervisor",
        form,
        lambda: practice.add_supervisor(
            db.session,
            programme,
            name=form.name.data,
            email=form.email.data,
            licence_number=form.licence_number.data,
            licence_jurisdiction=form.licence_jurisdiction.data,
            by=current_user.id,
            now=clock.now(),
        ),
        _("Learners can choose them from now on."),
    )


@pages.post("/manage/programmes/<int:programme>/practice/switch")
@rule("administrator")
def switch(programme: int) -> ResponseReturnValue:
    """Decide what the credential waits for."""
    form = SwitchForm()
    return kept(
        programme,
        "switch",
        form,
        lambda: practice.set_switches(
            db.session,
            programme,
            practice.Switches(SWITCHES[form.log.data], form.ratings.data == "yes"),
            by=current_user.id,
            now=clock.now(),
        ),
        _("Decided. Credentials that were awarded stay awarded."),
    )


@pages.post("/manage/programmes/<int:programme>/practice/sites/<int:site>/end")
@rule("administrator")
def end_site(programme: int, site: int) -> ResponseReturnValue:
    """Offer a site no more."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    refuse_stale(ActForm())
    practice.end_site(db.session, programme, site, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("Taken off the list. What was logged there stays."), "success")
    return redirect(url_for("practice.programme", programme=programme), 303)


@pages.post("/manage/programmes/<int:programme>/practice/supervisors/<int:supervisor>/end")
@rule("administrator")
def end_supervisor(programme: int, supervisor: int) -> ResponseReturnValue:
    """Have a supervisor sign no more."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    refuse_stale(ActForm())
    practice.end_supervisor(db.session, programme, supervisor, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("Taken off the list. What they signed stays signed."), "success")
    return redirect(url_for("practice.programme", programme=programme), 303)
