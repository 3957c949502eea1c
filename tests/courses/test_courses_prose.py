"""Prose: the html that pages, styles and scripts rely on, and that no text can become markup."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import ProseError, render_fragment
from courses.figures import Drawing
from courses.prose import RenderedLesson, render_lesson
from tests.courses.course_samples import fact

FACTS = {name: fact(name) for name in ("SET-001", "SET-002", "SET-003")}
DRAWINGS = {"room": Drawing("0 0 400 200", '<rect class="f-paper"></rect>'), "broken": None}

CHECK = """\
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


def render(body: str, *key_points: str) -> RenderedLesson:
    return render_lesson(body, 1, key_points, FACTS, DRAWINGS)


def faults(body: str) -> set[tuple[int, str]]:
    return {(fault.line, fault.code) for fault in render(body).faults}


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Elements()
    parser.feed(html)
    parser.close()
    return parser.found


def test_a_citation_becomes_a_superscript_of_links() -> None:
    lesson = render("One.[@SET-002; @SET-001] Two.[@SET-002]")
    assert lesson.html == (
        '<p>One.<sup class="cites">'
        '<a class="cite" href="#src-SET-002" id="cite-1" aria-label="Source SET-002">SET-002</a> '
        '<a class="cite" href="#src-SET-001" id="cite-2" aria-label="Source SET-001">SET-001</a>'
        '</sup> Two.<sup class="cites">'
        '<a class="cite" href="#src-SET-002" id="cite-3" aria-label="Source SET-002">SET-002</a>'
        "</sup></p>"
    )
    assert lesson.citations == ("SET-002", "SET-001")


def test_citations_are_numbered_in_reading_order_through_every_part() -> None:
    body = (
        "A.[@SET-001]\n\n- B.[@SET-002]\n\n/// monday | T.[@SET-003]\nC.[@SET-001]\n///\n\n"
        '![x](figures/room.svg "D.[@SET-002]")\n\n' + CHECK + "\nE.[@SET-003]\n"
    )
    lesson = render(body, "Point.[@SET-001]")
    html = lesson.html + lesson.key_points[0]
    assert re.findall(r'id="cite-(\d+)"', html) == [str(number) for number in range(1, 9)]
    assert 'id="cite-8"' in lesson.key_points[0]


def test_a_call_out_is_an_aside_with_its_own_label() -> None:
    html = render("/// safety | Watch *this*\nText.\n///\n\n/// monday | C\nText.\n///").html
    assert '<aside aria-labelledby="safety-1-title" class="callout callout-safety"' in html
    assert '<p class="callout-title" id="safety-1-title">Watch <em>this</em></p>' in html
    assert 'id="monday-1-title"' in html
    # Two call-outs may bear the same title, so they must not be landmarks.
    assert html.count('role="note"') == 2


def test_a_call_out_takes_no_attributes_from_its_text() -> None:
    html = render("/// safety | T\n    attrs: {role: banner, id: s-x}\n\nText.\n///").html
    assert 'role="banner"' not in html


def test_a_self_check_shows_its_reasoning_behind_a_summary() -> None:
    html = render("## A\n\n" + CHECK).html
    assert '<h3 class="check-title" id="check-1-title">Pause and decide</h3>' in html
    assert html.count('<input type="radio" name="check-1"') == 2
    assert html.index("Show the reasoning") < html.index("Not the best answer")
    assert html.index("Not the best answer") < html.index("<strong>Best answer</strong>")
    assert "<form" not in html


def test_a_self_check_without_a_heading_before_it_does_not_skip_a_level() -> None:
    assert '<h2 class="check-title"' in render(CHECK).html


def test_a_figure_is_drawn_in_the_page_with_its_alternative_text() -> None:
    html = render('![A "plan" & more](figures/room.svg "The \\"room\\".[@SET-001]")').html
    assert '<figure class="figure" id="fig-room">' in html
    assert 'aria-label="A &quot;plan&quot; &amp; more" class="figure-svg"' in html
    assert 'role="region" aria-label="Figure: The “room”."' in html
    assert "<figcaption>The “room”." in html


def test_a_head_of_a_column_without_words_is_no_head() -> None:
    html = render("| Line | |\n| --- | --- |\n| Sponsor | |\n").html
    assert '<th scope="col">Line</th>' in html and html.count("<th ") == 1


def test_tables_scroll_by_themselves_under_different_names() -> None:
    table = "| Who | What |\n|---|--:|\n| Ada | 1 |\n"
    html = render(f"{table}\nText.\n\n{table}").html
    assert 'aria-label="Table: Who, What"' in html
    assert 'aria-label="Table: Who, What (2)"' in html
    assert '<td align="right">1</td>' in html
    assert '<th scope="col">Who</th>' in html


def test_links_that_lead_away_say_so() -> None:
    html = render("[a](https://a.example/x_y?b=1&c=2) <https://b.example>").html
    assert html.count('rel="noreferrer noopener external"') == 2
    assert 'href="https://a.example/x_y?b=1&amp;c=2"' in html


def test_heading_ids_are_stable_and_never_collide_with_the_page() -> None:
    text = "## Main & “more”\n\n## Main\n\n## Main\n\n## Ärzte\n"
    first, second = render(text), render(text)
    assert [heading.id for heading in first.headings] == [
        "s-main-more",
        "s-main",
        "s-main_1",
        "s-ärzte",
    ]
    assert first == second
    assert first.headings[0].text == "Main & “more”"


def test_raw_html_stays_text() -> None:
    html = render("<b>bold</b>\n\n<div onclick='x()'>\n\n<!-- note -->").html
    assert "&lt;b&gt;bold" in html
    assert {tag for tag, _ in elements(html)} == {"p"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("# Title", (1, "heading")),
        ("## A\n\n#### B", (3, "heading")),
        ("### A", (1, "heading")),
        ("##", (1, "heading")),
        ("## A [@SET-001]", (1, "heading")),
        ("> ## A", (1, "heading")),
        ("text\n\n```check\nquestion: x", (3, "unclosed")),
        ("```python\nx\n```", (1, "unknown-block")),
        ("- a\n\n  ```check\n  x: y\n  ```", (3, "unknown-block")),
        ("/// tip | T\nx\n///", (1, "callout")),
        ("/// safety\nx\n///", (1, "callout")),
        ("x\n\n/// safety | T\nx", (3, "unclosed")),
        ("x\n\n///", (3, "callout")),
        ("/// safety | T\n/// claim | U\n///\n///", (2, "callout")),
        ("/// safety | T\n    attrs: {onclick: x}\n///", (2, "callout")),
        ("//// safety | T\nx\n////", (1, "callout")),
        ("![](figures/room.svg)", (1, "figure-alt")),
        ("x\n\n![  ](figures/room.svg)", (3, "figure-alt")),
        ("![x](figures/gone.svg)", (1, "figure-missing")),
        ("![x](../room.svg)", (1, "figure")),
        ("![x](https://a.example/room.svg)", (1, "figure")),
        ("text ![x](figures/room.svg) text", (1, "figure")),
        ("![x](figures/room.svg)\n\n![x](figures/room.svg)", (3, "figure")),
        ("```check\nquestion: q\noptions: []\n```", (3, "bad-value")),
        ("```check\nquestion: q\nquestion: q\n```", (3, "duplicate-key")),
        ("```check\noptions:\n- {text: a, why: b}\n- {text: a, why: b}\n```", (2, "missing-key")),
        (CHECK.replace("    best: true\n", ""), (2, "bad-value")),
        (CHECK.replace('    why: "Yes."\n', ""), (7, "missing-key")),
    ],
)
def test_it_names_the_line_of_what_is_wrong(body: str, expected: tuple[int, str]) -> None:
    assert expected in faults(body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[@SET-009]", "unknown-fact"),
        ("[@SET-001, SET-002]", "bad-citation"),
        ("[@SET-001; SET-002]", "bad-citation"),
        ("[@]", "bad-citation"),
        ("[a](http://a.example)", "bad-link"),
        ("[a](javascript:alert(1))", "bad-link"),
        ("[a](//a.example)", "bad-link"),
        ("[a](#s-nowhere)", "bad-link"),
        ("<a@b.example>", "bad-link"),
        ("As SET-001 says.", "bare-fact-id"),
        (CHECK.replace('"Wait"', '"Wait.[@SET-001]"'), "check-option"),
        (CHECK.replace("SET-001", "SET-009"), "unknown-fact"),
    ],
)
def test_it_finds_what_a_text_may_not_say(body: str, code: str) -> None:
    assert code in {finding.code for finding in render(body).findings}


def test_a_link_to_a_heading_of_the_lesson_is_fine() -> None:
    assert not render("## Some place\n\n[there](#s-some-place)").findings


def test_a_fragment_can_be_a_block_or_stand_in_a_line() -> None:
    block, cited = render_fragment("A *case*.[@SET-002]\n\n- one\n- two", FACTS)
    assert block.startswith("<p>A <em>case</em>.")
    assert "<li>one</li>" in block
    assert cited == ("SET-002",)
    inline, _ = render_fragment("# not a heading\n- nor a list", FACTS, inline=True)
    assert inline == "# not a heading - nor a list"
    assert render_fragment("", FACTS, inline=True) == ("", ())


def test_citations_of_a_fragment_have_ids_only_when_asked_for() -> None:
    """A page shows many fragments, and an id may stand on it once."""
    assert " id=" not in render_fragment("A.[@SET-001]", FACTS)[0]
    assert 'id="q2-1"' in render_fragment("A.[@SET-001]", FACTS, cite_ids="q2-")[0]


def test_a_fragment_with_an_unknown_fact_is_refused_with_its_line() -> None:
    with pytest.raises(ProseError) as refused:
        render_fragment("One.\n\nTwo.[@SET-009]", FACTS)
    assert refused.value.line == 3
    assert "SET-009" in refused.value.message


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=https://a.example></iframe>",
    '<form action="https://a.example"><input name=p></form>',
    "<style>*{display:none}</style>",
    '<p style="position:fixed">x</p>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    '[x](https://a.example" onmouseover="alert(1))',
    '[x](https://a.example "t\\" onmouseover=\\"alert(1)")',
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](https://a.example/x.png)",
    '![x" onload="alert(1)](figures/room.svg)',
    '![x](figures/room.svg "</figcaption><script>alert(1)</script>")',
    "/// safety | <script>alert(1)</script>\n<script>alert(2)</script>\n///",
    "/// safety | T\n    attrs: {onclick: 'alert(1)', style: 'x'}\n\nx\n///",
    "## <script>alert(1)</script>",
    '## " onmouseover="alert(1)',
    '| <script> | " onclick="x |\n|---|---|\n| <iframe> | [a](javascript:x) |',
    "[@SET-001<script>alert(1)</script>]",
    '[@"onclick="alert(1)]',
    '<div data-slot="0"></div>',
    "\ue0000\ue000",
    '<a class="cite" href="#src-SET-001" onclick="x">SET-001</a>',
    "```check\nquestion: <script>alert(1)</script>\noptions:\n"
    "- {text: <iframe>, why: <b onclick=x>}\n"
    "- {text: '[a](javascript:x)', why: <style>, best: true}\n```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "`<script>alert(1)</script>`",
    "\x02wzxhzdk:0\x03 \x02klzzwxh:0001\x03",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php x ?>",
    "{: onclick=alert(1) }\n\npara {: style='x' }",
]

KNOWN_TAGS = {
    *("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "br", "em"),
    *("strong", "code", "a", "sup", "aside", "div", "table", "thead", "tbody", "tr", "th", "td"),
    *("figure", "figcaption", "svg", "rect", "section", "fieldset", "legend", "label", "input"),
    *("span", "details", "summary"),
}
KNOWN_ATTRIBUTES = {
    *("id", "class", "href", "rel", "role", "aria-label", "aria-labelledby", "aria-hidden"),
    *("tabindex", "align", "scope", "start", "type", "name", "value", "viewbox"),
}


def assert_harmless(html: str) -> None:
    for tag, attributes in elements(html):
        assert tag in KNOWN_TAGS
        assert set(attributes) <= KNOWN_ATTRIBUTES
        if tag == "a" and attributes.get("href") is not None:
            assert re.match(r"https://|#", attributes["href"] or "")
        if tag == "input":
            assert attributes["type"] == "radio"
    ids = re.findall(r'<[^>]* id="([^"]*)"', html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("frame", ["{}", "a {} b", "- {}", "> {}", "## A\n\n{}\n\n### B\n\n{}"])
def test_hostile_text_does_nothing(frame: str, text: str) -> None:
    lesson = render(frame.replace("{}", text), text)
    assert_harmless(lesson.html)
    for point in lesson.key_points:
        assert_harmless(point)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("inline", [True, False])
def test_hostile_fragments_do_nothing(text: str, inline: bool) -> None:
    try:
        html, _ = render_fragment(text, FACTS, inline=inline)
    except ProseError:
        return
    assert_harmless(html)


PIECES = st.sampled_from(
    [
        *HOSTILE,
        *(
            "\n",
            "\n\n",
            "    ",
            "- ",
            "> ",
            "## ",
            "| ",
            "|---|",
            "*",
            "**",
            "_",
            "`",
            "```",
            "///",
        ),
        *("[", "](", ")", "<", ">", '"', "'", "&", "#", "\\", "[@", "SET-001", "]", "![", CHECK),
        *("/// safety | T\n", "```check\n", "figures/room.svg", "https://a.example", "word "),
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=25).map("".join))
def test_no_text_breaks_out_or_breaks_the_renderer(text: str) -> None:
    assert_harmless(render(text, text).html)
    try:
        assert_harmless(render_fragment(text, FACTS)[0])
    except ProseError as refused:
        assert refused.line >= 1
