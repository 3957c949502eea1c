"""The forms of a learner's own notes; what a note may say is the service's to decide."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, TextAreaField


class NoteForm(FlaskForm):  # type: ignore[misc]
    """Write a note on a lesson; a script fills in what surrounds the quoted passage."""

    body = TextAreaField(_("Your note"))
    quote = TextAreaField(
        _("Passage of the lesson"),
        description=_("Copy the words from the lesson to have them highlighted there."),
    )
    heading = SelectField(_("Part of the lesson"), validate_choice=False)
    before = HiddenField()
    after = HiddenField()
    ticket = HiddenField()


class ChangeNoteForm(FlaskForm):  # type: ignore[misc]
    """Give a note other words; `seen` is when it was last changed as its writer saw it."""

    body = TextAreaField(_("Your note"))
    seen = HiddenField()


class DeleteNoteForm(FlaskForm):  # type: ignore[misc]
    """Delete a note."""
