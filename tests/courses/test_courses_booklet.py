"""Lessons on one page: no id twice, every link leads somewhere, nothing folded."""

import re
from collections import Counter
from pathlib import Path

from courses import booklet_html, read_library

CONTENT = Path(__file__).parents[2] / "courses" / "content"


def test_ids_links_and_headings_are_those_of_the_lesson_within_the_page() -> None:
    text = (
        '<h2 id="s-a">A</h2><p>A <button class="term" type="button" popovertarget="term-set">'
        'set</button>, see <a href="#s-a">A</a><sup class="cites"><a class="cite" '
        'href="#src-SET-001" id="cite-1">SET-001</a></sup></p><details class="check-answer">'
        '<summary>Show</summary></details><input type="radio" name="check-1">'
        '<div role="region" aria-label="Table: A"></div><path marker-end="url(#x-tip)"/>'
    )
    assert booklet_html(text, 3) == (
        '<h3 id="l3-s-a">A</h3><p>A set, see <a href="#l3-s-a">A</a><sup class="cites"><a '
        'class="cite" href="#src-SET-001" id="l3-cite-1">SET-001</a></sup></p><details open '
        'class="check-answer"><summary>Show</summary></details><input type="radio" '
        'name="l3-check-1"><div role="region" aria-label="Table: A (lesson 3)"></div>'
        '<path marker-end="url(#l3-x-tip)"/>'
    )


def test_no_bundled_module_has_an_id_twice_or_a_link_that_leads_nowhere() -> None:
    library, _problems = read_library(CONTENT)
    for course in library.courses.values():
        for module in course.modules:
            page = "".join(booklet_html(each.html, each.number) for each in module.lessons)
            ids = Counter(re.findall(r'\sid="([^"]*)"', page))
            assert [name for name, count in ids.items() if count > 1] == []
            used = re.findall(r'(?:href="|url\()#(?!src-)([^")]*)', page)
            used += " ".join(re.findall(r'aria-labelledby="([^"]*)"', page)).split()
            assert set(used) <= set(ids)
