"""Lessons set one after another on one page: nothing folded, nothing to press, no id twice."""

import re

from courses.markup import is_tag, name_of, tokens

_NAMES = re.compile(r'\s(id|name|for|aria-labelledby|aria-describedby)="([^"]*)"')
_LINK = re.compile(r'\shref="#(?!src-)([^"]*)"')
_DRAWN = re.compile(r"url\(#([^)]*)\)")
# Two regions of a page may not bear the same name.
_REGION = re.compile(r'(role="region" aria-label="[^"]*)"')
_HEADING = re.compile(r"(</?h)([2-5])\b")


def booklet_html(text: str, number: int) -> str:
    """The html of the lesson with this number as part of a page of many.

    Each id and what points to it is told from those of other lessons, but for the sources, which
    the page lists once. Headings stand one level lower, answers are open, terms are plain words.
    """
    return "".join(
        _set(token, number) if is_tag(token) else token
        for token in tokens(text)
        # A lesson has no buttons but those of its terms.
        if not (is_tag(token) and name_of(token) == "button")
    )


def _set(tag: str, number: int) -> str:
    prefix = f"l{number}-"
    if tag.startswith("<details"):
        tag = f"<details open{tag.removeprefix('<details')}"
    tag = _NAMES.sub(lambda found: f' {found[1]}="{_prefixed(found[2], prefix)}"', tag)
    tag = _LINK.sub(lambda found: f' href="#{prefix}{found[1]}"', tag)
    tag = _DRAWN.sub(lambda found: f"url(#{prefix}{found[1]})", tag)
    tag = _REGION.sub(lambda found: f'{found[1]} (lesson {number})"', tag)
    return _HEADING.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", tag)


def _prefixed(names: str, prefix: str) -> str:
    return " ".join(prefix + name for name in names.split())
