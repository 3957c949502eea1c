"""Terms met in a text: where a word of the glossary first stands, it opens its definition."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from courses.markup import OpenElements, is_tag, tokens
from courses.outline import Course, Lesson, Term

# Where a word is a name, an answer or already something to press, it stays as it is.
_KEPT_TAGS = frozenset(
    {
        *("h1", "h2", "h3", "h4", "h5", "h6", "a", "button", "label", "legend", "summary"),
        *("th", "svg", "figure", "figcaption", "code"),
    }
)
_KEPT_CLASSES = frozenset({"callout-title", "cites", "check-text", "check-verdict", "claim-words"})
_FOLDED = frozenset({"details"})
_CITES = re.compile(r'<sup class="cites">.*?</sup>|<a class="cite"[^>]*>.*?</a>', re.DOTALL)


def term_anchor(name: str) -> str:
    """The id under which a term stands on a page: "term-set" for "Set"."""
    return "term-" + (re.sub(r"[\W_]+", "-", name.casefold()).strip("-") or "x")


def terms_of(course: Course) -> tuple[Term, ...]:
    """The terms of all modules, in the order of the alphabet."""
    terms = [term for module in course.modules for term in module.terms]
    return tuple(sorted(terms, key=lambda term: (term.term.casefold(), term.term)))


def bare_definition(term: Term) -> str:
    """The html of a definition without its citations, as it is shown beside the word."""
    return _CITES.sub("", term.html)


def link_course(course: Course) -> Course:
    """The course with the terms of all its modules linked in the text of all its lessons."""
    vocabulary = Vocabulary(terms_of(course))
    modules = tuple(
        replace(module, lessons=tuple(vocabulary.link_lesson(each) for each in module.lessons))
        for module in course.modules
    )
    return replace(course, modules=modules)


class Vocabulary:
    """Terms, ready to be found in texts."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._exact: dict[str, Term] = {}
        self._folded: dict[str, Term] = {}
        for term in terms:
            for name in term.found_as or (term.term, *term.also):
                if _is_acronym(name):
                    self._exact.setdefault(name, term)
                else:
                    self._folded.setdefault(_fold(name), term)
        self._pattern = _pattern([*self._exact], [*self._folded])

    def link_lesson(self, lesson: Lesson) -> Lesson:
        """The lesson with its terms linked, and their names in the order of appearance."""
        linked, names = self.link(lesson.html)
        return replace(lesson, html=linked, terms=names)

    def link(self, text: str) -> tuple[str, tuple[str, ...]]:
        """The html with a button at the first place of each term, and the names of those terms.

        What stands open comes before what a reader has to unfold. The words stay as they are.
        """
        if self._pattern is None:
            return text, ()
        pieces = _pieces(text)
        met: dict[str, tuple[int, str]] = {}
        for folded in (False, True):
            for place, piece in enumerate(pieces):
                if piece.is_running and piece.is_folded is folded:
                    pieces[place] = replace(piece, text=self._press(piece.text, met, place))
        in_order = sorted(met.values(), key=lambda where: where[0])
        return "".join(piece.text for piece in pieces), tuple(name for _, name in in_order)

    def _press(self, text: str, met: dict[str, tuple[int, str]], place: int) -> str:
        words = html.unescape(text)
        done, made = 0, []
        assert self._pattern is not None
        for found in self._pattern.finditer(words):
            term = self._term(found[0])
            if term is None or term_anchor(term.term) in met:
                continue
            met[term_anchor(term.term)] = (place, term.term)
            made += [html.escape(words[done : found.start()], quote=False), _button(term, found[0])]
            done = found.end()
        if not made:
            return text
        return "".join((*made, html.escape(words[done:], quote=False)))

    def _term(self, words: str) -> Term | None:
        for name in (words, words[:-1] if words[-1:] in "sS" else words):
            found = self._exact.get(name) or self._folded.get(_fold(name))
            if found is not None:
                return found
        return None


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())


def _is_acronym(name: str) -> bool:
    """Whether a name is told from a common word by its capitals alone: IND, WHO, AE."""
    return name.isupper() and len(name) > 1 and " " not in name


def _pattern(exact: Sequence[str], folded: Sequence[str]) -> re.Pattern[str] | None:
    """Any of the names as a whole word, the longest first, with the s of a plural."""
    names = [(name, _words(name)) for name in exact]
    names += [(name, f"(?i:{_words(name)})") for name in folded]
    if not names:
        return None
    names.sort(key=lambda pair: (-len(pair[0]), pair[0]))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words for _, words in names)})[sS]?(?![\w-])")


def _words(name: str) -> str:
    return r"\s+".join(re.escape(word) for word in name.split())


def _button(term: Term, words: str) -> str:
    name = html.escape(term_anchor(term.term))
    return (
        f'<button class="term" type="button" popovertarget="{name}">'
        f"{html.escape(words, quote=False)}</button>"
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """A tag, or the text between two; `is_running` text may be linked."""

    text: str
    is_running: bool = False
    is_folded: bool = False


def _pieces(text: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    here = OpenElements()
    for token in tokens(text):
        if is_tag(token):
            here.step(token)
            pieces.append(_Piece(token))
        else:
            is_running = not here.is_within(_KEPT_TAGS, _KEPT_CLASSES)
            pieces.append(_Piece(token, is_running, here.is_within(_FOLDED)))
    return pieces
