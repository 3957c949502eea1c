"""The front door of the courses core: what is taught, on what evidence, and how far somebody is."""

from courses.documents import course_from_document, course_to_document
from courses.evidence import Fact, fact_from_document, fact_to_document, lessons_citing
from courses.library import Library, read_library
from courses.outline import Author, Course, Heading, Lesson, Module, Objective, Unit
from courses.pace import Pace, pace
from courses.problems import Problem
from courses.progress import (
    LessonDone,
    Missing,
    ModuleState,
    Progress,
    QuizResult,
    UnitState,
    progress,
)
from courses.prose import ProseError, render_fragment

__all__ = [
    "Author",
    "Course",
    "Fact",
    "Heading",
    "Lesson",
    "LessonDone",
    "Library",
    "Missing",
    "Module",
    "ModuleState",
    "Objective",
    "Pace",
    "Problem",
    "Progress",
    "ProseError",
    "QuizResult",
    "Unit",
    "UnitState",
    "course_from_document",
    "course_to_document",
    "fact_from_document",
    "fact_to_document",
    "lessons_citing",
    "pace",
    "progress",
    "read_library",
    "render_fragment",
]
