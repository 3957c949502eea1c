"""Small courses to test with: as values, as strategies, and as a folder of files."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from courses import (
    Author,
    Course,
    Fact,
    Heading,
    Lesson,
    LessonDone,
    Module,
    Objective,
    Problem,
    QuizResult,
    read_library,
)

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def fact(id: str = "SET-001", **changes: object) -> Fact:
    values: dict[str, object] = {
        "id": id,
        "statement": "Expectations shape the experience.",
        "source": "Somebody 2017, A Journal 1:2-3",
        "links": (),
        "strength": "observational",
        "status": "seen",
        "as_of": date(2026, 6, 30),
        "review_by": date(2028, 6, 30),
    }
    return Fact(**{**values, **changes})  # type: ignore[arg-type]


def lesson(module: str, number: int, minutes: int = 10, citations: tuple[str, ...] = ()) -> Lesson:
    slug = f"lesson-{number}"
    return Lesson(
        key=f"{module}/{slug}",
        slug=slug,
        number=number,
        title=f"Lesson {number}",
        summary="What it is for.",
        minutes=minutes,
        difficulty=2,
        objectives=("M1-1",),
        safety_critical=False,
        reviewed_on=date(2026, 11, 22),
        content_note=None,
        key_points=("One thing.",),
        html="<p>Text.</p>",
        headings=(Heading("s-a", 2, "A"),),
        citations=citations,
        words=1000,
    )


def module(
    key: str = "first",
    lessons: int = 2,
    quiz: str | None = "bank",
    prerequisites: tuple[str, ...] = (),
    minutes: int = 10,
) -> Module:
    return Module(
        key=key,
        title=key.title(),
        summary="A module.",
        objectives=(Objective("M1-1", "Describe it.", ("SET-001",)),),
        quiz=quiz,
        quiz_minutes=30 if quiz else 0,
        prerequisites=prerequisites,
        lessons=tuple(lesson(key, number, minutes) for number in range(1, lessons + 1)),
    )


def course(*modules: Module) -> Course:
    return Course(
        slug="a-course",
        title="A course",
        summary="A course to test with.",
        language="en-GB",
        audience="Clinicians",
        certifies="That it was studied.",
        not_certified="It is no licence.",
        currency_months=24,
        authors=(Author("Ada", "Editor"),),
        modules=modules or (module(),),
    )


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """Courses of one to four modules whose prerequisites are never circular."""
    count = draw(st.integers(1, 4))
    keys = [f"module-{number}" for number in range(count)]
    modules = []
    for place, key in enumerate(keys):
        earlier = st.lists(st.sampled_from(keys[:place]), unique=True) if place else st.just([])
        modules.append(
            module(
                key,
                lessons=draw(st.integers(1, 3)),
                quiz=draw(st.sampled_from([None, "bank"])),
                prerequisites=tuple(draw(earlier)),
                minutes=draw(st.integers(1, 40)),
            )
        )
    return course(*draw(st.permutations(modules)))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Course, list[LessonDone], list[QuizResult]]:
    """A course and what somebody did in it, with a few facts about things it does not have."""
    made = draw(courses())
    moments = st.integers(0, 10_000).map(lambda minutes: START + timedelta(minutes=minutes))
    lesson_keys = [unit.key for unit in made.units if unit.kind == "lesson"] + ["gone/lesson"]
    module_keys = [module.key for module in made.modules] + ["gone"]
    done = draw(st.lists(st.builds(LessonDone, st.sampled_from(lesson_keys), moments), max_size=14))
    results = draw(
        st.lists(
            st.builds(
                QuizResult,
                st.sampled_from(module_keys),
                moments,
                st.booleans(),
                st.integers(0, 15),
                st.just(15),
            ),
            max_size=8,
        )
    )
    return made, done, results


FACTS = """\
facts:
  - id: SET-001
    statement: "Expectations shape the experience."
    source: "Somebody 2017, A Journal 1:2-3"
    links: ["https://doi.org/10.1000/1"]
    strength: observational
    status: seen
    as_of: 2026-06-30
    review_by: 2028-06-30
  - id: SET-002
    statement: "Rooms matter."
    source: "Practice advice (no single primary source)"
    links: []
    strength: RCT (company topline)
    status: recalled
    as_of: 2026-06-30
    review_by: 2028-06-30
"""

COURSE = """\
title: "A course"
summary: "To test with."
language: en-GB
audience: "Clinicians"
certifies: "That it was studied."
not_certified: "It is no licence."
currency_months: 24
authors:
  - {name: "Ada", role: "Editor"}
modules:
  - 01-first
"""

MODULE = """\
title: "First"
summary: "The first module."
objectives:
  - {id: M1-1, text: "Describe it.", facts: [SET-001]}
quiz: bank
quiz_minutes: 30
prerequisites: []
"""

HEADER = """\
---
title: "A lesson"
summary: "What you can do afterwards."
minutes: 14
difficulty: 3
objectives: [M1-1]
safety_critical: false
reviewed_on: 2026-11-22
key_points:
  - "Rooms matter.[@SET-002]"
---
"""

FIGURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200">
  <rect class="f-paper s-ink" x="10" y="10" width="100" height="50"/>
  <text class="t t-mid" x="60" y="40">Room</text>
</svg>
"""

PADDING = "\n\n" + "A word. " * 500 + "\n"

BODY = (
    """\
## Why it matters

Expectations shape the experience.[@SET-001; @SET-002]

![A plan of a room](figures/room.svg "The room.[@SET-002]")

/// safety | Watch this
Rooms matter.[@SET-002]
///

### A question

```check
question: |
  What now?
options:
  - text: "Wait"
    why: "No.[@SET-001]"
  - text: "Act"
    best: true
    why: "Yes."
```
"""
    + PADDING
)

LESSON = "01-first/01-a-lesson.md"


def write_content(root: Path, **changes: str | bytes | None) -> Path:
    """A content folder without a problem, but for the changes: file (in the course) to text."""
    files: dict[str, str | bytes | None] = {
        "../evidence/set.yaml": FACTS,
        "course.yaml": COURSE,
        "01-first/module.yaml": MODULE,
        "01-first/figures/room.svg": FIGURE,
        LESSON: HEADER + BODY,
        **changes,
    }
    for name, text in files.items():
        if text is None:
            continue
        path = (root / "a-course" / name).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def problems(root: Path, **changes: str | bytes | None) -> list[Problem]:
    """What the reader says of a content folder with these changes."""
    return read_library(write_content(root, **changes))[1]
