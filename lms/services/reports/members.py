"""The members of a cohort with all they did; only who did something since is read again."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.services import learning, live, psychometrics
from lms.services.catalogue import ReleaseContent
from lms.services.cohorts import State
from lms.services.reports.roll import studied


@dataclass(frozen=True, slots=True)
class Facts:
    """What one enrolment amounts to: what was done, how far that is, and attempts at quizzes."""

    record: learning.StudyRecord
    progress: courses.Progress
    attempts: tuple[psychometrics.CohortAttempt, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who has a place in the cohort, active or paused.

    `live` is what they were credited of live sessions that were held for a module.
    """

    enrolment_id: int
    enrolled_at: datetime
    name: str
    email: str
    profession: str
    state: State
    facts: Facts
    live: tuple[courses.LiveMinutes, ...]


def members_of(
    session: Session, roll: Sequence[sa.Row[Any]], content: ReleaseContent
) -> tuple[Member, ...]:
    """Return everybody on the roll, in two queries at most.

    Facts are kept in memory for as long as the roll says that nothing was added to them. It was
    called before they are read: what is added in between makes the next page read them again.
    """
    known = _kept.setdefault(session.get_bind().engine, {})
    versions = {row.id: (content.id, *studied(row)) for row in roll}
    with _turn:
        found = {
            key: known[key][1]
            for key, version in versions.items()
            if key in known and known[key][0] == version
        }
    new = _facts(session, [key for key in versions if key not in found], content)
    with _turn:
        if len(known) + len(new) > MOST_KEPT:
            known.clear()
        known.update((key, (versions[key], facts)) for key, facts in new.items())
    found.update(new)
    return tuple(_member(row, found[row.id]) for row in roll)


# What 500 learners of a long course did takes about twenty megabytes.
MOST_KEPT = 2048
_turn = threading.Lock()
_kept: WeakKeyDictionary[sa.Engine, dict[int, tuple[Any, Facts]]] = WeakKeyDictionary()


def _member(row: sa.Row[Any], facts: Facts) -> Member:
    return Member(
        enrolment_id=row.id,
        enrolled_at=row.enrolled_at,
        name=row.full_name,
        email=row.email,
        profession=row.profession,
        state=cast(State, row.state),
        facts=facts,
        live=live.read_minutes(row.live),
    )


def _facts(
    session: Session, enrolment_ids: list[int], content: ReleaseContent
) -> Mapping[int, Facts]:
    if not enrolment_ids:
        return {}
    records = learning.records_of(session, enrolment_ids)
    attempts = psychometrics.attempts_of(session, enrolment_ids, content)
    found = {}
    for key in enrolment_ids:
        record = records.get(key, learning.StudyRecord())
        progress = courses.progress(content.course, record.done, record.results)
        found[key] = Facts(record, progress, attempts.get(key, ()))
    return found
