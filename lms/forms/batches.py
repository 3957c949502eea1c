"""The form that asks for a batch, or for its file: a button alone."""

from flask_wtf import FlaskForm


class AskForm(FlaskForm):  # type: ignore[misc]
    """Nothing but the token."""
