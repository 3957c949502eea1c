"""Sitting an examination: who may begin when, how long they have, and what changes that."""

from lms.services.sittings.accommodations import (
    AccommodationLine,
    grant,
    list_accommodations,
    read_reason,
    withdraw,
)
from lms.services.sittings.groups import (
    GroupLine,
    list_groups,
    make_group,
    remove_group,
    set_members,
)
from lms.services.sittings.incidents import (
    IncidentLine,
    declare_incident,
    list_incidents,
    withdraw_incident,
)
from lms.services.sittings.learners import (
    Learner,
    learner_for,
    list_learners,
    quiz_of,
    quizzes_of,
)
from lms.services.sittings.overview import (
    AccommodatedLine,
    SittingLine,
    list_accommodated,
    list_sittings,
)
from lms.services.sittings.pauses import pause, resume
from lms.services.sittings.terms import Place, Who, place_of, terms_for, terms_of, terms_to_begin
from lms.services.sittings.under_way import (
    Running,
    find_running,
    list_overdue,
    list_running,
    refresh,
)
from lms.services.sittings.windows import (
    WHOLE_COHORT,
    RuleLine,
    Target,
    list_rules,
    remove_rule,
    set_rule,
)

__all__ = [
    "WHOLE_COHORT",
    "AccommodatedLine",
    "AccommodationLine",
    "GroupLine",
    "IncidentLine",
    "Learner",
    "Place",
    "RuleLine",
    "Running",
    "SittingLine",
    "Target",
    "Who",
    "declare_incident",
    "find_running",
    "grant",
    "learner_for",
    "list_accommodated",
    "list_accommodations",
    "list_groups",
    "list_incidents",
    "list_learners",
    "list_overdue",
    "list_rules",
    "list_running",
    "list_sittings",
    "make_group",
    "pause",
    "place_of",
    "quiz_of",
    "quizzes_of",
    "read_reason",
    "refresh",
    "remove_group",
    "remove_rule",
    "resume",
    "set_members",
    "set_rule",
    "terms_for",
    "terms_of",
    "terms_to_begin",
    "withdraw",
    "withdraw_incident",
]
