"""What happens to a row of a roster, and why, in words."""

from collections.abc import Callable

from flask_babel import gettext

from lms.services.rosters import Note, RosterRowLine

_: Callable[..., str] = gettext


def column_word(key: str) -> str:
    """Return the name of a column."""
    words = {
        "external_id": _("Staff number"),
        "email": _("E-mail"),
        "full_name": _("Name"),
        "profession": _("Profession"),
        "licence_number": _("Licence number"),
        "licence_jurisdiction": _("Licensed in"),
    }
    return words.get(key, key)


def kind_word(kind: str) -> str:
    """Return the name of a verdict."""
    words = {
        "new": _("New"),
        "match": _("Match"),
        "change": _("Change"),
        "conflict": _("Conflict"),
        "error": _("Error"),
    }
    return words[kind]


def kind_help(kind: str) -> str:
    """Return what a verdict means, in a sentence."""
    words = {
        "new": _("Not known to you: an invitation is sent, and the place is theirs."),
        "match": _("Known to you, with nothing to change but the place."),
        "change": _("Known to you, and something is corrected or added."),
        "conflict": _("Contradicts what is known: decide, correct the file, send it again."),
        "error": _("Cannot be used as it stands: correct the file, send it again."),
    }
    return words[kind]


# The sign of each verdict: never colour alone.
SIGNS = {
    "new": "info",
    "match": "done",
    "change": "progress",
    "conflict": "late",
    "error": "failed",
}


def result(row: RosterRowLine, state: str) -> str:
    """Return what happens to a row, or happened, in a few words."""
    if row.undone == "undone":
        return _("Undone")
    if row.undone == "stays":
        return _("Stays: %(why)s", why=_staying(row.stays_because or ""))
    if row.kind in ("conflict", "error"):
        return _("Nothing, and it keeps the whole roster from being applied")
    if not row.acts:
        return _("Nothing: it is so already")
    done = state in ("applied", "undone")
    parts = []
    if "place" in row.acts:
        has_place = row.enrolment_id is not None
        if done:
            parts.append(_("has a place") if has_place else _("invited, place once accepted"))
        else:
            parts.append(_("gets a place"))
    if "invite" in row.acts and not done:
        parts.append(_("is sent an invitation") if row.kind == "new" else _("is sent a message"))
    if "link" in row.acts and row.kind != "new":
        parts.append(_("is given the number"))
    if "correct" in row.acts:
        parts.append(_("is corrected"))
    return ", ".join(parts)[:1].upper() + ", ".join(parts)[1:]


def _staying(reason: str) -> str:
    words = {
        "accepted": _("has accepted the invitation"),
        "elsewhere": _("has a place in another cohort as well"),
        "address-not-free": _("the earlier address belongs to somebody else by now"),
        "outbox": _("has been sent other messages"),
        "enrolment_acts": _("the place was paused, moved or ended since"),
        "due_extensions": _("has been given more time"),
        "risk_flag_acts": _("a colleague has followed up that they are behind"),
        "role_grants": _("works for a programme"),
    }
    study = ("lesson_completions", "places", "attempts", "credentials")
    if reason in study:
        return _("has begun to learn")
    return words.get(reason, _("something is on record for them"))


def say(note: Note) -> str:
    """Return a note on a row in words, with what to do about it."""
    return _NOTES[note.code](note)


def _repeated(note: Note) -> str:
    row, _colon, value = note.value.partition(": ")
    return _(
        "%(column)s “%(value)s” stands in row %(row)s already. Keep one of the two.",
        column=column_word(note.column),
        value=value,
        row=row,
    )


_NOTES: dict[str, Callable[[Note], str]] = {
    "missing": lambda note: _(
        "%(column)s is missing. Fill it in.", column=column_word(note.column)
    ),
    "too-long": lambda note: _(
        "%(column)s is too long: “%(value)s…”. Shorten it.",
        column=column_word(note.column),
        value=note.value[:40],
    ),
    "formula": lambda note: _(
        "%(column)s begins like a formula: “%(value)s”. Paste it as a value.",
        column=column_word(note.column),
        value=note.value,
    ),
    "spreadsheet-error": lambda note: _(
        "%(column)s is an error of the spreadsheet: %(value)s. Mend the formula behind it.",
        column=column_word(note.column),
        value=note.value,
    ),
    "unprintable": lambda note: _(
        "%(column)s holds signs that cannot be seen: %(value)s. Type it anew.",
        column=column_word(note.column),
        value=note.value,
    ),
    "no-name": lambda note: _("“%(value)s” is no name: it has no letter.", value=note.value),
    "no-address": lambda note: _(
        "“%(value)s” is no e-mail address. Compare it with the person’s own.", value=note.value
    ),
    "repeated": _repeated,
    "number-of-another": lambda note: _(
        "The number belongs to one person and the address to another: %(names)s. "
        "Correct the number or the address.",
        names=note.value,
    ),
    "has-another-number": lambda note: _(
        "This person has the number %(value)s. Correct the number in the file.", value=note.value
    ),
    "address-not-free": lambda note: _(
        "The number is known, and the new address cannot be used for this person. "
        "Ask them which one they read."
    ),
    "own-address": lambda note: _(
        "Found by the number. Their account has the address %(value)s, which only they change.",
        value=note.value,
    ),
    "own-name": lambda note: _(
        "Their account says “%(value)s”. A name is its owner’s to change; nothing is done.",
        value=note.value,
    ),
    "address-changes": lambda note: _(
        "The invitation to %(value)s ends; a new one goes to this address.", value=note.value
    ),
    "changes": lambda note: _(
        "%(column)s is corrected; it was “%(value)s”.",
        column=column_word(note.column),
        value=note.value,
    ),
    "links": lambda note: _("From now on found by the number %(value)s first.", value=note.value),
    "asked-before": lambda note: _("Was invited before, and has not answered yet."),
    "elsewhere": lambda note: _("Also has a place in “%(cohort)s”.", cohort=note.value),
    "paused": lambda note: _("Their place is paused, and stays so. Resume it under Places."),
    "withdrawn": lambda note: _(
        "Has withdrawn from this cohort, and stays so. Let them join again under Places."
    ),
}
