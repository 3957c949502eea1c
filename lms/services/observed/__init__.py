"""Observed skills: by checklist, two raters, agreement, adjudication, remediation."""

from lms.services.observed.listing import (
    RaterAgreement,
    SkillStanding,
    agreements,
    list_learners,
    list_observations,
    observation_for,
    observed_table,
    own_results,
    own_sheets,
    skills_in,
    skills_of,
    waiting_for,
)
from lms.services.observed.opening import (
    SETTINGS,
    Observed,
    Plan,
    Rater,
    Setting,
    list_raters,
    open_observation,
)
from lms.services.observed.rating import Sheet, judge, name_third, plan, sheet_for, withdraw

__all__ = [
    "SETTINGS",
    "Observed",
    "Plan",
    "Rater",
    "RaterAgreement",
    "Setting",
    "Sheet",
    "SkillStanding",
    "agreements",
    "judge",
    "list_learners",
    "list_observations",
    "list_raters",
    "name_third",
    "observation_for",
    "observed_table",
    "open_observation",
    "own_results",
    "own_sheets",
    "plan",
    "sheet_for",
    "skills_in",
    "skills_of",
    "waiting_for",
    "withdraw",
]
