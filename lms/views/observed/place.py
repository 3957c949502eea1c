"""What the pages of observed skills share: their blueprint, and the words for choices."""

from flask import Blueprint

from lms.forms.observed import SETTING_WORDS

pages = Blueprint("observed", __name__)


@pages.context_processor
def words() -> dict[str, object]:
    """Give the templates of observed skills the words for choices."""
    return {"setting_words": SETTING_WORDS}
