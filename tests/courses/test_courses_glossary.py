"""Terms in lessons: found where a reader reads, linked once, and not a word of the text changed."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import Term, course_from_document, course_to_document, read_library, term_anchor
from courses.glossary import Vocabulary
from tests.courses.course_samples import COURSE, HEADER, MODULE, problems, write_content

BUTTON = re.compile(r'<button class="term" type="button" popovertarget="([^"]*)">([^<]*)</button>')
VOID = {"br", "hr", "input"}


def term(name: str, *also: str) -> Term:
    return Term(name, also, f"What {html.escape(name)} means.", ())


def linked(text: str, *terms: Term) -> str:
    return Vocabulary(terms).link(text)[0]


def pressed(text: str, *terms: Term) -> list[str]:
    """The words on the buttons of a text."""
    return [html.unescape(words) for _name, words in BUTTON.findall(linked(text, *terms))]


class Reading(HTMLParser):
    """The words of a text, its buttons, and whether every element ends where it may."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words = ""
        self.buttons: list[str] = []
        self.open: list[str] = []
        self.is_sound = True
        self.feed(text)
        self.close()
        self.is_sound = self.is_sound and not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "button":
            self.is_sound = self.is_sound and not {"a", "button", "label"} & set(self.open)
            self.buttons.append(str(dict(attrs)["popovertarget"]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.is_sound = self.is_sound and bool(self.open) and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_first_place_of_a_term_opens_its_definition() -> None:
    text = "<p>The set and the setting. The set again.</p>"
    assert linked(text, term("set"), term("setting")) == (
        '<p>The <button class="term" type="button" popovertarget="term-set">set</button> and the '
        '<button class="term" type="button" popovertarget="term-setting">setting</button>. '
        "The set again.</p>"
    )


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("Setting matters.", ("setting",), ["Setting"]),
        ("Two monitors stay.", ("monitor",), ["monitors"]),
        ("An upset mindset, a set-up.", ("set",), []),
        ("Adverse\nevents", ("adverse event",), ["Adverse\nevents"]),
        ("A serious adverse event.", ("adverse event", "serious adverse event"),
         ["serious adverse event"]),
        ("A who and an ind; the WHO, an IND.", ("WHO", "IND"), ["WHO", "IND"]),
        ("Three SAEs.", ("SAE",), ["SAEs"]),
        ("R&amp;D and amp.", ("amp",), ["amp"]),
        ("R&amp;D", ("R&D",), ["R&D"]),
    ],
)  # fmt: skip
def test_a_term_is_a_whole_word_in_any_case(
    text: str, names: tuple[str, ...], found: list[str]
) -> None:
    assert pressed(f"<p>{text}</p>", *map(term, names)) == found


def test_a_term_and_its_synonyms_open_one_definition_once() -> None:
    text = "<p>Functional unblinding, or unmasking.</p>"
    assert pressed(text, term("unmasking", "functional unblinding")) == ["Functional unblinding"]


def test_a_common_word_is_found_only_under_the_words_its_term_names() -> None:
    text = "<p>Rules were set. Set and setting matter.</p>"
    narrow = Term("set", ("mindset",), "What somebody brings.", (), ("set and setting",))
    assert pressed(text, narrow) == ["Set and setting"]


def test_a_word_inside_a_longer_term_is_not_pressed_by_itself() -> None:
    text = "<p>A session monitor and a session monitor.</p>"
    assert pressed(text, term("session monitor"), term("monitor")) == ["session monitor"]


@pytest.mark.parametrize(
    "text",
    [
        "<h2>set</h2>",
        '<p><a href="#s">a set</a></p>',
        "<figure><svg><text>set</text></svg><figcaption>set</figcaption></figure>",
        '<label class="check-option"><input type="radio"> <span>set</span></label>',
        '<p class="callout-title" id="x">set</p>',
        "<details><summary>set</summary></details>",
        '<ol><li><p class="check-text">set</p></li></ol>',
        '<blockquote class="claim-words"><p>set</p></blockquote>',
        "<table><thead><tr><th>set</th></tr></thead></table>",
        '<sup class="cites"><a class="cite" href="#src-SET-001">SET-001</a></sup>',
    ],
)
def test_names_answers_and_links_are_left_alone(text: str) -> None:
    assert linked(text, term("set"), term("SET-001")) == text
    assert pressed(f"{text}<p>A set.</p>", term("set")) == ["set"]


def test_what_stands_open_comes_before_what_is_folded() -> None:
    fold = "<details><summary>Why</summary><p>The set.</p></details>"
    assert linked(f"{fold}<p>A set.</p>", term("set")).startswith(fold)
    assert pressed(f"{fold}<p>Nothing.</p>", term("set")) == ["set"]


NAMES = st.text("abc&<'é-", min_size=1, max_size=4) | st.sampled_from(
    ["a b", "set", "SET", "a", "setting"]
)
WORDS = st.lists(NAMES | st.sampled_from([" ", "s", ".", "set", "a  b"]), max_size=8).map("".join)


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tags = st.sampled_from(
        [("<p>", "</p>"), ("<em>", "</em>"), ('<a href="#a>b">', "</a>"), ("<h2>", "</h2>"),
         ("<details><summary>s</summary>", "</details>"), ('<p class="x callout-title">', "</p>"),
         ("<label>", "</label>"), ("<br>", "")]
    )  # fmt: skip
    one = st.tuples(tags, inner).map(lambda pair: pair[0][0] + pair[1] + pair[0][1])
    return st.lists(one | inner, max_size=4).map("".join)


TEXTS = st.recursive(WORDS.map(lambda words: html.escape(words, quote=False)), wrapped)


@given(TEXTS, st.lists(st.builds(term, NAMES), max_size=5))
def test_linking_changes_no_word_and_keeps_every_element_whole(
    text: str, terms: list[Term]
) -> None:
    result, names = Vocabulary(terms).link(text)
    before, after = Reading(text), Reading(result)
    assert after.is_sound and after.words == before.words
    assert BUTTON.sub(r"\2", result) == text
    assert len(after.buttons) == len(set(after.buttons)) == len(names)
    assert {term_anchor(name) for name in names} == set(after.buttons)


@given(TEXTS, st.lists(st.builds(term, NAMES), max_size=4))
def test_a_button_never_stands_in_another(text: str, terms: list[Term]) -> None:
    vocabulary = Vocabulary(terms)
    assert Reading(vocabulary.link(vocabulary.link(text)[0])[0]).is_sound


GLOSSARY = """\
terms:
  - term: "expectancy"
    definition: "What somebody expects.[@SET-001]"
  - term: "room"
    also: ["chamber"]
    found_as: ["rooms"]
    definition: "Where it happens."
"""
SECOND = {
    "course.yaml": COURSE + "  - 02-second\n",
    "02-second/module.yaml": MODULE.replace("M1-1", "M2-1"),
    "02-second/01-other.md": HEADER.replace("M1-1", "M2-1") + "\nRooms.\n" + "A word. " * 500,
}


def test_a_lesson_is_linked_to_the_terms_of_every_module_and_frozen_so(tmp_path: Path) -> None:
    changes = {**SECOND, "01-first/glossary.yaml": GLOSSARY}
    library, found = read_library(write_content(tmp_path, **changes))
    assert [problem for problem in found if problem.is_error] == []
    course = library.courses["a-course"]
    other = course.lessons[1]
    assert other.terms == ("room",) and 'popovertarget="term-room">Rooms<' in other.html
    assert course_from_document(course_to_document(course)) == course


def test_a_term_defined_in_two_modules_is_an_error_that_names_both_places(tmp_path: Path) -> None:
    twin = 'terms:\n  - term: "Mindset"\n    also: ["Room"]\n    definition: "A room.[@SET-001]"\n'
    found = problems(
        tmp_path, **SECOND, **{"01-first/glossary.yaml": GLOSSARY, "02-second/glossary.yaml": twin}
    )
    (problem,) = [each for each in found if each.code == "duplicate-term"]
    assert (problem.file, problem.line) == ("a-course/02-second/glossary.yaml", 2)
    assert problem.is_error and "a-course/01-first/glossary.yaml:4" in problem.message
