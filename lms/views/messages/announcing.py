"""Announcements to a cohort or a programme: written, shown as their readers get them, sent."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.messages import AnnouncementForm, SendForm
from lms.services import accounts, cohorts, messages
from lms.services.messages import Line
from lms.views.messages.blueprint import pages, refuse_unless_pressed

# A preview names so many readers; the count is of all.
MOST_NAMED = 60


@pages.get("/manage/cohorts/<int:cohort>/messages")
@rule("reader")
def cohort(cohort: int) -> str:
    """Show what was announced to a cohort, and what is being prepared."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    return render_template(
        "messages/cohort.html",
        cohort=found,
        programme_name=found.programme_name,
        zone=found.time_zone,
        may_write=accounts.satisfies(found.role, "instructor"),
        lines=messages.list_announcements(db.session, found.programme_id, found.id),
        to_all=[
            line
            for line in messages.list_announcements(db.session, found.programme_id)
            if line.state == "sent"
        ][:5],
        is_overseer=accounts.satisfies(found.role, "overseer"),
    )


@pages.route("/manage/cohorts/<int:cohort>/announcements/new", methods=["GET", "POST"])
@rule("instructor")
def new(cohort: int) -> ResponseReturnValue:
    """Write an announcement to a cohort."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    form = AnnouncementForm()
    if form.validate_on_submit():
        return _keep(form, found.programme_id, found.id)
    return _writing_page(form, found.programme_name, found.title, url_back(found.id, None))


@pages.get("/manage/programmes/<int:programme>/announcements")
@rule("overseer")
def programme(programme: int) -> str:
    """Show what was announced to everybody who learns in a programme."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    role = accounts.role_in(db.session, current_user.id, programme)
    return render_template(
        "messages/programme.html",
        programme=found,
        programme_name=found.name,
        zone=found.time_zone,
        role=role,
        may_write=accounts.satisfies(role, "administrator"),
        lines=messages.list_announcements(db.session, programme),
    )


@pages.route("/manage/programmes/<int:programme>/announcements/new", methods=["GET", "POST"])
@rule("administrator")
def new_for_programme(programme: int) -> ResponseReturnValue:
    """Write an announcement to everybody who learns in a programme."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    form = AnnouncementForm()
    if form.validate_on_submit():
        return _keep(form, found.id, None)
    return _writing_page(form, found.name, None, url_back(None, found.id))


def _keep(form: AnnouncementForm, programme_id: int, cohort_id: int | None) -> ResponseReturnValue:
    kept = messages.draft(
        db.session,
        programme_id=programme_id,
        cohort_id=cohort_id,
        subject=form.subject.data,
        body=form.body.data,
        by=current_user.id,
        now=clock.now(),
    )
    db.session.commit()
    return redirect(url_for("messages.announcement", announcement=kept), 303)


def _writing_page(
    form: AnnouncementForm, programme_name: str, cohort_title: str | None, back: str
) -> ResponseReturnValue:
    page = render_template(
        "messages/write.html",
        form=form,
        programme_name=programme_name,
        cohort_title=cohort_title,
        back=back,
    )
    return page, 422 if form.errors else 200


def url_back(cohort_id: int | None, programme_id: int | None) -> str:
    """Return the list that an announcement stands in."""
    if cohort_id is not None:
        return url_for("messages.cohort", cohort=cohort_id)
    return url_for("messages.programme", programme=programme_id)


def _found(announcement: int) -> tuple[Line, str, str]:
    """Return an announcement with its programme's name and zone, to those who may do this.

    What goes to a whole programme is written and sent by those who administer it.
    """
    line = messages.find_announcement(db.session, announcement)
    wanted = asked()
    if line.cohort_id is None and wanted == "instructor":
        wanted = "administrator"
    found = cohorts.programme_for(db.session, current_user.id, line.programme_id, wanted)
    return line, found.name, found.time_zone


@pages.get("/manage/announcements/<int:announcement>")
@rule("reader")
def announcement(announcement: int) -> str:
    """Show an announcement as its readers get it, who they are, and what became of it."""
    return _announcement_page(announcement, SendForm(formdata=None))


def _announcement_page(announcement: int, form: SendForm) -> str:
    line, programme_name, zone = _found(announcement)
    readers = messages.list_readers(db.session, line)
    role = accounts.role_in(db.session, current_user.id, line.programme_id)
    writes = "administrator" if line.cohort_id is None else "instructor"
    return render_template(
        "messages/announcement.html",
        line=line,
        programme_name=programme_name,
        zone=zone,
        role=role,
        letter=messages.as_letter(line, _("(the reader’s name)"), programme_name),
        named=[name for _id, name, _email in readers[:MOST_NAMED]],
        count=len(readers),
        delivery=messages.delivery_of(db.session, line.id) if line.sent_at else None,
        may_write=accounts.satisfies(role, writes),
        form=form,
        back=url_back(line.cohort_id, line.programme_id),
        grace=messages.GRACE.seconds // 60,
    )


@pages.route("/manage/announcements/<int:announcement>/edit", methods=["GET", "POST"])
@rule("instructor")
def edit(announcement: int) -> ResponseReturnValue:
    """Change a draft."""
    line, programme_name, _zone = _found(announcement)
    form = AnnouncementForm(obj=line)
    if form.validate_on_submit():
        messages.draft(
            db.session,
            programme_id=line.programme_id,
            cohort_id=line.cohort_id,
            subject=form.subject.data,
            body=form.body.data,
            by=current_user.id,
            now=clock.now(),
            announcement_id=line.id,
        )
        db.session.commit()
        return redirect(url_for("messages.announcement", announcement=line.id), 303)
    back = url_for("messages.announcement", announcement=line.id)
    return _writing_page(form, programme_name, line.cohort, back)


@pages.post("/manage/announcements/<int:announcement>/send")
@rule("instructor")
def send(announcement: int) -> ResponseReturnValue:
    """Let an announcement go: after the time of grace, or at a time of the programme's clocks."""
    line, _name, zone = _found(announcement)
    form = SendForm()
    if not form.validate_on_submit():
        return _announcement_page(announcement, form), 422
    wanted = form.send_at.data
    at = _instant(wanted, zone) if wanted else None
    messages.send(db.session, line, send_at=at, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("It is on its way. Until it leaves, you can take it back."), "success")
    return redirect(url_for("messages.announcement", announcement=line.id), 303)


def _instant(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pages.post("/manage/announcements/<int:announcement>/recall")
@rule("instructor")
def recall(announcement: int) -> ResponseReturnValue:
    """Take an announcement back."""
    line, _name, _zone = _found(announcement)
    refuse_unless_pressed()
    withheld = messages.recall(db.session, line, by=current_user.id, now=clock.now())
    db.session.commit()
    if withheld is None:
        flash(_("It is a draft again, and nobody got it."), "success")
    else:
        told = ngettext(
            "One message had not left and never will.",
            "%(num)s messages had not left and never will.",
            withheld,
        )
        flash(told, "info")
    return redirect(url_for("messages.announcement", announcement=line.id), 303)


@pages.post("/manage/announcements/<int:announcement>/discard")
@rule("instructor")
def discard(announcement: int) -> ResponseReturnValue:
    """Remove a draft."""
    line, _name, _zone = _found(announcement)
    refuse_unless_pressed()
    if line.state != "draft":
        raise Refused(_("It is on its way already. Take it back first."))
    messages.discard(db.session, line, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("The draft is removed."), "success")
    return redirect(url_back(line.cohort_id, line.programme_id), 303)
