"""The words of search: what counts as one, what is near to one, what is shown of a text."""

import json
import re
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.services.search.excerpts import excerpt, marked, quotations
from lms.services.search.passages import Passage
from lms.services.search.plain import DESCRIBED, SEAM, plain_line, sections
from lms.services.search.question import understand
from lms.services.search.spelling import Vocabulary, read_vocabulary, vocabulary_of
from lms.services.search.words import EMPTY_WORDS, hits_in, stem, words_in
from tests.lms.search_samples import MEDICINES

STEMS = frozenset({"lithium", "seizur"})


def plains(text: str) -> list[str]:
    return [word.plain for word in words_in(text)]


def vocabulary(**times: int) -> Vocabulary:
    return Vocabulary(times, {word: word for word in times})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lithium, and seizures.", ["lithium", "seizures"]),
        ("5-HT2A", ["5", "ht2a", "5ht2a"]),
        ("the patient’s MAO-A", ["patients", "mao", "maoa"]),
        ("Marković in the café", ["markovic", "cafe"]),
        ("US law lets us", ["us", "law", "lets", "us"]),
        ("WHO says who", ["who", "says"]),
        ("120/80 mmHg at 1.5 mg", ["120", "80", "mmhg", "1", "5", "mg"]),
        ("ﬁrst ½ µg", ["first", "12", "μg"]),
        ("", []),
    ],
)
def test_words_are_plain(text: str, words: list[str]) -> None:
    assert plains(text) == words


def test_stems_join_the_forms_of_a_word() -> None:
    assert stem("seizures") == stem("seizure") and stem("MAOIs".lower()) == "maoi"


def test_threads_stem_without_disturbing_each_other() -> None:
    """A stemmer keeps what it works on in itself, so that a shared one would mix words up."""
    words = [f"{start}{end}" for start in "abcdefgh" for end in ("ations", "ingly", "ements")] * 40
    wrong: list[str] = []

    def work(number: int) -> None:
        for word in words:
            own = word + "x" * number
            if stem.__wrapped__(own) != stem.__wrapped__(own):
                wrong.append(own)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@given(text=st.text(max_size=200))
@settings(deadline=None)
def test_words_are_letters_and_digits_only(text: str) -> None:
    for word in words_in(text):
        assert word.plain.isalnum() and len(word.plain) <= 40 and word.stem.isalnum()
        assert 0 <= word.start < word.end <= len(text)


@given(text=st.text("aAiIsS tThHeE’-25", max_size=60), word=st.sampled_from(["the", "this", "a25"]))
@settings(deadline=None)
def test_hits_are_words_of_the_text(text: str, word: str) -> None:
    stems = frozenset({stem(word)})
    hits = hits_in(f"{text} {word}", stems)
    assert all(stem(hit.plain) in stems for hit in hits)
    assert bool(hits) or word in EMPTY_WORDS


def test_the_nearest_word_prefers_swapped_letters_then_the_frequent_one() -> None:
    known = vocabulary(main=90, maoi=4, seizure=5, leisure=1)
    assert known.nearest("maio") == "maoi"
    assert known.nearest("seisure") == "seizure"


@pytest.mark.parametrize("word", ["mao", "25mg", "40", "zzzzzz", "escitalopram"])
def test_a_word_is_left_alone_rather_than_made_another(word: str) -> None:
    """Short words, numbers, and names whose beginning differs are other things, not slips."""
    assert vocabulary(maoi=9, citalopram=9, mg=9, **{"20mg": 9, "49": 9}).nearest(word) is None


def test_a_word_that_was_begun_is_completed() -> None:
    assert vocabulary(psilocybin=9, psilocin=2).nearest("psilo") == "psilocybin"


def test_a_vocabulary_knows_how_words_are_written_and_which_are_public() -> None:
    def passage(kind: str, text: str) -> Passage:
        return Passage(kind, "k", "M", "", "", "", "", text)  # type: ignore[arg-type]

    record = vocabulary_of(
        [passage("fact", "MAOI, Lithium"), passage("section", "MAOIs. Taper, lithium, lithium")]
    )
    assert json.loads(record)["lithium"] == [3, 1, "lithium"]
    assert read_vocabulary(record, public=True).written == {"maoi": "MAOI", "lithium": "lithium"}
    assert "taper" in read_vocabulary(record, public=False).times


def test_what_was_typed_keeps_its_signs_when_a_word_is_put_right() -> None:
    question = understand("“Lithum”, & seizure?", [vocabulary(lithium=3, seizure=1)], exactly=False)
    assert question.words == "“lithium”, & seizure?"
    assert question.mended == (("Lithum", "lithium"),)


def test_a_compound_is_looked_for_whole_or_in_its_parts() -> None:
    known = vocabulary(followup=2, follow=5, ht2a=1, **{"5": 1, "5ht2a": 1})
    whole = understand("5-HT2A", [known], exactly=False).asked
    assert whole == ((("5ht2a",), ("5", "ht2a")),)
    assert understand("5HT2A", [known], exactly=False).asked == ((("5ht2a",),),)
    assert understand("follow-5", [known], exactly=False).asked == ((("follow",),), (("5",),))


def test_a_page_is_cut_at_its_headings_and_claims() -> None:
    cut = sections(MEDICINES)
    assert [(part.anchor, part.heading, part.claim[:9]) for part in cut] == [
        ("", "", ""),
        ("s-lithium", "Lithium: harm", ""),
        ("s-maoi", "What nobody lists", ""),
        ("claim-2-title", "", "“Tapering"),
    ]
    assert "goes on about ayahuasca" in cut[2].text and "ayahuasca" not in cut[3].text
    assert f"{DESCRIBED}Fluoxetine lingers" in cut[2].text
    assert "Mr Hart takes duloxetine" in cut[2].text


def test_seams_stand_where_the_page_has_something_of_its_own() -> None:
    text = sections(MEDICINES)[1].text
    assert f"with a {SEAM}classic psychedelic{SEAM}, 47% described seizures{SEAM} and" in text
    assert plain_line("<p>a<br>b</p>") == "a b"


@given(html=st.text(st.sampled_from('<>/="p h2divsupsvgbutton clas-check'), max_size=120))
@settings(deadline=None)
def test_no_page_is_too_broken_to_cut(html: str) -> None:
    for part in sections(html):
        assert not re.search(r"<(p|div|svg)[ >]", part.heading)


def test_an_excerpt_shows_where_most_words_stand() -> None:
    text = "\n".join(["Lithium here. " + "filler " * 60, "Lithium with seizures.", "more " * 80])
    shown = excerpt(text, hits_in(text, STEMS))
    assert [piece.text for piece in shown if piece.found] == ["Lithium", "seizures"]
    assert shown[0].text == "… " and shown[-1].text == " …"
    assert sum(len(piece.text) for piece in shown) < 260


@given(
    words=st.lists(
        st.sampled_from(
            ["lithium", "seizures", "filler", "a", f"x{SEAM}", "\n", f"\n{DESCRIBED}z"]
        ),
        max_size=120,
    )
)
@settings(deadline=None)
def test_excerpts_and_quotations_are_of_the_text(words: list[str]) -> None:
    text = " ".join(words)
    plain = text.replace(SEAM, "").replace(DESCRIBED, "").replace("\n", " · ")
    shown = "".join(piece.text for piece in excerpt(text, hits_in(text, STEMS))).strip(" …")
    assert shown in plain
    assert "".join(piece.text for piece in marked(text, STEMS)) == plain
    for quote in quotations(text, hits_in(text, STEMS)):
        assert quote in text and not {SEAM, DESCRIBED, "\n"} & set(quote)
        assert len(quote.split()) >= 2 and hits_in(quote, STEMS)


def test_quotations_are_long_enough_to_be_told_apart() -> None:
    text = f"reports of lithium with a {SEAM}term{SEAM}, 47% described seizures and more followed"
    assert quotations(text, hits_in(text, STEMS)) == (
        "reports of lithium with a",
        "described seizures and more followed",
    )
    assert quotations("lithium", hits_in("lithium", STEMS)) == ()


@given(text=st.text("lLéÉsS'’-eizurthm _5", max_size=40))
@settings(deadline=None)
def test_hits_are_all_words_with_the_stem(text: str) -> None:
    """The quick way over first letters finds what reading word by word finds."""
    stems = frozenset({stem(word.plain) for word in words_in(text)})
    for each in stems:
        wanted = {(word.start, word.end) for word in words_in(text) if word.stem == each}
        hits = {(hit.start, hit.end) for hit in hits_in(text, frozenset({each}))}
        assert hits <= wanted and bool(hits) == bool(wanted)
