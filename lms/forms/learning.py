"""The forms of a learner's pages: a button each, guarded by its token."""

from flask_wtf import FlaskForm


class MarkReadForm(FlaskForm):  # type: ignore[misc]
    """Mark a lesson as read."""
