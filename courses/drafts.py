"""Course, module and lesson as far as their files could be read, and the course they make."""

from dataclasses import dataclass, field
from pathlib import Path

from courses.closing import NOTHING_ASKED, Closing
from courses.glossary import link_course
from courses.outline import Author, Course, JobAid, Lesson, Module, Objective, Share, Term, Update
from courses.practice import NO_PRACTICE, Practice
from courses.prose import RenderedLesson
from courses.renewal import Currency, RenewalAsks, usual_currency
from courses.schemas import CourseFile, LessonHeader, ModuleFile
from courses.yamltree import Tree


@dataclass(slots=True)
class LessonDraft:
    """A lesson file as far as it could be read."""

    path: Path
    slug: str
    tree: Tree
    header: LessonHeader | None
    rendered: RenderedLesson


@dataclass(slots=True)
class TermDraft:
    """A term of a glossary file, and the line at which it stands there."""

    term: Term
    line: int


@dataclass(slots=True)
class ModuleDraft:
    """A module folder as far as it could be read."""

    path: Path
    slug: str
    tree: Tree
    header: ModuleFile | None = None
    lessons: list[LessonDraft] = field(default_factory=list)
    job_aids: list[JobAid] = field(default_factory=list)
    terms: list[TermDraft] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.path / "module.yaml"

    @property
    def glossary(self) -> Path:
        """The file of its terms, whether or not it has any."""
        return self.path / "glossary.yaml"


@dataclass(slots=True)
class CourseDraft:
    """A course folder as far as it could be read."""

    path: Path
    tree: Tree
    header: CourseFile | None = None
    modules: list[ModuleDraft] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    closing: Closing = NOTHING_ASKED
    practice: Practice = NO_PRACTICE

    @property
    def file(self) -> Path:
        return self.path / "course.yaml"


def currency_of(header: CourseFile) -> Currency:
    """The currency that a course file states, or what is usual for its months."""
    entry, usual = header.currency, usual_currency(header.currency_months)
    month, _, day = (entry.fixed_day or "").partition("-")
    return Currency(
        kind=entry.rule,
        fixed_day=(int(month), int(day)) if entry.fixed_day else None,
        minimal_months=entry.minimal_months,
        window_months=usual.window_months if entry.window_months is None else entry.window_months,
        late_months=entry.late_months,
    )


def course_of(draft: CourseDraft) -> Course:
    """The course that a draft without errors makes, its terms linked in its lessons."""
    header = draft.header
    assert header is not None
    course = Course(
        slug=draft.path.name,
        title=header.title,
        summary=header.summary,
        language=header.language,
        audience=header.audience,
        certifies=header.certifies,
        not_certified=header.not_certified,
        currency_months=header.currency_months,
        authors=tuple(Author(author.name, author.role) for author in header.authors),
        modules=tuple(
            _module(module)
            for name in header.modules
            for module in draft.modules
            if module.path.name == name
        ),
        updates=tuple(draft.updates),
        currency=currency_of(header),
        renewal=RenewalAsks(header.renewal.recheck_items, header.renewal.ce_minutes),
        closing=draft.closing,
        practice=draft.practice,
    )
    return link_course(course)


def _module(draft: ModuleDraft) -> Module:
    header = draft.header
    assert header is not None
    return Module(
        key=draft.slug,
        title=header.title,
        summary=header.summary,
        objectives=tuple(
            Objective(objective.id, objective.text, tuple(objective.facts))
            for objective in header.objectives
        ),
        quiz=header.quiz,
        quiz_minutes=header.quiz_minutes or 0,
        prerequisites=tuple(header.prerequisites),
        lessons=tuple(
            _lesson(lesson, draft.slug, number) for number, lesson in enumerate(draft.lessons, 1)
        ),
        job_aids=tuple(draft.job_aids),
        terms=tuple(each.term for each in draft.terms),
        quiz_crosswalk=_shares(header.quiz_crosswalk),
        quiz_competencies=tuple(header.quiz_competencies),
    )


def _lesson(draft: LessonDraft, module_key: str, number: int) -> Lesson:
    header, rendered = draft.header, draft.rendered
    assert header is not None
    return Lesson(
        key=f"{module_key}/{draft.slug}",
        slug=draft.slug,
        number=number,
        title=header.title,
        summary=header.summary,
        minutes=header.minutes,
        difficulty=header.difficulty,
        objectives=tuple(header.objectives),
        safety_critical=header.safety_critical,
        reviewed_on=header.reviewed_on,
        content_note=header.content_note,
        key_points=rendered.key_points,
        html=rendered.html,
        headings=rendered.headings,
        citations=rendered.citations,
        words=rendered.words,
        claims=rendered.claims,
        crosswalk=_shares(header.crosswalk),
        competencies=tuple(header.competencies),
    )


def _shares(mapped: dict[str, int]) -> tuple[Share, ...]:
    return tuple(Share(requirement, minutes) for requirement, minutes in mapped.items())
