"""Hours and competencies: laws that hold whatever is mapped to what, and whoever did what."""

import itertools
import json
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from courses import (
    Course,
    Crosswalk,
    Module,
    Requirement,
    Rulebook,
    Share,
    Source,
    competencies,
    course_from_document,
    course_to_document,
    crosswalk_for_release,
    crosswalk_from_document,
    crosswalk_to_document,
    hours,
    sessions,
)
from tests.courses.course_samples import course, courses, module


def requirement(id: str, rule: str = "h>=1", **more: object) -> Requirement:
    values = {"topic": id.title(), "reference": "S01", "confidence": "seen", "basis": "issuer"}
    return Requirement(id=id, rule=rule, **{**values, **more})  # type: ignore[arg-type]


def place(prefix: str, *topics: Requirement, total: str = "h>=3") -> Rulebook:
    whole = requirement(f"{prefix}-TOTAL", total, part="total")
    day = date(2026, 11, 22)
    return Rulebook(prefix.lower(), prefix, "A board", "jurisdiction", day, (whole, *topics))


TOPICS = ("ETHC", "SCRN", "INTG")
PLACES = tuple(
    place(prefix, *(requirement(f"{prefix}-{topic}", part="topic") for topic in TOPICS))
    for prefix in ("AA", "BB")
)
FRAMEWORK = Rulebook(
    "fw",
    "A framework",
    "Somebody",
    "framework",
    date(2026, 11, 22),
    (
        requirement("FW-1", "rule", evidenced_by="course"),
        requirement("FW-2", "rule", evidenced_by="course-and-practice", practice="Both."),
        requirement("FW-3", "rule", evidenced_by="practice", practice="In the room."),
        requirement("FW-4", "count=12"),
    ),
)
CROSSWALK = Crosswalk((*PLACES, FRAMEWORK), (Source("S01", "T", "I", "R", "primary-text"),))
NAMES = ("FW-1", "FW-2")


@st.composite
def mapped_courses(draw: st.DrawFn) -> Course:
    """Courses mapped as the checker allows it: within a jurisdiction never beyond the minutes."""

    def shares(minutes: int) -> tuple[Share, ...]:
        found = []
        for prefix in ("AA", "BB"):
            left = minutes
            for topic in draw(st.lists(st.sampled_from(TOPICS), unique=True)):
                part = draw(st.integers(0, left))
                left -= part
                if part:
                    found.append(Share(f"{prefix}-{topic}", part))
        return tuple(found)

    def names() -> tuple[str, ...]:
        return tuple(draw(st.lists(st.sampled_from(NAMES), unique=True)))

    def mapped(each: Module) -> Module:
        lessons = tuple(
            replace(lesson, crosswalk=shares(lesson.minutes), competencies=names())
            for lesson in each.lessons
        )
        quiz = shares(each.quiz_minutes) if each.quiz else ()
        known = names() if each.quiz else ()
        return replace(each, lessons=lessons, quiz_crosswalk=quiz, quiz_competencies=known)

    made = draw(courses())
    return replace(made, modules=tuple(mapped(each) for each in made.modules))


@st.composite
def learners(draw: st.DrawFn) -> tuple[Course, set[str]]:
    made = draw(mapped_courses())
    keys = [unit.key for unit in made.units] + ["gone/lesson"]
    return made, set(draw(st.lists(st.sampled_from(keys))))


@given(learners())
def test_no_minute_counts_twice_within_a_jurisdiction(learner: tuple[Course, set[str]]) -> None:
    made, done = learner
    studied = sum(unit.minutes for unit in made.units if unit.key in done)
    for each in hours(CROSSWALK, made, done):
        assert each.total.covered == sum(topic.covered for topic in each.topics)
        assert each.total.covered + each.unmapped == made.minutes
        assert each.unmapped >= 0
        assert each.total.earned <= studied


@given(learners())
def test_earned_is_never_more_than_covered(learner: tuple[Course, set[str]]) -> None:
    made, done = learner
    for each in hours(CROSSWALK, made, done):
        for line in (each.total, *each.topics):
            assert 0 <= line.earned <= line.covered
            assert line.missing >= line.uncovered
            assert all(
                required - line.earned <= missing <= required
                for required, missing in zip(line.required, line.missing, strict=True)
            )
        assert each.missing is not None
        assert each.missing >= max(sum(topic.missing[0] for topic in each.topics), 0)


@given(learners(), st.data())
def test_doing_more_never_loses_anything(
    learner: tuple[Course, set[str]], data: st.DataObject
) -> None:
    made, done = learner
    more = done | {data.draw(st.sampled_from([unit.key for unit in made.units]))}
    for before, after in zip(
        hours(CROSSWALK, made, done), hours(CROSSWALK, made, more), strict=True
    ):
        assert after.total.earned >= before.total.earned
        assert (after.missing or 0) <= (before.missing or 0)
    for first, second in zip(
        competencies(CROSSWALK, made, done), competencies(CROSSWALK, made, more), strict=True
    ):
        for one, other in zip(first.competencies, second.competencies, strict=True):
            assert set(one.done) <= set(other.done)


@given(mapped_courses())
def test_who_has_done_everything_has_earned_all_that_is_covered(made: Course) -> None:
    everything = {unit.key for unit in made.units}
    for each in hours(CROSSWALK, made, everything):
        assert each.total.earned == each.total.covered
        assert each.missing == each.uncovered
    for standing in competencies(CROSSWALK, made, everything):
        states = {each.state for each in standing.competencies}
        assert states <= {"evidenced", "not-in-course", "practice"}


@given(mapped_courses())
def test_sessions_run_through_the_course_without_gap_or_overlap(made: Course) -> None:
    listed = sessions(CROSSWALK, made)
    assert [session.unit for session in listed] == list(made.units)
    assert listed[0].begins == 0
    assert listed[-1].ends == made.minutes
    for before, after in itertools.pairwise(listed):
        assert before.ends == after.begins
    for book in PLACES:
        of_place = sum(
            mapped.minutes
            for session in listed
            for mapped in session.mapped
            if mapped.rulebook.id == book.id
        )
        covered = next(j for j in hours(CROSSWALK, made) if j.rulebook == book).total.covered
        assert of_place == covered


@given(mapped_courses())
def test_a_mapped_course_comes_back_from_its_document(made: Course) -> None:
    assert course_from_document(json.loads(json.dumps(course_to_document(made)))) == made


def test_a_course_frozen_before_there_were_mappings_still_reads() -> None:
    made = course()
    document = course_to_document(made)
    for each in document["modules"]:
        del each["quiz_crosswalk"], each["quiz_competencies"]
        for lesson in each["lessons"]:
            del lesson["crosswalk"], lesson["competencies"]
    assert course_from_document(document) == made
    assert crosswalk_from_document({}) == Crosswalk()


def test_a_crosswalk_comes_back_from_its_document() -> None:
    kept = json.loads(json.dumps(crosswalk_to_document(CROSSWALK)))
    assert crosswalk_from_document(kept) == CROSSWALK


def test_a_release_keeps_what_a_curriculum_is_measured_by() -> None:
    other = replace(FRAMEWORK, id="other", kind="reference")
    spare = Source("S02", "T", "I", "R", "secondary")
    full = Crosswalk((other, *CROSSWALK.rulebooks), (*CROSSWALK.sources, spare))
    assert crosswalk_for_release(full) == CROSSWALK


def one_module(*shares: tuple[Share, ...], quiz: tuple[Share, ...] = ()) -> Course:
    made = module(lessons=len(shares), minutes=60)
    lessons = tuple(
        replace(lesson, crosswalk=each) for lesson, each in zip(made.lessons, shares, strict=True)
    )
    return course(replace(made, lessons=lessons, quiz_crosswalk=quiz))


def test_minutes_beyond_a_topic_do_not_make_up_for_another() -> None:
    made = one_module((Share("AA-ETHC", 60),), (Share("AA-ETHC", 60),), (Share("AA-ETHC", 60),))
    first = hours(CROSSWALK, made, {unit.key for unit in made.units})[0]
    assert first.total.earned == 180
    assert first.total.missing == (0,)
    assert first.missing == 120


def test_a_quiz_earns_its_own_minutes() -> None:
    made = one_module((Share("AA-ETHC", 20),), quiz=(Share("AA-SCRN", 30),))
    line = hours(CROSSWALK, made, {"first/quiz"})[0]
    assert [topic.earned for topic in line.topics] == [0, 30, 0]


def test_readings_that_conflict_stay_apart() -> None:
    topic = requirement("CC-ADMN", "h>=16", part="topic", alternatives=("h>=20",))
    book = place("CC", topic)
    made = one_module((Share("CC-ADMN", 60),))
    line = hours(Crosswalk((book,)), made, {"first/lesson-1"})[0].topics[0]
    assert line.required == (960, 1200)
    assert line.missing == (900, 1140)


def test_unknown_hours_are_unknown_and_come_last() -> None:
    unknown = place("AB", total="unknown hours")
    found = hours(Crosswalk((unknown, *PLACES)), course())
    assert [each.rulebook.title for each in found] == ["AA", "BB", "AB"]
    assert found[-1].missing is None
    assert found[-1].total.required == ()


def test_a_place_that_asks_for_no_training_is_not_listed() -> None:
    silent = replace(PLACES[0], requirements=(requirement("AA-RULE", "rule"),))
    assert hours(Crosswalk((silent,)), course()) == ()


def test_what_no_course_evidences_says_so_whoever_did_what() -> None:
    made = course()
    named = replace(made.modules[0].lessons[0], competencies=("FW-1",))
    made = course(replace(made.modules[0], lessons=(named, *made.modules[0].lessons[1:])))
    everything = {unit.key for unit in made.units}
    states = {
        each.requirement.id: each.state
        for each in competencies(CROSSWALK, made, everything)[0].competencies
    }
    assert states == {"FW-1": "evidenced", "FW-2": "not-in-course", "FW-3": "practice"}
    assert competencies(CROSSWALK, made)[0].competencies[0].state == "open"


def test_a_competency_is_evidenced_by_all_its_units_not_by_some() -> None:
    made = course()
    lessons = tuple(replace(each, competencies=("FW-1",)) for each in made.modules[0].lessons)
    made = course(replace(made.modules[0], lessons=lessons, quiz_competencies=("FW-1",)))
    lessons_done = {each.key for each in lessons}
    assert competencies(CROSSWALK, made, lessons_done)[0].competencies[0].state == "in-part"
    everything = lessons_done | {"first/quiz"}
    assert competencies(CROSSWALK, made, everything)[0].competencies[0].state == "evidenced"
