"""Facts: every clinical statement the project may make, and claims that are set against them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from courses.outline import Course, Lesson

PRACTICE_ADVICE = "Practice advice (no single primary source)"


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement that lessons and items may stand on.

    `as_of` is the day the source was last looked at; after `review_by` the statement has to be
    checked again before anybody goes on teaching it.
    """

    id: str
    statement: str
    source: str
    links: tuple[str, ...]
    strength: str
    status: str
    as_of: date
    review_by: date

    @property
    def area(self) -> str:
        """The part of the fact sheet it stands in: the letters of its id."""
        return self.id.partition("-")[0]

    def is_past_review(self, today: date) -> bool:
        """Whether it should have been checked again before `today`; its review date still holds."""
        return self.review_by < today

    @property
    def is_practice_advice(self) -> bool:
        """The curriculum team's own synthesis: to be shown as advice, never as a finding."""
        return self.source.startswith(PRACTICE_ADVICE)

    @property
    def is_secondary(self) -> bool:
        """Read in a report of the source rather than in the source itself."""
        return "[secondary]" in self.source

    @property
    def is_recalled(self) -> bool:
        """Established background knowledge whose original was not read again."""
        return self.status == "recalled"

    @property
    def is_uncertain(self) -> bool:
        """To be left out of teaching, or stated only with the hedge it carries."""
        return self.status == "uncertain"

    @property
    def is_retracted(self) -> bool:
        """The source was withdrawn: named only so that nobody cites it as evidence."""
        return "RETRACTED" in self.source


def fact_to_document(fact: Fact) -> dict[str, Any]:
    """The fact as JSON-able values; `fact_from_document` gives back an equal fact."""
    return {
        "id": fact.id,
        "statement": fact.statement,
        "source": fact.source,
        "links": list(fact.links),
        "strength": fact.strength,
        "status": fact.status,
        "as_of": fact.as_of.isoformat(),
        "review_by": fact.review_by.isoformat(),
    }


def fact_from_document(document: Mapping[str, Any]) -> Fact:
    """The fact that `fact_to_document` wrote down; KeyError or ValueError on anything else."""
    return Fact(
        id=document["id"],
        statement=document["statement"],
        source=document["source"],
        links=tuple(document["links"]),
        strength=document["strength"],
        status=document["status"],
        as_of=date.fromisoformat(document["as_of"]),
        review_by=date.fromisoformat(document["review_by"]),
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that is said of psychedelic therapy, and what can be said truly instead."""

    id: str
    claim: str
    corrected: str
    facts: tuple[str, ...]


def claim_to_document(claim: Claim) -> dict[str, Any]:
    """The claim as JSON-able values; `claim_from_document` gives back an equal claim."""
    return {
        "id": claim.id,
        "claim": claim.claim,
        "corrected": claim.corrected,
        "facts": list(claim.facts),
    }


def claim_from_document(document: Mapping[str, Any]) -> Claim:
    """The claim that `claim_to_document` wrote down; KeyError on anything else."""
    return Claim(
        id=document["id"],
        claim=document["claim"],
        corrected=document["corrected"],
        facts=tuple(document["facts"]),
    )


def lessons_citing(course: Course, fact_id: str) -> tuple[Lesson, ...]:
    """The lessons of a course that a change of this fact touches, in course order."""
    return tuple(lesson for lesson in course.lessons if fact_id in lesson.citations)
