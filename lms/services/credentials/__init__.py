"""Credentials: awarded once when everything is complete, looked up by anyone, revoked for cause."""

from lms.services.credentials.attested import (
    PUBLIC_REASONS,
    Attested,
    SinceEarned,
    credential_for_administrator,
    find_by_serial,
    list_of_course,
    list_of_enrolments,
    list_of_holder,
    list_of_programme,
    own_credential_for,
)
from lms.services.credentials.awards import (
    ENTROPY_BYTES,
    NOTICE,
    assessment_of,
    award_if_complete,
    hours_of,
    months_after,
)
from lms.services.credentials.revocations import revoke

__all__ = [
    "ENTROPY_BYTES",
    "NOTICE",
    "PUBLIC_REASONS",
    "Attested",
    "SinceEarned",
    "assessment_of",
    "award_if_complete",
    "credential_for_administrator",
    "find_by_serial",
    "hours_of",
    "list_of_course",
    "list_of_enrolments",
    "list_of_holder",
    "list_of_programme",
    "months_after",
    "own_credential_for",
    "revoke",
]
