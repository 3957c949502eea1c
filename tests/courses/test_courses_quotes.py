"""Passages found again: by their words, near what stood around them, whatever moved."""

import html

from hypothesis import given
from hypothesis import strategies as st

from courses import find_passage
from courses.quotes import CONTEXT

TEXT = (
    '<p>One fact.<sup class="cites"><a class="cite" href="#src-SET-001">SET-001</a></sup> '
    'A <button class="term" type="button" popovertarget="t">set</button> &amp; more.</p>'
    '<h2 id="s-first">First</h2><p>The same words here.</p>'
    "<figure><svg><text>drawn</text></svg></figure>"
    '<h3 id="s-second">Second</h3><p>Again the <em>same</em>\nwords there.</p>'
)


def test_a_passage_reads_without_ids_of_sources_and_across_elements() -> None:
    found = find_passage(TEXT, "fact. A set & more. First The same")
    assert found is not None
    assert found.quote == "fact. A set & more. First The same"
    assert (found.before, found.heading) == ("One", "")
    assert found.after.startswith("words here. Second")


def test_of_two_places_the_one_with_the_known_surroundings_is_meant() -> None:
    first = find_passage(TEXT, "same words")
    second = find_passage(TEXT, "same words", before="Again the", after="there")
    assert first is not None and first.heading == "s-first"
    assert second is not None and second.heading == "s-second"


def test_what_does_not_stand_there_is_not_found() -> None:
    assert find_passage(TEXT, "no such words") is None
    assert find_passage(TEXT, "drawn") is None
    assert find_passage(TEXT, "SET-001") is None
    assert find_passage(TEXT, " \n ") is None


WORDS = st.text("ab &<é", min_size=1, max_size=60).filter(str.strip)


@given(st.lists(WORDS, min_size=1, max_size=5), st.data())
def test_every_passage_of_a_text_is_found_where_it_stands(
    blocks: list[str], data: st.DataObject
) -> None:
    """A passage with its surroundings is found again as it was, even behind new text."""
    text = "".join(f"<p>{html.escape(each, quote=False)}</p>" for each in blocks)
    read = "\n".join(blocks)
    start = data.draw(st.integers(0, len(read) - 1))
    quote = read[start : data.draw(st.integers(start + 1, len(read)))]
    if not quote.strip():
        return
    found = find_passage(text, quote, read[:start][-CONTEXT:], read[start + len(quote) :])
    assert found is not None
    assert "".join(found.quote.split()) == "".join(quote.split())
    later = find_passage(f"<p>zzz</p>{text}", found.quote, found.before, found.after)
    assert later is not None and later.quote == found.quote
