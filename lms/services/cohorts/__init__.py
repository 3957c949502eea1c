"""Cohorts and enrolments: who learns which release, where, and until when."""

from lms.services.cohorts.due import (
    Due,
    ExtensionLine,
    due_dates,
    extend,
    list_extensions,
    own_due_dates,
    plan_of,
)
from lms.services.cohorts.enrolling import enrol
from lms.services.cohorts.opening import CohortLine, create_cohort, list_cohorts
from lms.services.cohorts.runs import RunCohort, cohort_for, programme_for, week_on, zone_of
from lms.services.cohorts.seats import SEAT, Seat, State, list_seats, refuse_other, seat_for
from lms.services.cohorts.states import (
    ActLine,
    StateAct,
    change_state,
    list_acts,
    refuse_unless_studying,
)

__all__ = [
    "SEAT",
    "ActLine",
    "CohortLine",
    "Due",
    "ExtensionLine",
    "RunCohort",
    "Seat",
    "State",
    "StateAct",
    "change_state",
    "cohort_for",
    "create_cohort",
    "due_dates",
    "enrol",
    "extend",
    "list_acts",
    "list_cohorts",
    "list_extensions",
    "list_seats",
    "own_due_dates",
    "plan_of",
    "programme_for",
    "refuse_other",
    "refuse_unless_studying",
    "seat_for",
    "week_on",
    "zone_of",
]
