"""The words a transcript is told in, on the page and on paper."""

from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.services import transcripts

CREDIT_WORDS = {
    transcripts.HERE: _l("Training here"),
    transcripts.LIVE: _l("Live sessions here"),
    "ama-pra-1": _l("AMA PRA Category 1 Credit (physicians)"),
    "apa": _l("APA continuing education (psychologists)"),
    "ancc": _l("ANCC contact hours (nurses)"),
    "acpe": _l("ACPE contact hours (pharmacists)"),
    "aswb-ace": _l("ASWB ACE continuing education (social workers)"),
    "other": _l("Other credit"),
    "none": _l("Attendance, no credit"),
}
LEVEL_WORDS = {
    "recorded": _l("Recorded here"),
    "declared": _l("Self-declared"),
    "attached": _l("Proof attached"),
    "checked": _l("Checked by a programme"),
}
OUTCOME_WORDS = {
    "passed": _l("Passed"),
    "not-passed": _l("Not passed"),
    "awaits-marking": _l("With its marker"),
    "open": _l("Still open"),
    "void": _l("Voided"),
}
STATUS_WORDS = {
    "valid": _l("Valid"),
    "update-outstanding": _l("Valid, update outstanding"),
    "past-currency": _l("Past its currency date"),
    "suspended": _l("Suspended"),
    "superseded": _l("Superseded"),
    "revoked": _l("Revoked"),
    "not-yet-issued": _l("Not yet issued"),
}


def credit_word(credit: str) -> str:
    """Name a kind of credit; one that a credential claims is named as it stands there."""
    return str(CREDIT_WORDS.get(credit, credit))


def amount(value: Fraction | None) -> str:
    """Return a number of credits claimed: “6.25”, or a dash for none."""
    if value is None:
        return "–"
    hundredths = int(value * 100)
    return f"{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".")


def duration(minutes: int) -> str:
    """Return a length of time as it is printed: “1 h 35 min”."""
    hours, rest = divmod(minutes, 60)
    parts = [_("%(n)s h", n=hours)] if hours else []
    return " ".join([*parts, _("%(n)s min", n=rest)] if rest or not hours else parts)


def required(readings: tuple[int, ...]) -> str:
    """Return what a rule asks for by each of its readings, or a dash where nobody knows."""
    return _(" or ").join(duration(each) for each in readings) if readings else "–"
