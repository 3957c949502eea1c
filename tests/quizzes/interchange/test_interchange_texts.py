"""Texts from elsewhere become Markdown that shows the same words and can do nothing else."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.interchange.drafts import Notes
from quizzes.interchange.html_tree import parse_html
from quizzes.interchange.markdown_in import to_tree
from quizzes.interchange.markdown_out import to_markdown
from quizzes.interchange.texts import from_plain, harmless

LIVE = re.compile(r"<[A-Za-z/!?]|javascript:|data:", re.IGNORECASE)


def markdown_of(html: str) -> str:
    return to_markdown(parse_html(html), Notes())


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("a <b>bold </b>word, <i>so</i>", "a **bold** word, *so*"),
        ("<ul><li>a<li>b<ol><li>c</ol></ul>", "- a\n- b\n\n    1. c"),
        (
            "<table><tr><th>Drug<th>Dose<tr><td>A|B<td>1</table>",
            "| Drug | Dose |\n| --- | --- |\n| A\\|B | 1 |",
        ),
        ("<h2>Head</h2>text<br>more", "**Head**\n\ntext  \nmore"),
        ("m<sup>2</sup>, H<sub>2</sub>O", "m², H₂O"),
        ("<a href='https://a.org/x'>here</a>", "[here](https://a.org/x)"),
        ("<blockquote><p>said</p></blockquote>", "> said"),
        ("1. no list", "1\\. no list"),
        ("# no head", "\\# no head"),
        ("5 * 3 = [15] `x` a_b __c", "5 \\* 3 = \\[15] \\`x\\` a\\_b \\_\\_c"),
        ("fish &amp; chips, &lt;b&gt; &amp;lt;", "fish & chips, &lt;b> &amp;lt;"),
        ("<code>x * y</code>", "`x * y`"),
    ],
)
def test_html_becomes_the_markdown_of_an_author(html: str, expected: str) -> None:
    assert markdown_of(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//x></SCRIPT>after",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>x</script></svg>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' java\tscript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>x</script>'>x</a>",
        "<iframe srcdoc='<script>x</script>'></iframe>",
        "<p onclick=x style='background:url(javascript:x)'>x</p>",
        "<<script>script>alert(1)<</script>/script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<style>@import 'x'</style><link rel=stylesheet href=x>",
        "<math><mtext><script>x</script></mtext></math>",
        "<!--><script>alert(1)</script-->",
        "<a href='https://a.org/)](javascript:x)'>x</a>",
    ],
)
def test_nothing_that_acts_survives(html: str) -> None:
    assert not LIVE.search(markdown_of(html))


@given(st.text(alphabet="<>/!?aimgscriptonerror=\"' &;#lt:()[]\\`*_|\n-1.", max_size=80))
@settings(max_examples=300, deadline=None)
def test_no_html_at_all_leaves_a_tag_behind(html: str) -> None:
    assert not re.search(r"<[A-Za-z/!?]", markdown_of(html))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b, <3 and QTc <450", "a < b, <3 and QTc <450"),
        ("<script>x</script>", "&lt;script>x&lt;/script>"),
        ("[x](javascript:alert(1))", "[x](#)"),
        ("[x]( JaVa&#115;cript:y)", "[x](#)"),
        ("![x](http://a.org/p.png)", "![x](#)"),
        ("[x]: data:text/html,y", "[x]:#"),
        ("[x](https://a.org/b)", "[x](https://a.org/b)"),
        ("<https://a.org>", "<https://a.org>"),
        ("a\x00b\x1b[31m\ud800", "ab[31m"),
    ],
)
def test_markdown_from_elsewhere_is_made_harmless(text: str, expected: str) -> None:
    assert harmless(text) == expected


@given(st.text(alphabet="ab<>*_`[]()#+-.!1\\|&;~ \n", max_size=60))
@settings(max_examples=300, deadline=None)
def test_plain_text_is_shown_as_exactly_the_words_it_has(text: str) -> None:
    shown = to_tree(from_plain(text)).text()
    assert "".join(shown.split()) == "".join(text.split())
