"""What the pages of the practice log share: their blueprint, words, and rules with sources."""

from dataclasses import dataclass

from flask import Blueprint

import courses
from lms.forms.practice import REASON_WORDS, RETURN_WORDS, ROLE_WORDS, SUBSTANCE_WORDS
from lms.services.catalogue import ReleaseContent

pages = Blueprint("practice", __name__)


@pages.context_processor
def words() -> dict[str, object]:
    """Give the templates of practice the words for choices."""
    return {
        "practice_words": {
            "roles": ROLE_WORDS,
            "substances": SUBSTANCE_WORDS,
            "reasons": REASON_WORDS,
            "returns": RETURN_WORDS,
        }
    }


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of practice beside the rows of the crosswalk that it rests on.

    `reached` is None for a cap, which nobody reaches.
    """

    rule: courses.PracticeRule
    reached: int | None
    missing: int
    sources: tuple[tuple[courses.Rulebook, courses.Requirement], ...]

    @property
    def needs_checking(self) -> bool:
        """Whether any row rests on less than the issuer's own text, or none is known."""
        return not self.sources or any(each.needs_checking for _book, each in self.sources)


def rows_of_rules(content: ReleaseContent, standing: courses.PracticeStanding) -> list[RuleRow]:
    """Return the rules of a release in their order, each with how a log stands and its sources."""
    lines = {line.rule.measure: line for line in standing.lines}
    rows = []
    for rule in content.course.practice.rules:
        line = lines.get(rule.measure)
        found = (content.crosswalk.find(name) for name in rule.rests_on)
        sources = tuple(each for each in found if each is not None)
        reached, missing = (line.reached, line.missing) if line else (None, 0)
        rows.append(RuleRow(rule, reached, missing, sources))
    return rows
