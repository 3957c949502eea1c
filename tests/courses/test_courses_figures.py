"""Figures: only drawing gets through, everything else is named with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.figures import read_drawing

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">'


def svg(content: str) -> str:
    return f"{OPEN}\n{content}\n</svg>"


def test_a_drawing_is_written_anew() -> None:
    drawing, errors, warnings = read_drawing(
        svg(
            '<defs><marker id="plan-arrow" viewBox="0 0 10 10" orient="auto">'
            '<path d="M0 0 L10 5z" class="f-ink"/></marker></defs><!-- note -->'
            '<g transform="translate(10, 20) rotate(45)"><line x1="0" y1="0" x2="9" y2="-1.5e1" '
            'class="s-ink" marker-end="url(#plan-arrow)"/></g>'
            '<text x="10" y="20" class="t t-b">A &amp; <tspan dy="4">B</tspan></text>'
        ),
        "plan",
    )
    assert (errors, warnings) == ([], [])
    assert drawing is not None
    assert "note" not in drawing.content
    assert "A &amp; <tspan" in drawing.content
    assert 'marker-end="url(#plan-arrow)"' in drawing.content
    assert drawing.svg('A "plan"').startswith(
        '<svg role="img" aria-label="A &quot;plan&quot;" class="figure-svg" viewBox="0 0 400 300">'
    )


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        "<style>*{}</style>",
        '<image href="https://a.example/x.png"/>',
        '<use href="#x"/>',
        "<foreignObject><p>x</p></foreignObject>",
        '<a href="https://a.example"><text>x</text></a>',
        "<animate/>",
        "<svg/>",
        '<rect onclick="alert(1)"/>',
        '<rect style="fill:red"/>',
        '<rect fill="red"/>',
        '<rect fill="url(https://a.example)"/>',
        '<rect class="f-red"/>',
        '<rect class="visually-hidden"/>',
        '<rect id="other"/>',
        '<rect id="plan-a"/><rect id="plan-a"/>',
        '<path d="M0 0" marker-end="url(#plan-gone)"/>',
        '<path d="M0 0" marker-end="url(https://a.example#x)"/>',
        '<path d="javascript:alert(1)"/>',
        '<rect width="expression(1)"/>',
        '<rect xlink:href="x"/>',
        '<text font-family="Comic Sans">x</text>',
        "<g>stray words</g>",
        "<?php x ?>",
        "<g>",
        "&undefined;",
        "<g>" * 60 + "</g>" * 60,
    ],
)
def test_it_refuses_what_is_not_drawing_with_its_line(content: str) -> None:
    drawing, errors, _ = read_drawing(svg(content), "plan")
    assert drawing is None
    assert errors
    assert all(error.line in (2, 3) for error in errors)


def test_it_never_expands_an_entity() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">]>' + svg("<text>&a;</text>")
    drawing, errors, _ = read_drawing(bomb, "plan")
    assert drawing is None
    assert "document type" in errors[0].message


@pytest.mark.parametrize(
    "root",
    [
        "<svg></svg>",
        '<svg viewBox="0 0 400 300"></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="1 0 400 300"></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" width="9"></svg>',
        '<g xmlns="http://www.w3.org/2000/svg"></g>',
        "",
        "plain text",
    ],
)
def test_it_refuses_a_wrong_root(root: str) -> None:
    assert read_drawing(root, "plan")[0] is None


def test_a_drawing_too_wide_for_a_telephone_is_a_warning() -> None:
    drawing, errors, warnings = read_drawing(svg("").replace("400", "900"), "plan")
    assert drawing is not None
    assert errors == []
    assert [warning.code for warning in warnings] == ["svg-width"]


@given(st.text(max_size=60), st.sampled_from(['<text class="{}">', "<text>{}</text>", "{}"]))
def test_no_text_breaks_the_reader_or_gets_markup_through(text: str, frame: str) -> None:
    drawing, errors, _ = read_drawing(svg(frame.replace("{}", text)), "plan")
    assert (drawing is None) == bool(errors)
    if drawing is not None:
        assert "script" not in drawing.content.replace("&lt;script", "")
