"""Warns where the stated study time of a module, a lesson or a quiz is out of line."""

from collections.abc import Mapping
from fractions import Fraction

from courses.drafts import ModuleDraft
from courses.files import Folder
from courses.studytime import ONE_PART, WHOLE, Part, plausible, shared_minutes


def check_minutes(folder: Folder, module: ModuleDraft, items_drawn: Mapping[str, int]) -> None:
    """Compare stated minutes with the estimate; a quiz whose length is unknown is left alone.

    Nothing is said of a module that could not be read in full.
    """
    header = module.header
    lessons = [(lesson, lesson.header) for lesson in module.lessons if lesson.header is not None]
    if header is None or not lessons or len(lessons) < len(module.lessons):
        return
    parts = [Part(lesson.rendered.words, lesson.rendered.checks) for lesson, _ in lessons]
    length = items_drawn.get(header.quiz) if header.quiz is not None else None
    if header.quiz is not None:
        parts.append(Part(0, length or 0))
    difficulty = Fraction(sum(stated.difficulty for _, stated in lessons), len(lessons))
    estimates = shared_minutes(parts, float(difficulty))
    for (lesson, stated), part, estimate in zip(lessons, parts, estimates, strict=False):
        what = f"{part.words} words and {part.questions} questions"
        line = lesson.tree.line(("minutes",))
        if message := _out_of_line(stated.minutes, estimate, ONE_PART, what):
            folder.report(lesson.path, line, "minutes", message, "warning")
    if header.quiz is not None and length is None:
        return
    if header.quiz_minutes is not None:
        what = f"a quiz of {length} items"
        line = module.tree.line(("quiz_minutes",))
        if message := _out_of_line(header.quiz_minutes, estimates[-1], ONE_PART, what):
            folder.report(module.file, line, "minutes", message, "warning")
    whole = sum(stated.minutes for _, stated in lessons) + (header.quiz_minutes or 0)
    if message := _out_of_line(whole, sum(estimates), WHOLE, "the whole module"):
        folder.report(module.file, 1, "minutes", message, "warning")


def _out_of_line(stated: int, estimate: float, band: tuple[float, float], what: str) -> str | None:
    least, most = plausible(estimate, band)
    if least <= stated <= most:
        return None
    return (
        f"{stated} minutes are stated for {what}: Mergener's formula gives about "
        f"{round(estimate)}, and {least} to {most} are in line with it"
    )
