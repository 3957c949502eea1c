"""YAML as plain values: what words mean, where they stand, and what is refused."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.yamltree import DEEPEST, read_tree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("12", 12),
        ("-0.5", -0.5),
        ("007", "007"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-11-22", date(2026, 11, 22)),
        ('"2026-11-22"', "2026-11-22"),
        ('"12"', "12"),
        ("NCT06809595", "NCT06809595"),
    ],
)
def test_a_word_means_what_it_looks_like(text: str, value: object) -> None:
    tree = read_tree(f"key: {text}")
    assert tree.faults == []
    assert tree.value == {"key": value}
    assert type(tree.value["key"]) is type(value)


def test_it_knows_the_line_of_every_key_and_item() -> None:
    tree = read_tree("a: 1\nb:\n  - c: 2\n    d: |\n      text\n  - 3\n", first_line=10)
    assert tree.line(("b", 0, "d")) == 13
    assert tree.line(("b", 1)) == 15
    assert tree.line(("b", 7, "gone")) == 11


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("a: 1\nb: 2\na: 3", 3, "duplicate-key"),
        ("a: &x 1\nb: 2", 1, "yaml-alias"),
        ("a: &x 1\nb: [1,\n *x]", 3, "yaml-alias"),
        ("a: 1\n---\nb: 2", 2, "yaml"),
        ("a: 1\n b: 2", 2, "yaml"),
        ("a: 2026-02-30", 1, "yaml-value"),
        ("a: !!int 3", 1, "yaml-value"),
        ("a: 1\n? [b]\n: c", 2, "yaml-key"),
        ("a:\n" + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), 2, "yaml"),
    ],
)
def test_it_refuses_what_could_be_misread(text: str, line: int, code: str) -> None:
    assert (line, code) in {(fault.line, fault.code) for fault in read_tree(text).faults}


def test_depth_is_refused_before_it_costs_anything() -> None:
    faults = read_tree("[" * 1_000_000).faults
    assert "nested deeper" in faults[0].message


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("ab: -#\"'\n", max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inside)
    ),
    max_leaves=8,
)


@given(PLAIN)
def test_json_means_the_same_in_yaml(value: object) -> None:
    tree = read_tree(json.dumps({"key": value}))
    assert tree.faults == []
    assert tree.value == {"key": value}


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    for fault in read_tree(text).faults:
        assert fault.line >= 1
