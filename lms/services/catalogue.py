"""What is offered: programmes, and the releases their cohorts learn from."""

import json
import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

import courses
import quizzes
from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.catalogue import Programme, Release
from lms.models.cohorts import Cohort
from lms.services import accounts, audit


@dataclass(frozen=True, slots=True)
class ShownItem:
    """The safe HTML of an item: what a candidate reads, and what is read once it is submitted.

    Stem, lead-in, options, `prompts` (of a matching item) and `figure` (an svg element with its
    text alternative) come first. Everything else gives the key away: `rationales` by option,
    `prompt_rationales`, the `rationale` of a number with `near_rationales`, and of a constructed
    answer the rubric (`criteria`) and the `model` answer.
    """

    stem: str
    lead_in: str
    options: Mapping[str, str]
    rationales: Mapping[str, str]
    prompts: Mapping[str, str] = field(default_factory=dict)
    figure: str = ""
    prompt_rationales: Mapping[str, str] = field(default_factory=dict)
    rationale: str = ""
    near_rationales: Sequence[str] = ()
    criteria: Mapping[str, str] = field(default_factory=dict)
    model: str = ""


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A vignette: its title in plain words, and the safe HTML of its stages, the first one first.

    A candidate reads stage n only once all items of the stages before it are locked.
    """

    title: str
    stages: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReleaseContent:
    """A release as values: the course, the facts it cites, its banks and their HTML.

    `shown` holds each item by its id, `cases` each vignette by its bank's id and its own.
    `claims` is the register of claims in circulation, `areas` names the parts of the fact sheet,
    `crosswalk` holds what regulators ask for; releases from before there were any have none.
    """

    id: int
    label: str
    content_hash: str
    published_at: datetime
    course: courses.Course
    facts: Mapping[str, courses.Fact]
    banks: Mapping[str, quizzes.Bank]
    shown: Mapping[str, ShownItem]
    cases: Mapping[str, Mapping[str, ShownCase]] = field(default_factory=dict)
    claims: Mapping[str, courses.Claim] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    crosswalk: courses.Crosswalk = field(default_factory=courses.Crosswalk)


@dataclass(frozen=True, slots=True)
class OpenCohort:
    """A cohort that a visitor may still join, with what it teaches."""

    id: int
    title: str
    starts_on: date
    due_on: date
    enrols_until: date | None
    release_id: int


_releases: WeakKeyDictionary[sa.Engine, dict[int, ReleaseContent]] = WeakKeyDictionary()
_filling = threading.Lock()


def release(session: Session, release_id: int) -> ReleaseContent:
    """Return a release, from memory after the first time: releases never change."""
    known = _releases.setdefault(session.get_bind().engine, {})
    found = known.get(release_id)
    if found is None:
        query = sa.select(Release).where(Release.id == release_id)
        row = session.scalar(query.options(undefer(Release.document)))
        if row is None:
            raise NotFound()
        with _filling:
            content = content_of(
                json.loads(row.document),
                id=row.id,
                label=row.label,
                content_hash=row.content_hash,
                published_at=row.published_at,
            )
            found = known.setdefault(release_id, content)
    return found


def content_of(
    document: Mapping[str, Any],
    *,
    id: int,
    label: str,
    content_hash: str,
    published_at: datetime,
) -> ReleaseContent:
    """Return what the document of a release, published or not, says."""
    facts = [courses.fact_from_document(fact) for fact in document["facts"]]
    banks = [quizzes.bank_from_document(bank) for bank in document["banks"]]
    return ReleaseContent(
        id=id,
        label=label,
        content_hash=content_hash,
        published_at=published_at,
        course=courses.course_from_document(document["course"]),
        facts={fact.id: fact for fact in facts},
        banks={bank.id: bank for bank in banks},
        shown={key: ShownItem(**shown) for key, shown in document["shown"].items()},
        cases={
            bank: {key: ShownCase(**case) for key, case in cases.items()}
            for bank, cases in document.get("cases", {}).items()
        },
        claims={
            claim["id"]: courses.claim_from_document(claim) for claim in document.get("claims", ())
        },
        areas=document.get("areas", {}),
        crosswalk=courses.crosswalk_from_document(document.get("crosswalk", {})),
    )


def list_latest_releases(session: Session) -> list[tuple[int, str, str]]:
    """Return (id, course slug, label) of the newest release of each course."""
    newest = sa.select(sa.func.max(Release.id)).group_by(Release.course_slug)
    query = sa.select(Release.id, Release.course_slug, Release.label).where(Release.id.in_(newest))
    return [(row.id, row.course_slug, row.label) for row in session.execute(query)]


def found_programme(
    session: Session,
    *,
    founder_id: int,
    now: datetime,
    name: str,
    summary: str,
    time_zone: str,
    web: str | None,
    contact_email: str,
    director_name: str,
    director_title: str,
    educator_name: str | None,
    educator_title: str | None,
) -> Programme:
    """Create a programme and make its founder the first administrator."""
    programme = Programme(
        slug=_free_slug(session, name),
        name=name,
        summary=summary,
        time_zone=time_zone,
        web=web,
        contact_email=contact_email,
        director_name=director_name,
        director_title=director_title,
        educator_name=educator_name,
        educator_title=educator_title,
        created_at=now,
    )
    session.add(programme)
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=founder_id,
        programme_id=programme.id,
        act="programme.founded",
        subject=programme.name,
    )
    email = session.scalars(sa.select(Account.email).where(Account.id == founder_id)).one()
    accounts.grant_role(
        session,
        programme_id=programme.id,
        email=email,
        role="administrator",
        by=founder_id,
        now=now,
    )
    return programme


def _free_slug(session: Session, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or "programme"
    taken = set(session.scalars(sa.select(Programme.slug).where(Programme.slug.like(f"{stem}%"))))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (stem, *numbered) if slug not in taken)


def list_programmes(session: Session) -> list[Programme]:
    """Return every programme by name, for the landing page."""
    return list(session.scalars(sa.select(Programme).order_by(Programme.name)))


def programme(session: Session, slug: str) -> Programme:
    """Return the programme at a public address or raise NotFound."""
    found = session.scalar(sa.select(Programme).where(Programme.slug == slug))
    if found is None:
        raise NotFound()
    return found


def list_open_cohorts(session: Session, programme_id: int, today: date) -> list[OpenCohort]:
    """Return the cohorts of a programme that may be joined on `today`, the next to start first."""
    query = (
        sa.select(
            Cohort.id,
            Cohort.title,
            Cohort.starts_on,
            Cohort.due_on,
            Cohort.enrols_until,
            Cohort.release_id,
        )
        .where(Cohort.programme_id == programme_id, Cohort.enrols_until >= today)
        .order_by(Cohort.starts_on, Cohort.id)
    )
    return [OpenCohort(*row) for row in session.execute(query)]


def release_taught(session: Session, programme_id: int) -> int | None:
    """Return the release that the programme's latest cohort learns, else the newest of all."""
    latest = (
        sa.select(Cohort.release_id)
        .where(Cohort.programme_id == programme_id)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
        .limit(1)
    )
    taught = session.scalar(latest)
    return session.scalar(sa.select(sa.func.max(Release.id))) if taught is None else taught
