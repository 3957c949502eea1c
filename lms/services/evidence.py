"""The evidence of a release: what stands on each fact, and what differs between two releases."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
import quizzes
from lms.errors import NotFound, Refused
from lms.models.catalogue import Release
from lms.services import catalogue
from lms.services.catalogue import ReleaseContent

Kind = Literal["editorial", "material", "safety-critical"]
KINDS: tuple[Kind, ...] = ("editorial", "material", "safety-critical")

_FACT_ID = re.compile(r"[A-Z]{2,5}-[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Difference:
    """What a release changes, against the one before it."""

    impact: courses.Impact
    items: tuple[quizzes.ItemChange, ...]
    updates: tuple[courses.Update, ...]

    @property
    def least_kind(self) -> Kind:
        """The least that such a release may be called.

        Other facts, or other right answers, make it material; so does an update it brings. That
        a change is safety-critical is for people to say.
        """
        is_scored_otherwise = any(change.how != "reworded" for change in self.items)
        return (
            "material" if self.impact.changes or is_scored_otherwise or self.updates else KINDS[0]
        )

    @property
    def touched_items(self) -> frozenset[str]:
        """Items that stand on a changed fact, or whose key is no longer what it was."""
        on_facts = {touched.key for touched in self.impact.of_kind("item")}
        return frozenset(on_facts | {each.item_id for each in self.items if each.how == "rekeyed"})


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody calls a release, None to leave it to what differs, and why."""

    kind: Kind | None
    note: str


class KindNeeded(Refused):
    """A release that only people may call safety-critical, and nobody has."""


@dataclass(frozen=True, slots=True)
class Uses:
    """Everything in a release that stands on one fact."""

    lessons: tuple[courses.Lesson, ...] = ()
    job_aids: tuple[courses.JobAid, ...] = ()
    claims: tuple[courses.Claim, ...] = ()
    items: tuple[quizzes.Item, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundFact:
    """A fact of the newest release, or the last words of one that is taught no longer."""

    fact: courses.Fact
    content: ReleaseContent
    uses: Uses
    is_withdrawn: bool


def newest(session: Session) -> ReleaseContent | None:
    """Return the newest release of the curriculum, None before the first."""
    found = session.scalar(sa.select(sa.func.max(Release.id)))
    return None if found is None else catalogue.release(session, found)


def find_fact(session: Session, fact_id: str) -> FoundFact:
    """Return a fact as the newest release states it, else as the last one did that taught it.

    Raises NotFound for an id that no release ever held.
    """
    content = newest(session)
    if content is None or not _FACT_ID.fullmatch(fact_id):
        raise NotFound()
    if fact_id in content.facts:
        return FoundFact(content.facts[fact_id], content, uses_of(content, fact_id), False)
    earlier = sa.select(Release.id).where(Release.id != content.id).order_by(Release.id.desc())
    for release_id in session.scalars(earlier).all():
        old = catalogue.release(session, release_id)
        if fact_id in old.facts:
            return FoundFact(old.facts[fact_id], old, uses_of(old, fact_id), True)
    raise NotFound()


_uses: dict[str, dict[str, Uses]] = {}


def uses_of(content: ReleaseContent, fact_id: str) -> Uses:
    """Return what stands on a fact in a release; worked out once a process for all its facts."""
    if content.content_hash not in _uses:
        _uses[content.content_hash] = _index(content)
    return _uses[content.content_hash].get(fact_id, Uses())


def _index(content: ReleaseContent) -> dict[str, Uses]:
    found: dict[str, dict[str, list[Any]]] = {}

    def note(facts: Iterable[str], kind: str, what: object) -> None:
        for fact in dict.fromkeys(facts):
            found.setdefault(fact, {}).setdefault(kind, []).append(what)

    for module in content.course.modules:
        for lesson in module.lessons:
            note(lesson.citations, "lessons", lesson)
        for aid in module.job_aids:
            note(aid.citations, "job_aids", aid)
    for claim in content.claims.values():
        note(claim.facts, "claims", claim)
    for _, item in _each_item_once(content):
        note(quizzes.cited_facts(item), "items", item)
    return {
        fact: Uses(**{kind: tuple(each) for kind, each in kinds.items()})
        for fact, kinds in found.items()
    }


def compare(before: ReleaseContent, after: ReleaseContent) -> Difference:
    """Return what changed from one release of a course to a later one, and what that touches."""
    known = {update.slug for update in before.course.updates}
    return Difference(
        impact=courses.impact(_teaching(before), _teaching(after)),
        items=quizzes.compare_banks(before.banks.values(), after.banks.values()),
        updates=tuple(each for each in after.course.updates if each.slug not in known),
    )


def kind_of(difference: Difference, label: Label) -> Kind:
    """Return what a release may be called: as asked, else the least that fits what differs.

    Raises Refused when more has changed than the kind asked for admits, and when a
    safety-critical release lacks its update or its note.
    """
    critical = [update for update in difference.updates if update.kind == "safety-critical"]
    if label.kind == "safety-critical":
        if not critical:
            raise Refused(
                "A safety-critical release brings an update for those certified already: add "
                "updates/YYYY-MM-DD-some-name.md of kind safety-critical to the course."
            )
        if not label.note:
            raise Refused("A safety-critical release says what changed: give a --note.")
        return label.kind
    if critical:
        raise KindNeeded(
            f"“{critical[0].title}” is a safety-critical update. Publish it with "
            "`lms content publish --kind safety-critical --note …`, which says what changed."
        )
    if label.kind == "editorial" and difference.least_kind != "editorial":
        raise Refused(
            "Facts or right answers have changed, or there is an update: this release is at least "
            "material. `lms content diff` shows what differs."
        )
    return label.kind or difference.least_kind


def _teaching(content: ReleaseContent) -> courses.Teaching:
    standings = (*courses.standings_of(content.course), *_claims(content), *_items(content))
    books = content.crosswalk.rulebooks
    rows = {each.id: each for book in books for each in book.requirements}
    return courses.Teaching(content.facts, standings, rows)


def _claims(content: ReleaseContent) -> Iterable[courses.Standing]:
    for claim in content.claims.values():
        yield courses.Standing("claim", claim.id, claim.claim, frozenset(claim.facts))


def _items(content: ReleaseContent) -> Iterable[courses.Standing]:
    for bank, item in _each_item_once(content):
        facts = frozenset(quizzes.cited_facts(item))
        yield courses.Standing("item", item.id, bank.title, facts)


def _each_item_once(content: ReleaseContent) -> Iterable[tuple[quizzes.Bank, quizzes.Item]]:
    """Every item with the bank it is written in, if that is in the release."""
    found: dict[str, tuple[quizzes.Bank, quizzes.Item]] = {}
    for bank in sorted(content.banks.values(), key=lambda bank: bool(bank.draws_from)):
        for item in bank.items:
            found.setdefault(item.id, (bank, item))
    return found.values()
