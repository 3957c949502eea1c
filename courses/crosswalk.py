"""What regulators and frameworks ask of a curriculum: requirements, their sources, how sure we are.

Nothing here says that a curriculum meets a rule: minutes are mapped to requirements, and each
requirement carries what it rests on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

Kind = Literal["jurisdiction", "framework", "reference"]
Tier = Literal["primary-text", "secondary"]
Part = Literal["total", "topic", "delivery", "practice", "renewal"]
Evidenced = Literal["course", "course-and-practice", "practice"]
Basis = Literal["issuer", "second-hand", "recalled"]

_SOURCE_ID = re.compile(r"\bS[0-9]{2,3}\b")
_HOURS = re.compile(r"h>?=([0-9]+)")


@dataclass(frozen=True, slots=True)
class Source:
    """Something that was read; `tier` is "primary-text" for the issuer's own words."""

    id: str
    title: str
    issuer: str
    reference: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement as one source reads it.

    `part` says how it bears on hours: a topic of instruction, their total, how instruction is
    delivered, practice that no course replaces, or what follows a licence; None for a rule of
    content. `rule` and `alternatives` (other readings of the same rule, kept apart) are written
    as `h>=12`, `share>=50% …`, `rule: …`, `unknown …`. `evidenced_by` is set for competencies,
    with the reason in `practice` where a course alone is not enough.
    """

    id: str
    topic: str
    rule: str
    reference: str
    confidence: Literal["seen", "recalled"]
    basis: Basis
    part: Part | None = None
    alternatives: tuple[str, ...] = ()
    evidenced_by: Evidenced | None = None
    practice: str | None = None

    @property
    def needs_checking(self) -> bool:
        """Whether it rests on less than the issuer's own text: shown with the word "verify"."""
        return self.basis != "issuer"

    @property
    def readings(self) -> tuple[int, ...]:
        """The minutes it asks for by each reading, the stated one first; empty when unknown."""
        stated = (minutes_in(rule) for rule in (self.rule, *self.alternatives))
        return tuple(minutes for minutes in stated if minutes is not None)

    @property
    def source_ids(self) -> tuple[str, ...]:
        """The sources that the reference names, each once."""
        return source_ids(self.reference)


def minutes_in(rule: str) -> int | None:
    """The minutes that a rule such as `h>=12` asks for; None for a rule of another kind."""
    found = _HOURS.match(rule)
    return 60 * int(found[1]) if found else None


def source_ids(reference: str) -> tuple[str, ...]:
    """The ids of sources (S13) that a reference names, in its order, each once."""
    return tuple(dict.fromkeys(_SOURCE_ID.findall(reference)))


def basis_of(confidence: str, tiers: list[Tier]) -> Basis:
    """What a row rests on: it is only as strong as its weakest source, and one without is weak."""
    if confidence == "recalled":
        return "recalled"
    return "issuer" if tiers and all(tier == "primary-text" for tier in tiers) else "second-hand"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The requirements of one jurisdiction or framework, as they were read on `as_of`."""

    id: str
    title: str
    issuer: str
    kind: Kind
    as_of: date
    requirements: tuple[Requirement, ...]

    def of_part(self, part: Part | None) -> tuple[Requirement, ...]:
        """The requirements that bear on hours in this way."""
        return tuple(each for each in self.requirements if each.part == part)


# Without slots, so that the index is made once.
@dataclass(frozen=True)
class Crosswalk:
    """All rulebooks in order, and the sources that they name."""

    rulebooks: tuple[Rulebook, ...] = ()
    sources: tuple[Source, ...] = ()

    @cached_property
    def _places(self) -> dict[str, tuple[Rulebook, Requirement]]:
        return {each.id: (book, each) for book in self.rulebooks for each in book.requirements}

    def find(self, requirement_id: str) -> tuple[Rulebook, Requirement] | None:
        """The requirement with this id, and the rulebook it stands in."""
        return self._places.get(requirement_id)

    def of_kind(self, kind: Kind) -> tuple[Rulebook, ...]:
        """The rulebooks of this kind."""
        return tuple(book for book in self.rulebooks if book.kind == kind)


def crosswalk_for_release(crosswalk: Crosswalk) -> Crosswalk:
    """The part that a curriculum is measured by: jurisdictions, frameworks and their sources."""
    books = (*crosswalk.of_kind("jurisdiction"), *crosswalk.of_kind("framework"))
    named = {name for book in books for each in book.requirements for name in each.source_ids}
    return Crosswalk(books, tuple(source for source in crosswalk.sources if source.id in named))


def crosswalk_to_document(crosswalk: Crosswalk) -> dict[str, Any]:
    """The crosswalk as JSON-able values; `crosswalk_from_document` gives back an equal one."""
    return {
        "rulebooks": [_rulebook_to_document(book) for book in crosswalk.rulebooks],
        "sources": [
            {
                "id": source.id,
                "title": source.title,
                "issuer": source.issuer,
                "reference": source.reference,
                "tier": source.tier,
            }
            for source in crosswalk.sources
        ],
    }


def crosswalk_from_document(document: Mapping[str, Any]) -> Crosswalk:
    """The crosswalk that was written down; an empty document is one without rulebooks."""
    return Crosswalk(
        tuple(_rulebook_from_document(book) for book in document.get("rulebooks", ())),
        tuple(Source(**source) for source in document.get("sources", ())),
    )


def _rulebook_to_document(book: Rulebook) -> dict[str, Any]:
    return {
        "id": book.id,
        "title": book.title,
        "issuer": book.issuer,
        "kind": book.kind,
        "as_of": book.as_of.isoformat(),
        "requirements": [
            {
                "id": each.id,
                "topic": each.topic,
                "rule": each.rule,
                "reference": each.reference,
                "confidence": each.confidence,
                "basis": each.basis,
                "part": each.part,
                "alternatives": list(each.alternatives),
                "evidenced_by": each.evidenced_by,
                "practice": each.practice,
            }
            for each in book.requirements
        ],
    }


def _rulebook_from_document(document: Mapping[str, Any]) -> Rulebook:
    return Rulebook(
        id=document["id"],
        title=document["title"],
        issuer=document["issuer"],
        kind=document["kind"],
        as_of=date.fromisoformat(document["as_of"]),
        requirements=tuple(
            Requirement(**{**each, "alternatives": tuple(each["alternatives"])})
            for each in document["requirements"]
        ),
    )
