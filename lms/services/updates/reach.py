"""An administrator's side of a release: what it changed, and whom of theirs that reaches."""

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.assessment import Attempt
from lms.models.catalogue import Release
from lms.models.cohorts import Cohort, Enrolment
from lms.models.updates import ReleaseKind, ReleaseUpdate
from lms.services import catalogue, credentials, evidence
from lms.services.credentials import Attested
from lms.services.evidence import Difference


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A published release; `kind` is None for the first of a course and from before kinds."""

    id: int
    course_slug: str
    label: str
    published_at: datetime
    kind: str | None
    note: str


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt not submitted yet whose paper holds touched items, and which these are."""

    learner: str
    enrolment_id: int
    cohort_id: int
    cohort_title: str
    module_key: str
    started_at: datetime
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """A credential earned on an earlier release that taught some of the changed facts."""

    held: Attested
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UpdateStanding:
    """How far one update of a release has come among the holders of a programme's credentials."""

    title: str
    slug: str
    kind: str
    done: int
    waiting: tuple[Attested, ...]


@dataclass(frozen=True, slots=True)
class ReleaseReach:
    """What a release changed against the one before, and what and whom of a programme it touches.

    Without a release before it there is no difference, and nobody whom it could reach.
    """

    release: ReleaseLine
    before: ReleaseLine | None
    difference: Difference | None
    attempts: tuple[OpenAttempt, ...]
    holders: tuple[Holder, ...]
    updates: tuple[UpdateStanding, ...]


def list_releases(session: Session) -> list[ReleaseLine]:
    """Return every published release, the newest first."""
    query = (
        sa.select(
            Release.id,
            Release.course_slug,
            Release.label,
            Release.published_at,
            ReleaseKind.kind,
            sa.func.coalesce(ReleaseKind.note, ""),
        )
        .outerjoin(ReleaseKind, ReleaseKind.release_id == Release.id)
        .order_by(Release.id.desc())
    )
    return [ReleaseLine(*row) for row in session.execute(query)]


def reach_of(session: Session, programme_id: int, release_id: int, now: datetime) -> ReleaseReach:
    """Return what a release reaches in a programme; NotFound for a release that is not there."""
    releases = list_releases(session)
    release = next((line for line in releases if line.id == release_id), None)
    if release is None:
        raise NotFound()
    earlier = (
        line
        for line in releases
        if line.course_slug == release.course_slug and line.id < release.id
    )
    before = next(earlier, None)
    if before is None:
        return ReleaseReach(release, None, None, (), (), ())
    difference = evidence.compare(
        catalogue.release(session, before.id), catalogue.release(session, release.id)
    )
    held = [
        each
        for each in credentials.list_of_programme(session, programme_id, release.course_slug, now)
        # Issued again, a credential counts once, by its latest issue.
        if each.release_id < release.id and each.verdict.status != "superseded"
    ]
    return ReleaseReach(
        release,
        before,
        difference,
        _open_attempts(
            session,
            difference,
            Cohort.programme_id == programme_id,
            Release.course_slug == release.course_slug,
            Release.id < release.id,
        ),
        _holders(session, held, difference),
        _updates(session, release, held),
    )


def reach_of_pending(
    session: Session, course_slug: str, difference: Difference, now: datetime
) -> tuple[tuple[OpenAttempt, ...], tuple[Holder, ...]]:
    """Return whom a difference that is not published yet would reach, in all programmes."""
    attempts = _open_attempts(session, difference, Release.course_slug == course_slug)
    held = [
        each
        for programme in catalogue.list_programmes(session)
        for each in credentials.list_of_programme(session, programme.id, course_slug, now)
    ]
    return attempts, _holders(session, held, difference)


def _open_attempts(
    session: Session, difference: Difference, *which: sa.ColumnElement[bool]
) -> tuple[OpenAttempt, ...]:
    query = (
        sa.select(
            Account.full_name,
            Enrolment.id,
            Cohort.id,
            Cohort.title,
            Attempt.module_key,
            Attempt.started_at,
            Attempt.paper,
        )
        .select_from(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Release, Release.id == Cohort.release_id)
        .where(Attempt.submitted_at.is_(None), *which)
        .order_by(Attempt.started_at)
    )
    touched = difference.touched_items
    found = []
    for row in session.execute(query):
        slots = quizzes.paper_from_document(json.loads(row.paper)).slots
        items = tuple(slot.item_id for slot in slots if slot.item_id in touched)
        if items:
            found.append(OpenAttempt(*row[:6], items))
    return tuple(found)


def _holders(session: Session, held: list[Attested], difference: Difference) -> tuple[Holder, ...]:
    """Those who are certified and learned a fact as it no longer is; the ended are left out."""
    changed = {change.fact_id for change in difference.impact.changes if change.how != "added"}
    found = []
    for each in held:
        taught = catalogue.release(session, each.release_id).facts
        facts = tuple(sorted(changed & taught.keys()))
        if facts and each.verdict.status not in ("revoked", "superseded"):
            found.append(Holder(each, facts))
    return tuple(found)


def _updates(
    session: Session, release: ReleaseLine, held: list[Attested]
) -> tuple[UpdateStanding, ...]:
    query = sa.select(ReleaseUpdate).where(ReleaseUpdate.release_id == release.id)
    return tuple(
        UpdateStanding(
            update.title,
            update.slug,
            update.kind,
            done=sum(_since(each, update.id) is not None for each in held),
            waiting=tuple(
                each
                for each in held
                if each.verdict.status == "update-outstanding" and _since(each, update.id) is None
            ),
        )
        for update in session.scalars(query.order_by(ReleaseUpdate.id))
    )


def _since(held: Attested, update_id: int) -> datetime | None:
    """When the holder confirmed an update, if they have."""
    return next((each.done_at for each in held.updates if each.id == update_id), None)
