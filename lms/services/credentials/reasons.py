"""Why a credential may be acted on: closed lists, each reason with the words the public reads."""

from typing import Literal

ProposedKind = Literal["suspend", "reinstate", "reissue", "revoke"]

PUBLIC_REASONS: dict[ProposedKind, dict[str, str]] = {
    "suspend": {
        "under-review": "A question about it is being looked into.",
        "requirement-open": "A requirement of the programme is open.",
        "holder-request": "The holder asked for it to be suspended.",
    },
    "reinstate": {
        "question-answered": "The question about it is answered; it holds as before.",
        "requirement-met": "The open requirement is met; it holds as before.",
        "holder-request": "The holder asked for it to be reinstated.",
    },
    # A name that changed is the holder's own affair: the public words tell of no names.
    "reissue": {
        "name-changed": "It was issued again because the holder's details changed.",
        "detail-corrected": "It was issued again to correct what was printed on it.",
    },
    "revoke": {
        "issued-in-error": "It was issued in error.",
        "misconduct": "The programme withdrew it after a finding about conduct.",
        "holder-request": "The holder asked for it to be withdrawn.",
    },
}
ON_APPEAL: dict[ProposedKind, tuple[str, str]] = {
    "reinstate": ("appeal-allowed", "An appeal was allowed; it holds as before."),
    "reissue": ("restored-on-appeal", "An appeal was allowed; it was issued again."),
}
_WORDS: dict[str, dict[str, str]] = {
    kind: {**words, **dict([ON_APPEAL[kind]] if kind in ON_APPEAL else [])}
    for kind, words in PUBLIC_REASONS.items()
}


def public_words(kind: str, reason: str) -> str:
    """Return what the public reads of an act or a proposal; a supersession is a new issue."""
    return _WORDS["reissue" if kind == "supersede" else kind][reason]
