"""Which banks a programme examines with, and which versions of their items share statistics."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
import quizzes
from lms.models.cohorts import Cohort
from lms.services import catalogue


@dataclass(frozen=True, slots=True)
class CohortChoice:
    """A cohort that figures may be narrowed to."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Version:
    """One wording of an item, and the releases that hold it, oldest first."""

    item: quizzes.Item
    column: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Examined:
    """What a programme's cohorts were and are examined with.

    `contents` are the releases of its cohorts, oldest first; `cohorts` come with the newest first.
    """

    contents: tuple[catalogue.ReleaseContent, ...]
    cohorts: tuple[CohortChoice, ...]

    def content_with(self, bank_id: str) -> catalogue.ReleaseContent | None:
        """The newest release that holds a bank; None when none does."""
        holding = [content for content in self.contents if bank_id in content.banks]
        return holding[-1] if holding else None

    def banks(self) -> dict[str, quizzes.Bank]:
        """Every bank that closes a module, in its newest version, in the order of the course."""
        found: dict[str, quizzes.Bank] = {}
        for content in reversed(self.contents):
            for module in content.course.modules:
                if module.quiz is not None:
                    found.setdefault(module.quiz, content.banks[module.quiz])
        return found

    def versions(self, bank_ids: Iterable[str]) -> dict[str, Version]:
        """Every version of the items of these banks by content hash, with the column it counts in.

        Versions with the same id whose key means the same share a column.
        """
        wanted = set(bank_ids)
        items: dict[str, quizzes.Item] = {}
        labels: dict[str, list[str]] = {}
        for content in self.contents:
            for bank_id in wanted & set(content.banks):
                for item in content.banks[bank_id].items:
                    key = item.content_hash
                    items.setdefault(key, item)
                    if content.label not in labels.setdefault(key, []):
                        labels[key].append(content.label)
        columns = quizzes.pool_versions(items.values())
        return {key: Version(item, columns[key], tuple(labels[key])) for key, item in items.items()}


def examined(session: Session, programme_id: int) -> Examined:
    """Return the releases and cohorts of a programme; who may see them is for the caller to ask."""
    query = (
        sa.select(Cohort.id, Cohort.title, Cohort.release_id)
        .where(Cohort.programme_id == programme_id)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )
    rows = session.execute(query).all()
    releases = sorted({row.release_id for row in rows})
    return Examined(
        tuple(catalogue.release(session, release_id) for release_id in releases),
        tuple(CohortChoice(row.id, row.title) for row in rows),
    )


def lessons_on(course: courses.Course, objective: str) -> tuple[courses.Lesson, ...]:
    """Return the lessons of a course that teach an objective, in their order."""
    return tuple(lesson for lesson in course.lessons if objective in lesson.objectives)


def objective_texts(course: courses.Course) -> Mapping[str, str]:
    """Return what each objective of a course says, by its id."""
    return {each.id: each.text for module in course.modules for each in module.objectives}
