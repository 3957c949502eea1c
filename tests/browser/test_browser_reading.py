"""Beside the lessons: words that open by keyboard, highlights that last, job aids of one page."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from lms.db import db
from lms.models.cohorts import Cohort, Enrolment
from lms.services import catalogue
from tests.browser.conftest import NARROW, WIDE, Site, Visit, Watch
from tests.browser.hands import Keyboard, fits
from tests.browser.test_browser_access import ONE_IN, scan
from tests.cast import THEN, Cast

SMALLEST_TEXT, SMALLEST_NUMBER = 8.5, 6.5  # points
BEGIN = """(words) => {
  const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + 1);
    return;
  }
}"""
PAINTED = """() => ["own-highlights", "own-notes"].map((name) =>
  [...(CSS.highlights.get(name) ?? [])].map((range) => range.toString()))"""


def lesson(cast: Cast) -> str:
    return f"/learn/{cast.lena_seat}/first-module/lesson-1"


def select(page: Page, words: str) -> None:
    """Select words with the keyboard, from their first letter on."""
    page.evaluate(BEGIN, " ".join(words.split()[:3]))
    for _ in words[1:]:
        page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate("getSelection().toString()") == words


def test_a_definition_opens_and_closes_by_keyboard(visit: Visit, cast: Cast) -> None:
    page = visit(lesson(cast), who="Lena")
    word = page.get_by_role("button", name="claim", exact=True)
    Keyboard(page).press(word, leaves=False)
    opened = page.get_by_role("dialog", name="claim")
    expect(opened).to_be_visible()
    expect(opened).to_contain_text("Something that is said")
    assert scan(page) == []
    page.keyboard.press("Tab")
    expect(opened.get_by_role("link", name="In the glossary")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    expect(word).to_be_focused()
    Keyboard(page).press(word, leaves=False)
    Keyboard(page).press(opened.get_by_role("link", name="In the glossary"))
    expect(page.locator("dt:target")).to_contain_text("claim")


def test_a_definition_opens_by_touch_without_script(visit: Visit, cast: Cast) -> None:
    options = {"viewport": NARROW, "has_touch": True, "java_script_enabled": False}
    page = visit(lesson(cast), who="Lena", **options)
    page.get_by_role("button", name="claim", exact=True).tap()
    opened = page.get_by_role("dialog", name="claim")
    expect(opened).to_be_in_viewport()
    opened.get_by_role("button", name="Close").tap()
    expect(opened).to_be_hidden()
    fits(page)


def test_words_are_highlighted_by_keyboard_and_found_again(visit: Visit, cast: Cast) -> None:
    page = visit(lesson(cast), who="Lena")
    select(page, "Some text")
    expect(page.locator("#note-status")).to_contain_text("Press Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Highlight", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#notes-count")).to_have_text("1")
    assert page.evaluate(PAINTED) == [["Some text"], []]
    page.reload()
    assert page.evaluate(PAINTED) == [["Some text"], []]
    assert page.locator("#text mark").count() == 0


def test_a_note_is_written_by_keyboard_and_opened_from_its_mark(visit: Visit, cast: Cast) -> None:
    page = visit(lesson(cast), who="Lena")
    select(page, "under the first heading")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Your note")
    expect(dialog.get_by_label("Your note")).to_be_focused()
    page.keyboard.type("Ask the team.")
    assert scan(page) == []
    Keyboard(page).press(dialog.get_by_role("button", name="Keep the note"), leaves=False)
    expect(dialog).to_be_hidden()
    expect(page.locator("#notes-list")).to_contain_text("Ask the team.")
    assert page.evaluate(PAINTED) == [[], ["under the first heading"]]
    place = page.evaluate(
        """() => { const r = [...CSS.highlights.get("own-notes")][0].getBoundingClientRect();
                   return [r.x + r.width / 2, r.y + r.height / 2] }"""
    )
    page.mouse.click(*place)
    expect(page.locator("#note-card")).to_contain_text("Ask the team.")
    assert scan(page) == []


def test_a_note_that_is_not_kept_keeps_its_words(visit: Visit, watch: Watch, cast: Cast) -> None:
    watch.allowed.append("ERR_FAILED")
    page = visit(lesson(cast), who="Lena")
    page.route("**/notes/**", lambda route: route.abort())
    select(page, "Some text")
    page.get_by_role("button", name="Note", exact=True).click()
    dialog = page.get_by_role("dialog", name="Your note")
    dialog.get_by_label("Your note").fill("Not to be lost.")
    dialog.get_by_role("button", name="Keep the note").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Not kept.")
    expect(dialog.get_by_label("Your note")).to_have_value("Not to be lost.")
    page.unroute("**/notes/**")
    dialog.get_by_role("button", name="Keep the note").click()
    expect(page.locator("#notes-list")).to_contain_text("Not to be lost.")


def test_a_browser_without_painted_highlights_gets_marks(visit: Visit, cast: Cast) -> None:
    page = visit("/", who="Lena")
    page.add_init_script("delete globalThis.Highlight;")
    page.goto(lesson(cast))
    before = page.locator("#text").inner_text()
    select(page, "text under the first heading, with a claim.")
    page.get_by_role("button", name="Highlight", exact=True).click()
    expect(page.locator("#text mark").first).to_be_visible()
    assert (
        "".join(page.locator("#text mark").all_inner_texts())
        == "text under the first heading, with a claim."
    )
    assert page.locator("#text").inner_text() == before


def test_a_note_is_written_without_script_on_a_phone(visit: Visit, cast: Cast) -> None:
    page = visit(lesson(cast), who="Lena", viewport=NARROW, java_script_enabled=False)
    page.get_by_text("Your notes").first.click()
    page.get_by_role("link", name="Write a note").click()
    page.get_by_label("Your note").fill("Ask the team.")
    page.get_by_label("Passage of the lesson").fill("Some text under")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator(".note-quote")).to_have_text("Some text under")
    fits(page)


@pytest.fixture
def bundled(site: Site, cast: Cast, bundled_release: int) -> tuple[int, list[str]]:
    """Lena learns the bundled curriculum: her seat, and where its job aids are."""
    with site.app.app_context():
        cohort = Cohort(
            programme_id=cast.northgate,
            release_id=bundled_release,
            title="Bundled",
            starts_on=THEN.date(),
            due_on=THEN.date().replace(year=2027),
            created_at=THEN,
        )
        db.session.add(cohort)
        db.session.flush()
        enrolment = Enrolment(cohort_id=cohort.id, account_id=cast.lena, enrolled_at=THEN)
        db.session.add(enrolment)
        db.session.commit()
        course = catalogue.release(db.session, bundled_release).course
        aids = [
            f"/learn/{enrolment.id}/job-aids/{module.key}/{aid.slug}"
            for module in course.modules
            for aid in module.job_aids
        ]
    return enrolment.id, aids


def sizes(file: Path) -> dict[float, int]:
    """Return how many characters a PDF shows in each size, in points."""
    found: dict[float, int] = {}

    def see(text: str, page: list[float], line: list[float], _font: object, size: float) -> None:
        if text.strip():
            shown = round(abs(size * line[3] * page[3]), 2)
            found[shown] = found.get(shown, 0) + len(text.strip())

    for page in PdfReader(file).pages:
        page.extract_text(visitor_text=see)
    return found


def test_every_bundled_job_aid_prints_on_one_readable_page(
    visit: Visit, bundled: tuple[int, list[str]], tmp_path: Path
) -> None:
    """Exactly one A4 sheet; what is smaller than text are the numbers of sources alone."""
    page = visit("/learn", who="Lena", viewport=WIDE)
    assert bundled[1]
    for path in bundled[1]:
        page.goto(path)
        numbers = sum(map(len, page.locator("#text .cite-number").all_text_contents()))
        commas = page.locator("#text .cite:not(:last-child)").count()
        file = tmp_path / "aid.pdf"
        page.pdf(path=file, prefer_css_page_size=True)
        printed = PdfReader(file).pages
        assert len(printed) == 1, path
        width, height = (float(side) / 72 * 25.4 for side in printed[0].mediabox[2:])
        assert (round(width), round(height)) == (210, 297), path
        small = {size: count for size, count in sizes(file).items() if size < SMALLEST_TEXT}
        assert all(size >= SMALLEST_NUMBER for size in small), (path, small)
        assert sum(small.values()) <= numbers + commas, (path, small)
        words = printed[0].extract_text()
        for said in ("Evidence reviewed", "release 2026.1", "emergency services take precedence"):
            assert said in words, (path, said)


def test_the_glossary_and_a_whole_module_are_for_everybody_and_print(
    visit: Visit, bundled: tuple[int, list[str]], tmp_path: Path
) -> None:
    page = visit("/learn", who="Lena", viewport=NARROW)
    seat, aids = bundled
    found = []
    module = f"/learn/{seat}/modules/adverse-events"
    for place, path in enumerate((f"/learn/{seat}/glossary", module, *aids)):
        page.goto(path)
        fits(page)
        # A module on one page takes axe as long as its lessons do: all of them are for the soak.
        if path != module or ONE_IN == 1:
            found += scan(page, ("light",) if place % 2 else ("dark",))
    assert found == [], "\n".join(found)
    page.goto(module)
    page.pdf(path=tmp_path / "module.pdf", prefer_css_page_size=True)
    words = "".join(each.extract_text() for each in PdfReader(tmp_path / "module.pdf").pages)
    assert "Best answer" in words and "Key points" in words and "Back to the text" not in words
