"""The form of an update: one button, guarded by its token."""

from flask_wtf import FlaskForm


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """Confirm that an update has been read."""
