"""Finding facts: by the words in them, by area, strength and status, by whether review is due."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from courses.evidence import Fact

# What may be asked of a fact's standing; the words for it are the page's.
STATUSES: Mapping[str, Callable[[Fact], bool]] = {
    "seen": lambda fact: (
        fact.status == "seen" and not fact.is_secondary and not fact.is_practice_advice
    ),
    "recalled": lambda fact: fact.is_recalled,
    "secondary": lambda fact: fact.is_secondary,
    "advice": lambda fact: fact.is_practice_advice,
    "uncertain": lambda fact: fact.is_uncertain,
    "retracted": lambda fact: fact.is_retracted,
}


@dataclass(frozen=True, slots=True)
class FactQuery:
    """What somebody looks for; an empty value asks for nothing.

    `words` have to stand, each of them, somewhere in the id, the statement or the source.
    """

    words: str = ""
    area: str = ""
    strength: str = ""
    status: str = ""
    past_review: bool = False


def strength_of(fact: Fact) -> str:
    """The kind of evidence without the remark in brackets that may follow it."""
    return fact.strength.partition(" (")[0]


def find_facts(facts: Iterable[Fact], query: FactQuery, today: date) -> tuple[Fact, ...]:
    """The facts that answer the query, in order of their ids; case makes no difference.

    A status that is not known finds nothing: a filter that is misspelt must not seem to be none.
    """
    words = query.words.casefold().split()
    found = [
        fact
        for fact in facts
        if (not query.area or fact.area == query.area)
        and (not query.strength or strength_of(fact) == query.strength)
        and (not query.status or _has_status(fact, query.status))
        and (not query.past_review or fact.is_past_review(today))
        and _holds(fact, words)
    ]
    return tuple(sorted(found, key=lambda fact: fact.id))


def _has_status(fact: Fact, status: str) -> bool:
    ask = STATUSES.get(status)
    return ask is not None and ask(fact)


def _holds(fact: Fact, words: list[str]) -> bool:
    text = f"{fact.id}\n{fact.statement}\n{fact.source}".casefold()
    return all(word in text for word in words)
