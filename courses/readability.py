"""How hard a lesson is to read, by the grade of Flesch and Kincaid."""

import functools
import html
import re
from dataclasses import dataclass

# What somebody with a first degree and a professional training reads without effort.
HIGHEST_GRADE = 13.0
LONGEST_SENTENCES = 20.0

_UNREAD = re.compile(
    r"<sup class=\"cites\">.*?</sup>|<svg.*?</svg>|<(table|button)\b.*?</\1>", re.DOTALL
)
_BLOCK = re.compile(
    r"</?(?:p|li|h[1-6]|div|aside|blockquote|summary|legend|label|figcaption)\b[^>]*>"
)
_TAG = re.compile(r"<[^>]*>")
_SENTENCE_END = re.compile(r"(?<=[.!?])[”\")\]]*\s+")
_VOWELS = re.compile(r"[aeiouyàâäéèêëíïóôöúü]+")
_SILENT = re.compile(r"(?<=[^aeiouyl])e$|(?<=[aeiouy][^aeiouy])e(?=s$|d$)")
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Readability:
    """Words a sentence and the school grade (US) that the text asks for."""

    words_a_sentence: float
    grade: float


def readability(text: str) -> Readability | None:
    """The readability of a lesson's html; None when it has no sentence.

    Kincaid et al. 1975 (Research Branch Report 8-75): grade = 0.39 x words a sentence + 11.8 x
    syllables a word - 15.59. Syllables are counted as groups of vowels, without a silent e; tables,
    drawings and citations are not sentences and are left out.
    """
    sentences = [words for words in map(_WORD.findall, _sentences(text)) if words]
    if not sentences:
        return None
    words = [word for sentence in sentences for word in sentence]
    length = len(words) / len(sentences)
    syllables = sum(_syllables(word.lower()) for word in words) / len(words)
    return Readability(length, 0.39 * length + 11.8 * syllables - 15.59)


def _sentences(text: str) -> list[str]:
    blocks = _BLOCK.split(_UNREAD.sub(" ", text))
    plain = (html.unescape(_TAG.sub("", block)).strip() for block in blocks)
    return [sentence for block in plain for sentence in _SENTENCE_END.split(block)]


@functools.lru_cache(maxsize=65_536)
def _syllables(word: str) -> int:
    return max(1, len(_VOWELS.findall(_SILENT.sub("", word))))
