"""What must hold across the files of a course: objectives, order, lengths and times."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from courses.drafts import CourseDraft, LessonDraft, ModuleDraft, currency_of
from courses.evidence import Fact
from courses.files import Folder
from courses.glossary import term_anchor
from courses.readability import HIGHEST_GRADE, LONGEST_SENTENCES, readability
from courses.renewal import currency_faults
from courses.sheet import Sheet
from courses.timing import check_minutes

QUIZ_SLUG = "quiz"


def check_course(
    folder: Folder,
    draft: CourseDraft,
    facts: Mapping[str, Fact],
    items_drawn: Mapping[str, int],
) -> None:
    """Report everything that only shows when the files of a course are seen together.

    `items_drawn` says how many items a quiz asks, by the id of its bank.
    """
    _check_listing(folder, draft)
    _check_currency(folder, draft)
    _check_numbers(folder, [module.path for module in draft.modules])
    _check_module_slugs(folder, draft)
    _check_prerequisites(folder, draft)
    _check_objective_ids(folder, draft)
    _check_terms(folder, draft)
    for module in draft.modules:
        _check_module(folder, module, facts)
        if draft.header is not None:
            own = module.header.lesson_words if module.header is not None else None
            for lesson in module.lessons:
                _check_length(folder, lesson, own or draft.header.lesson_words)
        check_minutes(folder, module, items_drawn)


def _check_listing(folder: Folder, draft: CourseDraft) -> None:
    if draft.header is None:
        return
    listed = draft.header.modules
    present = {module.path.name for module in draft.modules}
    for place, name in enumerate(listed):
        line = draft.tree.line(("modules", place))
        if name in listed[:place]:
            folder.report(draft.file, line, "duplicate-module", f"{name} is listed twice")
        elif name not in present:
            message = f"the module {name} is listed, but there is no such folder"
            folder.report(draft.file, line, "missing-module", message)
    for module in draft.modules:
        if module.path.name not in listed:
            message = f"this module is not listed in {folder.name(draft.file)}"
            folder.report(module.path, 1, "unlisted-module", message)


def _check_currency(folder: Folder, draft: CourseDraft) -> None:
    if draft.header is None:
        return
    for key, message in currency_faults(currency_of(draft.header), draft.header.currency_months):
        line = draft.tree.line(("currency", key))
        folder.report(draft.file, line, "currency", message)


def _check_numbers(folder: Folder, paths: list[Path]) -> None:
    """Two files with one number would leave their order to the alphabet."""
    counts = Counter(path.name[:2] for path in paths)
    for path in paths:
        if counts[path.name[:2]] > 1:
            message = f"the number {path.name[:2]} is given twice"
            folder.report(path, 1, "duplicate-number", message)


def _check_module_slugs(folder: Folder, draft: CourseDraft) -> None:
    counts = Counter(module.slug for module in draft.modules)
    for module in draft.modules:
        if counts[module.slug] > 1:
            message = f'two modules of this course are called "{module.slug}"'
            folder.report(module.path, 1, "duplicate-slug", message)


def _check_prerequisites(folder: Folder, draft: CourseDraft) -> None:
    wanted = {
        module.slug: module.header.prerequisites if module.header else []
        for module in draft.modules
    }
    for module in draft.modules:
        for place, name in enumerate(wanted[module.slug]):
            line = module.tree.line(("prerequisites", place))
            if name not in wanted:
                message = f'there is no module "{name}" in this course'
                folder.report(module.file, line, "unknown-prerequisite", message)
            elif module.slug in _all_before(name, wanted):
                message = f'this module and "{name}" wait for each other'
                folder.report(module.file, line, "circular-prerequisite", message)


def _all_before(name: str, wanted: Mapping[str, list[str]]) -> set[str]:
    """The module itself and everything that it waits for, however far away."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(wanted.get(current, []))
    return found


def _check_objective_ids(folder: Folder, draft: CourseDraft) -> None:
    met: set[str] = set()
    for module in draft.modules:
        for place, objective in enumerate(module.header.objectives if module.header else []):
            if objective.id in met:
                line = module.tree.line(("objectives", place, "id"))
                message = f"the objective {objective.id} stands in this course twice"
                folder.report(module.file, line, "duplicate-objective", message)
            met.add(objective.id)


def _check_terms(folder: Folder, draft: CourseDraft) -> None:
    """One word has one meaning in a course: a reader meets it in any of its modules."""
    met: dict[str, tuple[Path, int]] = {}
    for module in draft.modules:
        for each in module.terms:
            here = (module.glossary, each.line)
            for name in (each.term.term, *each.term.also):
                path, line = met.setdefault(term_anchor(name), here)
                if path != module.glossary:
                    message = f'"{name}" is defined already in {folder.name(path)}:{line}'
                    folder.report(*here, "duplicate-term", message)


def _check_module(folder: Folder, module: ModuleDraft, facts: Mapping[str, Fact]) -> None:
    if not module.lessons:
        folder.report(module.path, 1, "no-lesson", "this module has no lesson that can be read")
    _check_numbers(folder, [lesson.path for lesson in module.lessons])
    slugs = Counter(lesson.slug for lesson in module.lessons)
    for lesson in module.lessons:
        if slugs[lesson.slug] > 1:
            message = f'two lessons of this module are called "{lesson.slug}"'
            folder.report(lesson.path, 1, "duplicate-slug", message)
        if lesson.slug == QUIZ_SLUG:
            folder.report(lesson.path, 1, "file-name", 'a lesson may not be called "quiz"')
        _check_reading(folder, lesson)
        _check_weak_facts(folder, lesson, facts)
    if module.header is not None:
        _check_objectives(folder, module, facts)


def _check_objectives(folder: Folder, module: ModuleDraft, facts: Mapping[str, Fact]) -> None:
    header = module.header
    assert header is not None
    known = {objective.id for objective in header.objectives}
    taught: set[str] = set()
    for lesson in module.lessons:
        for place, name in enumerate(lesson.header.objectives if lesson.header else []):
            taught.add(name)
            if name not in known:
                line = lesson.tree.line(("objectives", place))
                message = f"this module has no objective {name}"
                folder.report(lesson.path, line, "unknown-objective", message)
    all_read = all(lesson.header is not None for lesson in module.lessons)
    for place, objective in enumerate(header.objectives):
        path = ("objectives", place)
        if objective.id not in taught and all_read:
            message = f"no lesson teaches the objective {objective.id}"
            folder.report(module.file, module.tree.line(path), "untaught-objective", message)
        for number, fact in enumerate(objective.facts):
            if fact not in facts:
                line = module.tree.line((*path, "facts", number))
                folder.report(module.file, line, "unknown-fact", f"there is no fact {fact}")


def _check_length(folder: Folder, lesson: LessonDraft, bounds: tuple[int, int]) -> None:
    words = lesson.rendered.words
    if not bounds[0] <= words <= bounds[1]:
        message = f"this lesson has {words} words, not {bounds[0]} to {bounds[1]}"
        folder.report(lesson.path, 1, "length", message)


def _check_reading(folder: Folder, lesson: LessonDraft) -> None:
    """Report a lesson that is hard to read, and one that says nothing anybody could look up."""
    if not lesson.rendered.citations and not lesson.rendered.findings:
        folder.report(lesson.path, 1, "no-citation", "this lesson cites no fact")
    found = readability(lesson.rendered.html)
    if found is None:
        return
    if found.grade > HIGHEST_GRADE or found.words_a_sentence > LONGEST_SENTENCES:
        message = (
            f"this lesson reads at grade {found.grade:.0f} with {found.words_a_sentence:.0f} words "
            f"a sentence: at most {HIGHEST_GRADE:.0f} and {LONGEST_SENTENCES:.0f} are readable"
        )
        folder.report(lesson.path, 1, "reading-level", message)


def _check_weak_facts(folder: Folder, lesson: LessonDraft, facts: Mapping[str, Fact]) -> None:
    """Warn where a lesson leans on what may be taught with a hedge only, or not at all.

    A lesson that shows such a fact on purpose, hedged or as an example, says so in `weak_facts`.
    """
    known = lesson.header.weak_facts if lesson.header is not None else []
    found = {fact.id: reason for fact, reason in _weak(lesson, facts)}
    for name, reason in found.items():
        if name not in known:
            folder.report(lesson.path, 1, "weak-fact", f"{name} {reason}", "warning")
    for place, name in enumerate(known):
        if name not in found:
            line = lesson.tree.line(("weak_facts", place))
            message = f"{name} is not a weak fact that this lesson cites"
            folder.report(lesson.path, line, "weak-fact", message, "warning")


def _weak(lesson: LessonDraft, facts: Mapping[str, Fact]) -> Iterator[tuple[Fact, str]]:
    for name in lesson.rendered.citations:
        fact = facts[name]
        if fact.is_retracted:
            yield fact, "rests on a retracted source: it may not be cited as evidence"
        elif fact.is_uncertain:
            yield fact, "is uncertain: state it with its hedge or leave it out"


def check_reviews(folder: Folder, sheet: Sheet, drafts: Iterable[CourseDraft], today: date) -> None:
    """Warn once of every fact past its review date, with the files that cite it."""
    citing: dict[str, list[str]] = {}
    for module in (module for draft in drafts for module in draft.modules):
        for lesson in module.lessons:
            for name in lesson.rendered.citations:
                citing.setdefault(name, []).append(f"{module.slug}/{lesson.slug}")
        for aid in module.job_aids:
            for name in aid.citations:
                citing.setdefault(name, []).append(f"{module.slug}/{aid.slug} (job aid)")
    for fact in sheet.facts.values():
        if not fact.is_past_review(today):
            continue
        path, line = sheet.places[fact.id]
        places = ", ".join(citing.get(fact.id, ())) or "no lesson"
        message = (
            f"{fact.id} was to be reviewed by {fact.review_by}: look at its source again; "
            f"it is taught in {places}"
        )
        folder.report(path, line, "review-due", message, "warning")
