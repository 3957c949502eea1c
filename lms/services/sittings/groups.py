"""Groups: labels that learners of a cohort carry, so that a window can be set for all of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.errors import NotFound, Refused
from lms.models.cohorts import Enrolment
from lms.models.sittings import GroupMember, LearnerGroup, SittingRule
from lms.services.cohorts import RunCohort
from lms.services.sittings.acts import record_act
from lms.services.sittings.learners import quizzes_of
from lms.services.sittings.under_way import lock_cohort, move_ends_of_cohort


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group with the enrolments of its members."""

    id: int
    name: str
    members: frozenset[int]


def list_groups(session: Session, cohort_id: int) -> list[GroupLine]:
    """Return the groups of a cohort by name."""
    query = (
        sa.select(LearnerGroup.id, LearnerGroup.name, GroupMember.enrolment_id)
        .outerjoin(GroupMember, GroupMember.group_id == LearnerGroup.id)
        .where(LearnerGroup.cohort_id == cohort_id)
        .order_by(LearnerGroup.name, LearnerGroup.id)
    )
    found: dict[int, tuple[str, list[int]]] = {}
    for group_id, name, enrolment_id in session.execute(query):
        members = found.setdefault(group_id, (name, []))[1]
        if enrolment_id is not None:
            members.append(enrolment_id)
    return [GroupLine(key, name, frozenset(who)) for key, (name, who) in found.items()]


def make_group(session: Session, cohort: RunCohort, name: str, *, by: int, now: datetime) -> int:
    """Make an empty group; Refused when the cohort has one of that name."""
    group = LearnerGroup(cohort_id=cohort.id, name=name)
    session.add(group)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("This cohort already has a group of that name.") from error
    record_act(session, "group.made", name, cohort, by, now, {"cohort": cohort.title})
    return group.id


def set_members(
    session: Session,
    cohort: RunCohort,
    group_id: int,
    members: Collection[int],
    *,
    by: int,
    now: datetime,
) -> int:
    """Let exactly these learners carry a group's label; return how many ends of attempts moved."""
    lock_cohort(session, cohort.id)
    group = _group_of(session, cohort, group_id)
    wanted = set(members)
    ours = set(session.scalars(sa.select(Enrolment.id).where(Enrolment.cohort_id == cohort.id)))
    if not wanted <= ours:
        raise NotFound("Somebody of them is not in this cohort. Reload the page.")
    before = set(
        session.scalars(sa.select(GroupMember.enrolment_id).where(GroupMember.group_id == group_id))
    )
    changed = sorted(wanted ^ before)
    if not changed:
        return 0
    own = sa.select(Enrolment.id).where(Enrolment.id.in_(changed), Enrolment.account_id == by)
    if session.scalar(own) is not None:
        raise Refused("Somebody else has to put you into a group: it is your own sitting.")
    session.execute(
        sa.delete(GroupMember).where(
            GroupMember.group_id == group_id, GroupMember.enrolment_id.in_(before - wanted)
        )
    )
    session.add_all(
        GroupMember(group_id=group_id, enrolment_id=enrolment_id)
        for enrolment_id in sorted(wanted - before)
    )
    session.flush()
    moved = _move_all(session, cohort, now)
    detail: dict[str, object] = {
        "cohort": cohort.title,
        "joined": sorted(wanted - before),
        "left": sorted(before - wanted),
        "attempts_moved": moved,
    }
    record_act(session, "group.changed", group.name, cohort, by, now, detail)
    return moved


def remove_group(
    session: Session, cohort: RunCohort, group_id: int, *, by: int, now: datetime
) -> int:
    """Remove a group with all that is set for it; return how many ends of attempts moved."""
    lock_cohort(session, cohort.id)
    group = _group_of(session, cohort, group_id)
    session.execute(sa.delete(SittingRule).where(SittingRule.group_id == group_id))
    session.execute(sa.delete(GroupMember).where(GroupMember.group_id == group_id))
    session.delete(group)
    session.flush()
    moved = _move_all(session, cohort, now)
    detail: dict[str, object] = {"cohort": cohort.title, "attempts_moved": moved}
    record_act(session, "group.removed", group.name, cohort, by, now, detail)
    return moved


def _move_all(session: Session, cohort: RunCohort, now: datetime) -> int:
    return sum(
        move_ends_of_cohort(session, cohort.id, module.key, now)
        for module, _bank in quizzes_of(session, cohort.release_id)
    )


def _group_of(session: Session, cohort: RunCohort, group_id: int) -> LearnerGroup:
    group = session.scalar(
        sa.select(LearnerGroup).where(
            LearnerGroup.id == group_id, LearnerGroup.cohort_id == cohort.id
        )
    )
    if group is None:
        raise NotFound()
    return group
