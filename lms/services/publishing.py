"""From files to a release: checks course and banks together, and freezes them under their hash."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
import quizzes
from lms import db
from lms.errors import Refused
from lms.models.catalogue import Release
from lms.models.updates import ReleaseKind, ReleaseUpdate
from lms.services import audit, catalogue, evidence, search
from lms.services.evidence import Difference, Kind, Label
from lms.services.shown import read_figures, shown_cases, shown_item

COURSES = Path("courses/content")
BANKS = Path("quizzes/content")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something an author has to mend (error) or to look at (warning), and where."""

    file: str
    line: int
    severity: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Curriculum:
    """What a content folder holds: courses, facts, banks and figures read without error."""

    library: courses.Library
    banks: Mapping[str, quizzes.Bank]
    figures: Mapping[str, courses.Drawing] = field(default_factory=dict)


def check(root: Path, today: date | None = None) -> tuple[Curriculum, list[Finding]]:
    """Read everything below `root` and return it with ALL findings, in order of file and line.

    With `today` the findings name the facts whose review is due.
    """
    banks, bank_problems = quizzes.read_banks(root / BANKS)
    drawn = {
        key: sum(cell.items for cell in bank.specification.cells) for key, bank in banks.items()
    }
    library, course_problems = courses.read_library(root / COURSES, today, items_drawn=drawn)
    figures, figure_problems = read_figures(root / BANKS, banks)
    findings = [
        *_as_findings(COURSES, course_problems),
        *_as_findings(BANKS, [*bank_problems, *figure_problems]),
        *_between_course_and_bank(library, banks),
        *_facts_of_items(library, banks),
    ]
    return Curriculum(library, banks, figures), sorted(findings)


def overviews(curriculum: Curriculum) -> list[dict[str, Any]]:
    """Return what each course amounts to, in figures, as JSON-able values."""
    items: dict[str, list[str]] = {}
    for bank in curriculum.banks.values():
        for item in _written_in(bank):
            items.setdefault(item.objective, []).append(item.id)
    facts = curriculum.library.facts
    return [courses.overview(each, facts, items) for each in curriculum.library.courses.values()]


def _written_in(bank: quizzes.Bank) -> tuple[quizzes.Item, ...]:
    """Return the items of a bank's own file; those of an examination stand in other banks."""
    return () if bank.draws_from else bank.items


def _as_findings(
    folder: Path, problems: Iterable[courses.Problem | quizzes.Problem]
) -> Iterator[Finding]:
    for problem in problems:
        file = (folder / problem.file).as_posix()
        yield Finding(file, problem.line, problem.severity, problem.code, problem.message)


def _between_course_and_bank(
    library: courses.Library, banks: Mapping[str, quizzes.Bank]
) -> Iterator[Finding]:
    for course in library.courses.values():
        for module in course.modules:
            if module.quiz is None:
                continue
            if module.quiz not in banks:
                file = (COURSES / course.slug).as_posix()
                yield Finding(
                    file, 1, "error", "unknown-bank",
                    f"Module {module.key!r} names the bank {module.quiz!r}, which does not exist "
                    f"or has errors; add {BANKS.as_posix()}/{module.quiz}.yaml or mend it.",
                )  # fmt: skip
                continue
            if banks[module.quiz].draws_from:
                yield from _objectives_of_examination(course, banks[module.quiz])
            else:
                yield from _objectives_of_bank(module, banks[module.quiz])


def _objectives_of_examination(course: courses.Course, bank: quizzes.Bank) -> Iterator[Finding]:
    file = (BANKS / f"{bank.id}.yaml").as_posix()
    known = {objective.id for module in course.modules for objective in module.objectives}
    for objective in sorted({item.objective for item in bank.items} - known):
        yield Finding(
            file, 1, "error", "unknown-objective",
            f"The examination tests {objective!r}, which no module of {course.slug!r} has.",
        )  # fmt: skip


def _objectives_of_bank(module: courses.Module, bank: quizzes.Bank) -> Iterator[Finding]:
    file = (BANKS / f"{bank.id}.yaml").as_posix()
    known = {objective.id for objective in module.objectives}
    for item in bank.items:
        if item.objective not in known:
            yield Finding(
                file, bank.lines.get(item.id, 1), "error", "unknown-objective",
                f"Item {item.id} tests {item.objective!r}, which module {module.key!r} does not "
                "have.",
            )  # fmt: skip
    cells = bank.specification.cells
    sets = {name for cell in cells for name in cell.vignettes}
    covered = {cell.objective for cell in cells}
    covered |= {item.objective for item in bank.items if item.vignette in sets}
    for missing in sorted(known - covered):
        yield Finding(
            file, 1, "warning", "objective-not-examined",
            f"The specification asks nothing of objective {missing}.",
        )  # fmt: skip


def _facts_of_items(
    library: courses.Library, banks: Mapping[str, quizzes.Bank]
) -> Iterator[Finding]:
    for bank in banks.values():
        file = (BANKS / f"{bank.id}.yaml").as_posix()
        for item in _written_in(bank):
            for fact in quizzes.cited_facts(item):
                if fact not in library.facts:
                    yield Finding(
                        file, bank.lines.get(item.id, 1), "error", "unknown-fact",
                        f"Item {item.id} rests on {fact}, which is not in the fact sheet.",
                    )  # fmt: skip


def publish(
    session: Session,
    root: Path,
    *,
    now: datetime,
    actor_id: int | None,
    kind: Kind | None = None,
    note: str = "",
) -> list[Release]:
    """Freeze each course below `root` as a release; one that is unchanged stays as it is.

    `kind` says how serious the change is, else the least that fits what differs; `note` says in
    public words what changed. Raises Refused when the content has errors, since a release is never
    half right, or when the kind does not fit the change.
    """
    curriculum, findings = check(root)
    _refuse_errors(findings)
    _refuse_undisclosed(curriculum, now.date())
    db.take_turn(session, "publish")
    releases = [
        _freeze(session, course, curriculum, Label(kind, note.strip()), now=now, actor_id=actor_id)
        for course in curriculum.library.courses.values()
    ]
    search.write_missing(session)
    return releases


def _freeze(
    session: Session,
    course: courses.Course,
    curriculum: Curriculum,
    label: Label,
    *,
    now: datetime,
    actor_id: int | None,
) -> Release:
    document = release_document(course, curriculum)
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    content_hash = hashlib.sha256(text.encode()).hexdigest()
    known = session.scalar(sa.select(Release).where(Release.content_hash == content_hash))
    if known is not None:
        return known
    difference = _since_last(session, course.slug, document)
    kind = None if difference is None else evidence.kind_of(difference, label)
    release = Release(
        course_slug=course.slug,
        label=_next_label(session, course.slug, now.year),
        content_hash=content_hash,
        document=text,
        published_at=now,
    )
    session.add(release)
    session.flush()
    if kind is not None:
        session.add(ReleaseKind(release_id=release.id, kind=kind, note=label.note))
    _register_updates(session, release, course, now)
    audit.record(
        session,
        at=now,
        actor_id=actor_id,
        act="release.published",
        subject=f"{course.slug} {release.label}",
        detail={"content_hash": content_hash} | ({"kind": kind} if kind else {}),
    )
    return release


def _since_last(
    session: Session, course_slug: str, document: Mapping[str, Any]
) -> Difference | None:
    """Return what a document changes against the last release of its course, if there is one."""
    newest = sa.select(sa.func.max(Release.id)).where(Release.course_slug == course_slug)
    last = session.scalar(newest)
    if last is None:
        return None
    before = catalogue.release(session, last)
    draft = catalogue.content_of(
        document, id=0, label="", content_hash="", published_at=before.published_at
    )
    return evidence.compare(before, draft)


def _register_updates(
    session: Session, release: Release, course: courses.Course, now: datetime
) -> None:
    """Note the updates that this release is the first to bring."""
    of_course = sa.select(ReleaseUpdate.slug).where(ReleaseUpdate.course_slug == course.slug)
    known = set(session.scalars(of_course))
    session.add_all(
        ReleaseUpdate(
            release_id=release.id,
            course_slug=course.slug,
            slug=update.slug,
            title=update.title,
            kind=update.kind,
            dated_on=update.dated_on,
            published_at=now,
        )
        for update in course.updates
        if update.slug not in known
    )


def diff(session: Session, root: Path) -> list[tuple[str, Difference | None]]:
    """Return by course below `root` what publishing it would change; None for a first release.

    Raises Refused when the content has errors.
    """
    curriculum, findings = check(root)
    _refuse_errors(findings)
    return [
        (course.slug, _since_last(session, course.slug, release_document(course, curriculum)))
        for course in curriculum.library.courses.values()
    ]


def _refuse_errors(findings: Iterable[Finding]) -> None:
    errors = sum(finding.severity == "error" for finding in findings)
    if errors:
        raise Refused(f"The content has {errors} errors; `lms content check` lists them.")


def _refuse_undisclosed(curriculum: Curriculum, today: date) -> None:
    for course in curriculum.library.courses.values():
        missing = list(courses.undisclosed(course.closing.contributors, today))
        if missing:
            file = (COURSES / course.slug / "contributors.yaml").as_posix()
            names = ", ".join(each.name for each in missing)
            raise Refused(
                f"{file} names {names} without a disclosure of the past "
                f"{courses.LOOK_BACK_MONTHS} months. Ask each what they have to disclose, and "
                "write its day under disclosed_on."
            )


def _next_label(session: Session, course_slug: str, year: int) -> str:
    count = session.scalar(
        sa.select(sa.func.count())
        .select_from(Release)
        .where(Release.course_slug == course_slug, Release.label.like(f"{year}.%"))
    )
    return f"{year}.{(count or 0) + 1}"


def release_document(course: courses.Course, curriculum: Curriculum) -> dict[str, Any]:
    """Everything a learner of this release will ever be shown, as JSON-able values."""
    facts, claims = curriculum.library.facts, curriculum.library.claims
    banks = [curriculum.banks[module.quiz] for module in course.modules if module.quiz]
    cited = {fact for lesson in course.lessons for fact in lesson.citations}
    cited |= {f for module in course.modules for aim in module.objectives for f in aim.facts}
    cited |= {fact for module in course.modules for fact in module.citations_beside}
    cited |= {fact for update in course.updates for fact in update.citations}
    cited |= {fact for claim in claims.values() for fact in claim.facts}
    cited |= set(course.closing.code.citations if course.closing.code else ())
    cited |= set(course.practice.citations)
    cited |= {fact for bank in banks for item in bank.items for fact in quizzes.cited_facts(item)}
    cases = {bank.id: shown_cases(bank, facts) for bank in banks if bank.vignettes}
    document = {
        "course": courses.course_to_document(course),
        "facts": [courses.fact_to_document(facts[key]) for key in sorted(cited)],
        "claims": [courses.claim_to_document(claim) for claim in claims.values()],
        "areas": dict(curriculum.library.areas),
        "banks": [quizzes.bank_to_document(bank) for bank in banks],
        "crosswalk": courses.crosswalk_to_document(
            courses.crosswalk_for_release(curriculum.library.crosswalk)
        ),
        "shown": {
            item.id: shown_item(item, facts, curriculum.figures)
            for bank in banks
            for item in bank.items
        },
    }
    return document | ({"cases": cases} if cases else {})
