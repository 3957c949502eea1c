"""What a credential says of the training: never more than the course alone is evidence of."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

import courses
from lms import clock
from lms.services import catalogue, credentials, live, publishing
from lms.services.catalogue import ReleaseContent
from lms.services.credentials import particulars
from tests.cast import BUNDLED, Cast
from tests.live_samples import autumn, on
from tests.renewal_samples import earn, held


@pytest.fixture(scope="module")
def bundled() -> ReleaseContent:
    curriculum, _findings = publishing.check(BUNDLED)
    (course,) = curriculum.library.courses.values()
    crosswalk = courses.crosswalk_for_release(curriculum.library.crosswalk)
    return SimpleNamespace(course=course, banks=curriculum.banks, crosswalk=crosswalk)  # type: ignore[return-value]


def test_only_competencies_that_the_course_evidences_alone_are_named(
    bundled: ReleaseContent,
) -> None:
    """What has to be observed in practice is left out; so is what nobody can be competent in."""
    named = {each.code for each in credentials.competencies_of(bundled)}
    assert named == {"PH-04", "WO-F2", "WO-F3", "WO-F4", "WO-F6"}
    for each in credentials.competencies_of(bundled):
        found = bundled.crosswalk.find(each.code)
        assert found is not None and found[1].evidenced_by == "course"
        assert each.url == "" or each.url.startswith("https://doi.org/10.")


def test_mapped_hours_are_those_of_the_curriculum_and_say_as_of_when(
    bundled: ReleaseContent,
) -> None:
    """Invariant: no minute counts twice within a jurisdiction, and none is invented."""
    mapped = list(credentials.mapped_hours_of(bundled))
    assert [each.jurisdiction for each in mapped] == ["Colorado", "Oregon"]
    books = {book.title: book for book in bundled.crosswalk.of_kind("jurisdiction")}
    for each in mapped:
        assert each.as_of == books[each.jurisdiction].as_of
        assert all(line.minutes > 0 for line in each.lines)
        assert sum(line.minutes for line in each.lines) <= bundled.course.minutes


def test_an_award_carries_its_particulars_and_claims_no_approval(
    session: Session, cast: Cast
) -> None:
    said = held(session, earn(session, cast.lena, cast.lena_seat)).credential.particulars
    assert said is not None
    assert (said.cycle, said.renews) == (1, None)
    assert (said.format, said.place) == ("Online, self-paced", "")
    assert said.instructors == ("Ivo Hansen", "Ed Whitlock")
    assert [each.code for each in said.competencies] == ["SB-1"]
    assert said.approvals == said.credits == ()


@pytest.mark.parametrize(
    ("modes", "form", "place"),
    [
        (("in-person",), "Online, self-paced, with live sessions in person", "Seminar room 2"),
        (("live-online",), "Online, self-paced, with live sessions online", ""),
        (
            ("live-online", "in-person", "in-person"),
            "Online, self-paced, with live sessions in person and online",
            "Seminar room 2",
        ),
    ],
)
def test_an_award_says_how_and_where_its_holder_was_taught_live(
    session: Session, cast: Cast, modes: tuple[str, ...], form: str, place: str
) -> None:
    now = clock.now()
    run = autumn(session, cast)
    for day, mode in enumerate(modes):
        made = on(session, cast, now - timedelta(days=day))
        how = {"mode": mode, "minutes": 105, "by": cast.ivo, "now": now}
        live.tick(session, run, made, [cast.lena_seat], **how)  # type: ignore[arg-type]
    said = held(session, earn(session, cast.lena, cast.lena_seat)).credential.particulars
    assert said is not None
    assert (said.format, said.place) == (form, place)


def test_many_places_are_cut_short_at_a_whole_one() -> None:
    met = {"in-person": tuple(f"Room {number} of the north building" for number in range(20))}
    said = particulars._place(met)
    assert len(said) <= 212
    assert said.endswith("of the north building; and others")


def test_the_hours_of_an_award_add_up(session: Session, cast: Cast) -> None:
    credential = held(session, earn(session, cast.lena, cast.lena_seat)).credential
    content = catalogue.release(session, cast.release)
    assert credential.hours == credentials.hours_of(content)
    assert credential.minutes == sum(line.minutes for line in credential.hours)


def test_modules_assessed_alike_are_described_once(bundled: ReleaseContent) -> None:
    banks = [bank for bank in bundled.banks.values() if not bank.draws_from]
    sizes = sorted(len(bank.items) for bank in banks)
    assert credentials.assessment_of(bundled).startswith(
        "All lessons completed. One unsupervised online quiz for each of 6 modules, each of 15 "
        f"items drawn from banks of {sizes[0]} to {sizes[-1]} and passed at 12 of 15 (80\u00a0%)."
    )


def test_an_examination_is_described_with_its_time_and_its_rule_on_safety(
    bundled: ReleaseContent,
) -> None:
    modules = [SimpleNamespace(title="Final examination", quiz="final-examination")]
    content = SimpleNamespace(course=SimpleNamespace(modules=modules), banks=bundled.banks)
    assert credentials.assessment_of(content) == (  # type: ignore[arg-type]
        "All lessons completed. Final examination: unsupervised, online, of 75 items drawn from "
        "the same banks, to be answered within 2 hours 30 minutes, passed at 60 of 75 (80\u00a0%), "
        "every safety-critical miss resolved."
    )


def test_the_time_of_an_examination_is_no_instruction(bundled: ReleaseContent) -> None:
    hours, modules = credentials.hours_of(bundled), bundled.course.modules
    assert [line.minutes for line in hours[:-1]] == [each.minutes for each in modules[:-1]]
    assert hours[-1].minutes == sum(lesson.minutes for lesson in modules[-1].lessons)
