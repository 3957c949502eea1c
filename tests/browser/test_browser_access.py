"""Pages for everybody: axe finds nothing on any page, in any role and state, in light and dark.

Axe sees neither the contrast of control borders nor the order of focus; the journey by keyboard
and the house rules of colours look at those.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pypdf import PdfReader

import quizzes
from lms import clock
from lms.db import db
from lms.models.cohorts import Cohort, Enrolment
from lms.services import assessment, catalogue, cohorts, credentials, sittings
from tests.act_samples import dispute, do
from tests.browser.conftest import NARROW, WIDE, Site, Visit
from tests.browser.hands import Mouse, fits
from tests.cast import Cast
from tests.closing_course import disclose_nothing, give_a_closing
from tests.completion_samples import report
from tests.credit_samples import claim_credits
from tests.extent import IN_FULL
from tests.invitation_samples import LINK, call_in
from tests.live_samples import meet, state
from tests.message_samples import announce, mark_leo
from tests.practice_samples import practise
from tests.psychometric_samples import convene
from tests.review_samples import review
from tests.roster_samples import bring
from tests.stories import Told, read_all, settle, show, sit
from tests.transcript_samples import file_away

# All of axe's rules but those of level AAA, which it leaves out by itself; this one is 2.2 AA.
AXE = Axe().axe_script
OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
}
PHONES = ("", "Lena", "Leo", "Ada")
LOOKS_AT_THE_WIDTH = "script[src*='js/sources.js'], script[src*='js/notes.js']"
# Of the bundled lessons one in so many is scanned here, each of them by `make soak`.
ONE_IN = 1 if IN_FULL else 4
RUN = """(options) => axe.run(document, options).then((found) =>
  found.violations.map((each) => [each.id, each.nodes.slice(0, 3).map((node) => node.target)]))"""


@pytest.fixture
def told(site: Site, cast: Cast, told: Told) -> Told:
    with site.app.app_context():
        settle(db.session, cast, clock.now())
        convene(db.session, cast, clock.now())
        review(db.session, told, clock.now())
        file_away(db.session, cast, site.app.config["SETTINGS"].data, clock.now())
        show(db.session, told, clock.now())
        disclose_nothing(db.session, cast, clock.now())
        meet(db.session, cast, clock.now())
        state(db.session, cast, site.app.config["SETTINGS"].data, clock.now())
        claim_credits(db.session, told, clock.now())
        announce(db.session, cast, clock.now())
        mark_leo(db.session, clock.now())
        bring(db.session, cast, site.app.config["SETTINGS"].data, clock.now())
        report(db.session, cast, site.app.config["SETTINGS"].secret(), clock.now())
        practise(db.session, cast, site.app.config["SETTINGS"].data, clock.now())
        call_in(db.session, cast, clock.now())
        # Last: what is suspended is handed out no more.
        dispute(db.session, told, clock.now())
        db.session.commit()
    return told


def scan(page: Page, schemes: tuple[str, ...] = ("light", "dark")) -> list[str]:
    """Return what axe finds on the page as it is, in light and in dark."""
    found = []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        for name, places in page.evaluate(RUN, OPTIONS):
            found.append(f"{page.url} {scheme}: {name} {places}")
    return found


def pages_of(who: str, told: Told) -> list[str]:
    """Return every page that somebody reaches, in the states the story left them in."""
    cast = told.cast
    manage = [
        "/manage",
        f"/manage/cohorts/{cast.autumn}",
        f"/manage/cohorts/{cast.autumn}?show=complete&sort=state",
        f"/manage/cohorts/{cast.autumn}/objectives",
        f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}",
        f"/manage/cohorts/{cast.autumn}/places",
        f"/manage/cohorts/{cast.autumn}/places/{cast.leo_seat}",
        f"/manage/cohorts/{cast.autumn}/settings",
        f"/manage/cohorts/{cast.autumn}/settings/days",
        f"/manage/cohorts/{cast.autumn}/invitations",
        f"/manage/cohorts/{cast.autumn}/report?source=practice&where=Learner&op=contains&value=L",
        f"/manage/programmes/{cast.northgate}/reports",
        f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}",
        *(
            f"/manage/cohorts/{cast.autumn}/learners/{seat}/{part}"
            for seat in (cast.leo_seat, cast.lena_seat)
            for part in ("history", "hours", "messages", "notes")
        ),
        f"/manage/cohorts/{cast.autumn}/at-risk",
        f"/manage/cohorts/{cast.autumn}/at-risk?show=all",
        f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}/flags",
        f"/manage/cohorts/{cast.autumn}/practice",
        f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}/practice",
        f"/manage/cohorts/{cast.autumn}/observed",
        f"/manage/programmes/{cast.northgate}/practice",
        "/manage/observations/1",
        f"/manage/programmes/{cast.northgate}/at-risk",
        f"/manage/programmes/{cast.northgate}/queue",
        f"/manage/programmes/{cast.northgate}/assessment",
        f"/manage/programmes/{cast.northgate}/assessment/small-course",
        f"/manage/programmes/{cast.northgate}/assessment/small-course/items/{told.item}",
        f"/manage/programmes/{cast.northgate}/assessment/small-course/information",
        f"/manage/programmes/{cast.northgate}/misconceptions",
        f"/manage/programmes/{cast.northgate}/standards",
        f"/manage/programmes/{cast.northgate}/renewals",
        "/manage/standards/1",
    ]
    return {
        "": [
            "/", "/programmes/northgate", "/programmes/northgate/crosswalk",
            "/sign-in", "/register", "/reset", "/confirm",
            "/register/credentials", "/verify", f"/v/{told.serial}",
            f"/v/{told.serial}?on=2026-01-01", "/v/UNKNOWN", f"/faculty/{LINK}",
            "/s/no-such-link", "/join", "/join?code=0000", "/verify/file", "/nowhere", "/mailbox",
            f"/mailbox/{told.message}", "/design", "/search", "/search?q=statment",
        ],
        "Lena": [
            "/learn", f"/learn/{cast.lena_seat}/first-module/lesson-1",
            f"/learn/{cast.lena_seat}/withdraw",
            f"/learn/{cast.lena_seat}/partners",
            f"/learn/{cast.lena_seat}/progress", f"/learn/{cast.lena_seat}/first-module/quiz",
            f"/learn/{cast.lena_seat}/hours", f"/learn/{cast.lena_seat}/live", "/live/here",
            f"/attempts/{told.open_attempt}/items/1", f"/attempts/{told.open_attempt}/items/3",
            f"/attempts/{told.open_attempt}/review", "/account", "/account/sessions",
            "/change-password", "/credentials", f"/manage/cohorts/{cast.autumn}",
        ],
        "Leo": [
            "/learn", f"/learn/{cast.leo_seat}/first-module/lesson-2",
            f"/learn/{cast.leo_seat}/progress", f"/learn/{cast.leo_seat}/first-module/quiz",
            f"/learn/{cast.leo_seat}/practice", f"/learn/{cast.leo_seat}/observed",
            f"/learn/{cast.leo_seat}/practice/new/practicum",
            f"/learn/{cast.leo_seat}/practice/new/consultation",
            f"/learn/{cast.leo_seat}/hours", f"/learn/{cast.leo_seat}/live",
            f"/learn/{cast.leo_seat}/qualifications", f"/learn/{cast.leo_seat}/qualifications/new",
            f"/attempts/{told.failed_attempt}/result", f"/attempts/{told.passed_attempt}/result",
            "/credentials", "/programmes/northgate",
            f"/credentials/{told.serial}/badge", f"/credentials/{told.serial}/renewal",
            f"/credentials/{told.serial}/sharing", "/credentials/links",
            f"/credentials/{told.serial}/credits", f"/learn/{cast.leo_seat}/disclosures",
            "/transcript", "/transcript/external/new", "/transcript/external/1",
            f"/learn/{cast.leo_seat}/reporting",
            "/transcript/external/1/remove",
            f"/learn/{cast.leo_seat}/job-aids/first-module/on-the-wall",
            f"/learn/{cast.leo_seat}/glossary", f"/learn/{cast.leo_seat}/modules/first-module",
            f"/learn/{cast.leo_seat}/notes", f"/learn/{cast.leo_seat}/notes/{told.leo_note}",
            f"/learn/{cast.leo_seat}/notes/first-module/lesson-1",
            f"/learn/{cast.leo_seat}/first-module/lesson-1",
            f"/learn/{cast.leo_seat}/first-module/quiz/terms",
            "/search", "/search?q=claim", "/search?q=paragrph", "/search?q=xqzzt",
            "/account/mail", f"/learn/{cast.leo_seat}/announcements",
            f"/attempts/{told.failed_attempt}/appeals", f"/credentials/{told.serial}/appeal",
        ],
        "Otto": [f"/faculty/{LINK}", "/learn", "/credentials", "/programmes/northgate", "/account"],
        # What Ada sees as well is looked at through her.
        "Ivo": [
            manage[1], "/search?q=claim", "/panels/1", "/observations/sheets/1",
            f"/manage/cohorts/{cast.autumn}/observed/new",
            f"/manage/programmes/{cast.northgate}/appeals", "/manage/appeals/1",
            f"/manage/programmes/{cast.northgate}/credential-appeals",
            "/manage/credential-appeals/1",
        ],
        "Ada": [
            *manage, f"/manage/programmes/{cast.northgate}/cohorts/new",
            f"/manage/programmes/{cast.northgate}/people",
            f"/manage/programmes/{cast.northgate}/supervision", "/manage/supervision/1",
            f"/manage/programmes/{cast.northgate}/people/{cast.ivo}",
            f"/manage/programmes/{cast.northgate}/settings",
            f"/manage/programmes/{cast.northgate}/disclosures",
            f"/manage/programmes/{cast.northgate}/approvals",
            f"/manage/programmes/{cast.northgate}/standards/new", "/manage/panels/2",
            f"/manage/programmes/{cast.northgate}/releases",
            f"/manage/programmes/{cast.northgate}/releases/{cast.release}",
            f"/manage/cohorts/{cast.autumn}/marking",
            f"/manage/programmes/{cast.northgate}/audit",
            f"/manage/programmes/{cast.northgate}/packs",
            f"/manage/programmes/{cast.northgate}/reminders",
            f"/manage/programmes/{cast.northgate}/reminders/overdue",
            f"/manage/programmes/{cast.northgate}/mail",
            f"/manage/programmes/{cast.northgate}/announcements",
            f"/manage/cohorts/{cast.autumn}/messages",
            f"/manage/cohorts/{cast.autumn}/announcements/new",
            *(f"/manage/announcements/{number}" for number in (1, 2, 3)),
            f"/manage/programmes/{cast.northgate}/credentials",
            f"/manage/programmes/{cast.northgate}/credentials?q=nobody",
            f"/manage/programmes/{cast.northgate}/credential-appeals",
            f"/manage/credentials/{told.serial}", f"/manage/credentials/{told.serial}/revoke",
            "/manage/credential-appeals/1",
            f"/manage/cohorts/{cast.autumn}/sittings",
            f"/manage/cohorts/{cast.autumn}/sittings/first-module",
            f"/manage/cohorts/{cast.autumn}/groups", f"/manage/cohorts/{cast.autumn}/groups/1",
            f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}/accommodations",
            f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}/accommodations",
            f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}/attempts",
            f"/manage/attempts/{told.passed_attempt}/standing", "/manage/rulings/1",
            f"/manage/programmes/{cast.northgate}/rulings",
            f"/manage/programmes/{cast.northgate}/rulings/{cast.release}/small-course",
            f"/manage/programmes/{cast.northgate}/rulings/{cast.release}/small-course/{told.item}",
            f"/manage/programmes/{cast.northgate}/doubts",
            f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}/transcript",
            f"/manage/programmes/{cast.northgate}/external", "/manage/external/1",
            f"/manage/cohorts/{cast.autumn}/certificates", "/manage/batches/1",
            f"/manage/cohorts/{cast.autumn}/rosters", "/manage/rosters/1",
            f"/manage/programmes/{cast.northgate}/reporting", "/manage/reports/1",
            f"/manage/cohorts/{cast.autumn}/live", f"/manage/cohorts/{cast.autumn}/live/new",
            f"/manage/cohorts/{cast.autumn}/live/1", f"/manage/cohorts/{cast.autumn}/live/1/code",
            f"/manage/cohorts/{cast.autumn}/live/1/change",
            f"/manage/cohorts/{cast.autumn}/live/1/hours/1",
            f"/manage/programmes/{cast.northgate}/qualifications", "/manage/qualifications/1",
            f"/manage/programmes/{cast.northgate}/evaluations",
            f"/manage/programmes/{cast.northgate}/brand",
            f"/manage/programmes/{cast.northgate}/brand/preview?name=long",
        ],
        "Olga": ["/manage"],
        "Dina": [f"/manage/programmes/{cast.northgate}/conferrals"],
        "Pia": ["/visiting", f"/manage/programmes/{cast.northgate}/partner"],
    }[who]  # fmt: skip


@pytest.mark.parametrize("who", ["", "Lena", "Leo", "Otto", "Ivo", "Ada", "Olga", "Dina", "Pia"])
def test_axe_finds_nothing_and_on_a_phone_nothing_overflows(
    visit: Visit, told: Told, who: str
) -> None:
    """Who also looks with a phone does so in the other theme."""
    page = visit("/", who=who)
    found = []
    for path in pages_of(who, told):
        page.goto(path)
        found += scan(page, ("dark",) if who in PHONES else ("light", "dark"))
        if who in PHONES:
            to_phone(page)
            fits(page)
            found += scan(page, ("light",))
            page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert found == [], "\n".join(found)


def to_phone(page: Page) -> None:
    """Narrow the page to a phone's width; where a script looks at the width, draw it anew."""
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    if page.locator(LOOKS_AT_THE_WIDTH).count():
        page.reload()


@pytest.fixture
def curriculum(site: Site, cast: Cast, bundled_release: int) -> tuple[int, list[str], int]:
    """Lena learns the bundled curriculum: her seat, its lessons, and a submitted attempt."""
    with site.app.app_context():
        cohort = Cohort(
            programme_id=cast.northgate,
            release_id=bundled_release,
            title="Bundled",
            starts_on=date(2026, 9, 1),
            due_on=date(2027, 3, 1),
            created_at=clock.now(),
        )
        db.session.add(cohort)
        db.session.flush()
        enrolment = Enrolment(cohort_id=cohort.id, account_id=cast.lena, enrolled_at=clock.now())
        db.session.add(enrolment)
        db.session.flush()
        read_all(db.session, cast.lena, enrolment.id, clock.now())
        content = catalogue.release(db.session, bundled_release)
        seat = cohorts.seat_for(db.session, cast.lena, enrolment.id)
        module = next(each.key for each in content.course.modules if each.quiz)
        attempt = assessment.start(db.session, seat, module, seed=1, now=clock.now())
        assessment.submit(db.session, cast.lena, attempt, clock.now())
        db.session.commit()
    return enrolment.id, [lesson.key for lesson in content.course.lessons], attempt


def test_axe_finds_nothing_in_the_bundled_lessons(
    visit: Visit, curriculum: tuple[int, list[str], int]
) -> None:
    """Lessons with their figures, tables and self-checks, each in one of the two themes."""
    seat, lessons, _attempt = curriculum
    page = visit("/learn", who="Lena")
    found = []
    for place, key in enumerate(lessons[::ONE_IN]):
        page.goto(f"/learn/{seat}/{key}")
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        found += scan(page, ("dark",) if place % 2 else ("light",))
    assert found == [], "\n".join(found)


def test_axe_finds_nothing_around_the_bundled_lessons(
    visit: Visit, curriculum: tuple[int, list[str], int]
) -> None:
    """The course at home, a result of fifteen items, and the hours."""
    seat, _lessons, attempt = curriculum
    page = visit("/learn", who="Lena")
    found = scan(page, ("dark",))
    page.goto(f"/attempts/{attempt}/result")
    found += scan(page, ("light",))
    page.goto(f"/learn/{seat}/hours")
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    found += scan(page, ("light",))
    assert found == [], "\n".join(found)


def test_the_bundled_curriculum_fits_a_phone_and_prints(
    visit: Visit, curriculum: tuple[int, list[str], int], tmp_path: Path
) -> None:
    seat, lessons, _attempt = curriculum
    page = visit("/learn", who="Lena", viewport=NARROW)
    for key in lessons[::ONE_IN]:
        page.goto(f"/learn/{seat}/{key}")
        fits(page)
    page.goto(f"/learn/{seat}/hours")
    fits(page)
    page.goto(f"/learn/{seat}/{lessons[0]}")
    file = tmp_path / "lesson.pdf"
    page.pdf(path=file, format="A4")
    assert 4 <= len(PdfReader(file).pages) <= 14


def test_axe_finds_nothing_after_a_refusal_or_a_revocation(
    site: Site, visit: Visit, told: Told
) -> None:
    """Forms with errors, and the pages that tell of a revoked certificate."""
    page = visit("/register")
    Mouse(page).press(page.get_by_role("button", name="Create the account"))
    found = scan(page)
    page.goto("/sign-in")
    Mouse(page).press(page.get_by_role("button", name="Sign in"))
    found += scan(page)
    ada = visit(f"/manage/credentials/{told.serial}/revoke", who="Ada")
    Mouse(ada).press(ada.get_by_role("button", name="Propose it"))
    found += scan(ada)
    with site.app.app_context():
        session, now = db.session, clock.now()
        (waiting,) = credentials.list_waiting(session, told.cast.northgate)
        credentials.withdraw(session, told.cast.ada, waiting.id, now=now)
        do(session, told.cast, told.serial, "revoke", now)
        db.session.commit()
    page.goto(f"/v/{told.serial}")
    found += scan(page)
    ada.goto(f"/manage/credentials/{told.serial}/revoke")
    found += scan(ada)
    leo = visit("/learn", who="Leo")
    found += scan(leo)
    leo.goto("/credentials")
    assert found + scan(leo) == []


def test_axe_finds_nothing_on_what_comes_before_an_award(
    site: Site, visit: Visit, cast: Cast, tmp_path: Path
) -> None:
    """The code of ethics and the evaluation: empty, refused, and done."""
    with site.app.app_context():
        give_a_closing(db.session, tmp_path, cast)
        read_all(db.session, cast.lena, cast.lena_seat, clock.now())
        sit(db.session, cast.lena, cast.lena_seat, right=3, now=clock.now())
        db.session.commit()
    page = visit("/learn", who="Lena", viewport=NARROW)
    found = scan(page)
    page.goto(f"/learn/{cast.lena_seat}/code-of-ethics")
    Mouse(page).press(page.get_by_role("button", name="Attest"))
    fits(page)
    found += scan(page)
    page.get_by_role("textbox", name="Your name").fill("Lena Marković")
    Mouse(page).press(page.get_by_role("button", name="Attest"))
    page.goto(f"/learn/{cast.lena_seat}/evaluation")
    Mouse(page).press(page.get_by_role("button", name="Send"))
    fits(page)
    found += scan(page)
    page.get_by_label("4", exact=True).check(force=True)
    page.get_by_label("Yes", exact=True).check(force=True)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/credentials")
    assert found == []


def test_axe_finds_nothing_while_an_attempt_is_paused(site: Site, visit: Visit, told: Told) -> None:
    cast, now = told.cast, clock.now()
    with site.app.app_context():
        autumn = cohorts.cohort_for(db.session, cast.ada, cast.autumn, "administrator")
        learner = sittings.learner_for(db.session, autumn, cast.lena_seat)
        pauses = quizzes.Accommodation(pause_minutes=20)
        day = now.date()
        granted = {"valid_from": day, "valid_until": day, "reason": "A letter."}
        sittings.grant(db.session, learner, pauses, **granted, by=cast.ada, now=now)
        seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
        assert sittings.pause(db.session, seat, told.open_attempt, now)
        db.session.commit()
    page = visit(f"/attempts/{told.open_attempt}/items/1", who="Lena")
    assert page.url.endswith("/paused")
    found = scan(page)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    fits(page)
    assert found == []


def test_the_axe_scan_sees_a_violation(visit: Visit, told: Told) -> None:
    """The vulnerable twin: a picture without words, and grey on grey."""
    page = visit("/verify")
    page.evaluate("document.querySelector('h1').before(document.createElement('img'))")
    page.evaluate("document.querySelector('h1').style.color = '#333'")
    found = scan(page)
    assert any("image-alt" in each for each in found)
    assert any("dark: color-contrast" in each for each in found)


def test_cohort_lesson_and_verification_print_on_few_pages(
    visit: Visit, told: Told, tmp_path: Path
) -> None:
    for who, path, most in (
        ("Ada", f"/manage/cohorts/{told.cast.autumn}", 4),
        ("Leo", f"/learn/{told.cast.leo_seat}/first-module/lesson-1", 3),
        ("", f"/v/{told.serial}", 2),
    ):
        page = visit(path, who=who)
        file = tmp_path / "page.pdf"
        page.pdf(path=file, format="A4")
        reader = PdfReader(file)
        text = "".join(each.extract_text() for each in reader.pages)
        assert 1 <= len(reader.pages) <= most, path
        assert len(text) > 300, path
        assert "Sign out" not in text and "Skip to" not in text, path
