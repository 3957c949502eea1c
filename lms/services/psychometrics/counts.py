"""How many learners of a programme have sat each bank."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.assessment import Attempt
from lms.models.cohorts import Cohort, Enrolment


def count_sat(session: Session, programme_id: int) -> dict[str, int]:
    """Return by bank how many learners have submitted an attempt that counts."""
    query = (
        sa.select(
            Attempt.bank_id, sa.func.count(sa.distinct(Enrolment.account_id)).label("learners")
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Cohort.programme_id == programme_id,
            Attempt.submitted_at.is_not(None),
            Attempt.voided_at.is_(None),
        )
        .group_by(Attempt.bank_id)
    )
    return {row.bank_id: row.learners for row in session.execute(query)}
