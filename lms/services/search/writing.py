"""Writes down what a release has to search, once: releases never change."""

import json
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.models.catalogue import Release
from lms.models.search import PassageRecord, SearchedRelease
from lms.services.search import index
from lms.services.search.passages import Passage, passages_of
from lms.services.search.spelling import vocabulary_of


def write_missing(session: Session) -> list[str]:
    """Write the passages of every release that has none yet; return these releases' names."""
    db.take_turn(session, "search")
    written = sa.exists().where(SearchedRelease.release_id == Release.id)
    query = sa.select(Release.id, Release.course_slug, Release.label).where(~written)
    names = []
    for release_id, slug, label in session.execute(query.order_by(Release.id)).all():
        document = session.scalars(sa.select(Release.document).where(Release.id == release_id))
        write_passages(session, release_id, _passages(json.loads(document.one())))
        names.append(f"{slug} {label}")
    return names


def write_again(session: Session) -> list[str]:
    """Write the passages of all releases anew, as the present rules cut and spell them."""
    db.take_turn(session, "search")
    index.clear(session.connection())
    session.execute(sa.delete(SearchedRelease))
    session.execute(sa.delete(PassageRecord))
    return write_missing(session)


def _passages(document: dict[str, Any]) -> list[Passage]:
    facts = [courses.fact_from_document(fact) for fact in document["facts"]]
    course = courses.course_from_document(document["course"])
    return passages_of(course, {fact.id: fact for fact in facts})


def write_passages(session: Session, release_id: int, passages: list[Passage]) -> None:
    """Write what may be searched in a release; what anybody may read comes last in the list."""
    # Counted here and not by the database, so that the ids of a release follow each other.
    first = (session.scalar(sa.select(sa.func.max(PassageRecord.id))) or 0) + 1
    rows = [
        {"id": number, "release_id": release_id, **asdict(passage)}
        for number, passage in enumerate(passages, start=first)
    ]
    last = first + len(rows) - 1
    if rows:
        session.execute(sa.insert(PassageRecord), rows)
        index.fill(session.connection(), rows)
    public = [row["id"] for row, each in zip(rows, passages, strict=True) if each.is_public]
    session.execute(
        sa.insert(SearchedRelease).values(
            release_id=release_id,
            first=first,
            first_public=min(public, default=last + 1),
            last=last,
            words=vocabulary_of(passages),
        )
    )
