"""The form that checks a file."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class FileForm(FlaskForm):  # type: ignore[misc]
    """A PDF file to check; what it holds decides, not its name."""

    file = FileField(
        _l("The PDF you were given"), validators=[FileRequired(_l("Choose a file first."))]
    )
