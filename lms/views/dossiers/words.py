"""The words in which a dossier is printed."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

import courses
from lms import speech

UNIT_WORDS = {
    "done": _l("Done"),
    "open": _l("Open"),
    "locked": _l("Locked"),
    "failed": _l("Not passed"),
}
SEAT_WORDS = {"active": _l("Learning"), "paused": _l("Paused"), "withdrawn": _l("Withdrawn")}
PACE_WORDS = {
    "complete": _l("Complete"),
    "on-pace": _l("On pace"),
    "late": _l("Late"),
    "not-started": _l("Not started"),
    "overdue": _l("Overdue"),
}
LACKING_WORDS = {
    "withdrawn": _l("The place was given up"),
    "paused": _l("The place is paused"),
    "marker": _l("An answer waits for its marker"),
    "email": _l("The e-mail address is not confirmed"),
    "disclosures": _l("The disclosures have not been seen"),
    "attestation": _l("The code of ethics is not attested"),
    "evaluation": _l("The course is not evaluated"),
    "practice": _l("The signed practice log is short"),
    "ratings": _l("Observed skills are not met"),
    "conferral": _l("A director has not conferred completion"),
}
GATE_WORDS = {
    "disclosures": _l("Disclosures seen"),
    "attestation": _l("Code of ethics attested"),
    "evaluation": _l("Course evaluated"),
    "conferral": _l("Completion conferred by a director"),
}
MODE_WORDS = {
    "in-person": _l("In person"),
    "live-online": _l("Live online"),
    "asynchronous": _l("Alone, in one’s own time"),
}
ACT_WORDS = {
    "pause": _l("Paused"),
    "resume": _l("Resumed"),
    "withdraw": _l("Withdrawn"),
    "rejoin": _l("Taken again"),
    "move": _l("Moved"),
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
ENTRY_WORDS = {
    "waiting": _l("Waits for its signature"),
    "signed": _l("Signed"),
    "returned": _l("Returned"),
    "withdrawn": _l("Withdrawn"),
    "replaced": _l("Corrected"),
}
QUALIFICATION_WORDS = {
    "life-support": _l("Life support"),
    "licence": _l("Professional licence"),
    "insurance": _l("Insurance"),
    "background": _l("Background check"),
    "other": _l("Other"),
}
HELD_WORDS = {
    "waiting": _l("Not checked yet"),
    "refused": _l("Not confirmed"),
    "valid": _l("Confirmed"),
    "expiring": _l("Confirmed, expires soon"),
    "expired": _l("Expired"),
}
RULE_WORDS = {
    "safety": _l("Safety-critical item missed again"),
    "certain": _l("Wrong and certain"),
    "window": _l("Closing soon"),
    "behind": _l("Behind the plan"),
    "silent": _l("Silent"),
}
OUTCOME_WORDS = {
    "contacted": _l("Spoke with them"),
    "plan": _l("Agreed a plan"),
    "extension": _l("Gave more time"),
    "teaching": _l("Taught it again"),
    "no-action": _l("No action needed"),
}
MAIL_WORDS = {
    "sent": _l("Sent"),
    "waiting": _l("Waiting"),
    "withheld": _l("Withheld"),
    "failed": _l("Failed"),
}
MEASURE_WORDS = {
    "practicum-hours": _l("Practicum in all"),
    "administration-hours": _l("In administration sessions"),
    "counted-consultation-hours": _l("Consultation that counts towards the practicum"),
    "consultation-hours": _l("Consultation"),
    "consultation-group": _l("People at a consultation"),
    "consultation-months": _l("Consultation spread over"),
    "dosing-sessions": _l("Dosing sessions under supervision"),
}


def word(words: Mapping[str, object], key: str) -> str:
    """Return the word for a key; one that has none yet stands for itself."""
    return str(words.get(key, key))


def duration(minutes: int) -> str:
    """Return “1 h 50 min”."""
    return speech.duration(_, minutes)


def amount(rule: courses.PracticeRule, value: int) -> str:
    """Return how much of a rule of practice a value is, in its unit."""
    if rule.is_in_hours:
        return duration(value)
    unit = {
        "consultation-months": _("months"),
        "dosing-sessions": _("sessions"),
        "consultation-group": _("people"),
    }.get(rule.measure, "")
    return f"{value}\u00a0{unit}".strip()
