"""How hard an item is to read: school grade and longest sentence of stem and lead-in."""

import re
from collections.abc import Iterator
from functools import lru_cache

from quizzes.citations import without_citations
from quizzes.flaws.findings import Check, Finding, Surroundings, suspect
from quizzes.flaws.texts import bare
from quizzes.items import Item

# What somebody with a first degree and a professional training reads without effort.
HIGHEST_GRADE = 13.0
LONGEST_SENTENCE = 45
# Below this length a single drug's name moves the grade by a year.
FEWEST_WORDS = 30

# A list, a table or a paragraph break ends a sentence as a full stop does.
_BREAK = re.compile(r"\n\s*\n|\n\s*(?:[-*+|]|\d+[.)])\s*|(?<=[.!?:])[”\")\]]*\s+")
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouyàâäéèêëíïóôöúü]+")
_SILENT = re.compile(r"(?<=[^aeiouyl])e$|(?<=[aeiouy][^aeiouy])e(?=s$|d$)")


def reading_level(item: Item, surroundings: Surroundings) -> Iterator[Finding]:
    """An item that tests reading: too high a grade, or a sentence nobody keeps in mind.

    Kincaid et al. 1975 (Research Branch Report 8-75): grade = 0.39 x words a sentence + 11.8 x
    syllables a word - 15.59, over stem and lead-in; options are seldom sentences. Syllables are
    groups of vowels without a silent e. The formula was fitted to English.
    """
    if not surroundings.language.startswith("en"):
        return
    sentences = _sentences(item.stem) + _sentences(item.lead_in)
    longest = max(sentences, key=len, default=[])
    if len(longest) > LONGEST_SENTENCE:
        opening = " ".join(longest[:5])
        yield suspect(
            "reading-level", f"the sentence “{opening} …” has {len(longest)} words; divide it."
        )
    total = sum(map(len, sentences))
    if total < FEWEST_WORDS:
        return
    syllables = sum(_syllables(word.lower()) for sentence in sentences for word in sentence)
    grade = 0.39 * total / len(sentences) + 11.8 * syllables / total - 15.59
    if grade > HIGHEST_GRADE:
        yield suspect(
            "reading-level",
            f"stem and lead-in ask for school grade {grade:.1f} (more than {HIGHEST_GRADE:.0f}): "
            f"{total / len(sentences):.0f} words a sentence, {syllables / total:.2f} syllables "
            "a word.",
        )


def _sentences(text: str) -> list[list[str]]:
    pieces = _BREAK.split(without_citations(text).strip())
    return [found for piece in pieces if (found := _WORD.findall(bare(piece)))]


@lru_cache(65_536)
def _syllables(word: str) -> int:
    return max(1, len(_VOWELS.findall(_SILENT.sub("", word))))


EVERY_KIND: tuple[Check, ...] = (reading_level,)
