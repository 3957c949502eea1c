"""What the pages of acts share: their blueprint, their words, and where serials are looked up."""

from typing import Any

from flask import Blueprint, current_app
from flask_babel import lazy_gettext as _

pages = Blueprint("acts", __name__)

# What is proposed, in the words of a button, of a heading, and of what it brings about.
PROPOSED: dict[str, dict[str, Any]] = {
    "suspend": {
        "button": _("Suspend"),
        "title": _("Propose to suspend it"),
        "named": _("Suspend the certificate"),
        "means": _(
            "Its public page says “suspended”, with the reason you choose, until it is "
            "reinstated. The holder is told and can appeal."
        ),
    },
    "reinstate": {
        "button": _("Reinstate"),
        "title": _("Propose to reinstate it"),
        "named": _("Reinstate the certificate"),
        "means": _("It is worth again exactly what it was before. The holder is told."),
    },
    "reissue": {
        "button": _("Issue again"),
        "title": _("Propose to issue it again"),
        "named": _("Issue the certificate again"),
        "means": _(
            "The same award gets a new number, with another name or profession. This one stays "
            "where it is and says that it was superseded. Training and dates stay as they are."
        ),
    },
    "revoke": {
        "button": _("Revoke"),
        "title": _("Propose to revoke it"),
        "named": _("Revoke the certificate"),
        "means": _(
            "Its public page says “revoked”, with the reason you choose. This is final; a "
            "credential is never deleted. The holder is told and can appeal."
        ),
    },
}
DONE = {
    "suspend": _("Suspended"),
    "reinstate": _("Reinstated"),
    "supersede": _("Issued again"),
    "revoke": _("Revoked"),
}


@pages.app_context_processor
def words_of_acts() -> dict[str, Any]:
    """Let any page name acts in the same words."""
    return {"proposed_words": PROPOSED, "done_words": DONE}


def verify_address() -> str:
    """Return the public address under which serials are looked up."""
    address: str = current_app.config["SETTINGS"].verify_address
    return address
