"""What a course asks of practice with people, and how far a signed log of it goes, rule by rule.

Nothing here says that a log meets a regulator's rule: each rule names the rows of the crosswalk
that it rests on, and these say how sure anybody can be.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast, get_args

from courses.checklists import Checklist, checklist_from_document, checklist_to_document

Measure = Literal[
    "practicum-hours",
    "administration-hours",
    "counted-consultation-hours",
    "consultation-group",
    "consultation-months",
    "dosing-sessions",
]
MEASURES: tuple[str, ...] = get_args(Measure)
# What is capped; everything else is asked for at least.
CAPS = frozenset({"counted-consultation-hours", "consultation-group"})
IN_HOURS = frozenset({"practicum-hours", "administration-hours", "counted-consultation-hours"})
AN_HOUR, A_YEAR = 60, 12


@dataclass(frozen=True, slots=True)
class PracticeRule:
    """One minimum or cap: `amount` hours, people, months or sessions, as its measure says.

    `rests_on` names the rows of the crosswalk in which the number was read.
    """

    measure: Measure
    amount: int
    rests_on: tuple[str, ...]

    @property
    def is_cap(self) -> bool:
        """Whether it is the most that counts, not the least that is asked for."""
        return self.measure in CAPS

    @property
    def is_in_hours(self) -> bool:
        """Whether its amount is hours, which are reckoned in minutes."""
        return self.measure in IN_HOURS

    @property
    def wanted(self) -> int:
        """Its amount in the unit of the reckoning: minutes, people, months, sessions."""
        return self.amount * AN_HOUR if self.is_in_hours else self.amount


@dataclass(frozen=True, slots=True)
class Practice:
    """What a course asks of practice: rules for the log, checklists for observed skills.

    `is_demanded` says whether the credential waits for the log where a programme decides nothing.
    """

    intro: str = ""
    is_demanded: bool = False
    rules: tuple[PracticeRule, ...] = ()
    checklists: tuple[Checklist, ...] = ()

    @property
    def citations(self) -> tuple[str, ...]:
        """The facts that the lines of the checklists stand on, each once."""
        return tuple(dict.fromkeys(fact for each in self.checklists for fact in each.citations))

    def find_checklist(self, slug: str) -> Checklist | None:
        """The checklist of this name, if there is one."""
        return next((each for each in self.checklists if each.slug == slug), None)


NO_PRACTICE = Practice()


@dataclass(frozen=True, slots=True)
class PracticeDone:
    """One row of a log that its supervisor signed: a day of practicum, or a consultation.

    Minutes of administration sessions and of other practice belong to practicum, minutes of
    consultation and the number of people in its group to consultation.
    """

    on: date
    administration_minutes: int = 0
    other_minutes: int = 0
    dosing_sessions: int = 0
    consultation_minutes: int = 0
    group_size: int = 0


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """How far a log goes towards one minimum, in the unit of the rule."""

    rule: PracticeRule
    reached: int

    @property
    def missing(self) -> int:
        """What is still missing: minutes, months or sessions; nothing when it is enough."""
        return max(0, self.rule.wanted - self.reached)


@dataclass(frozen=True, slots=True)
class PracticeStanding:
    """How a log stands: each minimum, and the minutes of consultation that caps left out.

    `too_large` minutes were spent in groups larger than the cap, `over_cap` minutes are more
    consultation than counts towards the practicum.
    """

    lines: tuple[RuleStanding, ...]
    administration_minutes: int
    other_minutes: int
    consultation_minutes: int
    dosing_sessions: int
    too_large: int
    over_cap: int

    @property
    def is_enough(self) -> bool:
        """Whether no minimum is short of anything; so it is where nothing is asked."""
        return not any(line.missing for line in self.lines)


def practice_standing(
    rules: Iterable[PracticeRule], done: Iterable[PracticeDone]
) -> PracticeStanding:
    """How far the signed rows of a log go.

    A consultation in a group above the cap counts for nothing. What is left counts in full as
    consultation, and towards the practicum up to its own cap. Months are whole months from the
    first to the last consultation that counts.
    """
    asked = tuple(rules)
    caps = {rule.measure: rule.wanted for rule in asked if rule.is_cap}
    rows = tuple(done)
    largest = caps.get("consultation-group")
    meetings = [row for row in rows if row.consultation_minutes]
    counted = [row for row in meetings if largest is None or row.group_size <= largest]
    administration = sum(row.administration_minutes for row in rows)
    other = sum(row.other_minutes for row in rows)
    consultation = sum(row.consultation_minutes for row in counted)
    towards = min(consultation, caps.get("counted-consultation-hours", consultation))
    days = [row.on for row in counted]
    sessions = sum(row.dosing_sessions for row in rows)
    reached = {
        "practicum-hours": administration + other + towards,
        "administration-hours": administration,
        "consultation-months": whole_months(min(days), max(days)) if days else 0,
        "dosing-sessions": sessions,
    }
    return PracticeStanding(
        lines=tuple(RuleStanding(rule, reached[rule.measure]) for rule in asked if not rule.is_cap),
        administration_minutes=administration,
        other_minutes=other,
        consultation_minutes=consultation,
        dosing_sessions=sessions,
        too_large=sum(row.consultation_minutes for row in meetings) - consultation,
        over_cap=consultation - towards,
    )


def whole_months(first: date, last: date) -> int:
    """The whole calendar months from one day to a later one; the end of a month ends it.

    From 31 January to 28 February of a common year is one month, as it is to 1 March.
    """
    months = (last.year - first.year) * A_YEAR + last.month - first.month
    same_day = min(first.day, monthrange(last.year, last.month)[1])
    return months - (last.day < same_day)


def practice_to_document(practice: Practice) -> dict[str, Any]:
    """What is asked as JSON-able values; nothing asked is not written, so older hashes hold."""
    if practice == NO_PRACTICE:
        return {}
    return {
        "practice": {
            "intro": practice.intro,
            "is_demanded": practice.is_demanded,
            "rules": [
                {"measure": rule.measure, "amount": rule.amount, "rests_on": list(rule.rests_on)}
                for rule in practice.rules
            ],
            "checklists": [checklist_to_document(each) for each in practice.checklists],
        }
    }


def practice_from_document(document: Mapping[str, Any]) -> Practice:
    """What `practice_to_document` wrote into the document of a course."""
    written = document.get("practice")
    if written is None:
        return NO_PRACTICE
    return Practice(
        intro=written["intro"],
        is_demanded=written["is_demanded"],
        rules=tuple(_rule(each) for each in written["rules"]),
        checklists=tuple(checklist_from_document(each) for each in written["checklists"]),
    )


def _rule(written: Mapping[str, Any]) -> PracticeRule:
    measure = cast(Measure, written["measure"])
    return PracticeRule(measure, written["amount"], tuple(written["rests_on"]))


def practice_faults(rules: tuple[PracticeRule, ...]) -> Iterator[tuple[int, str]]:
    """What is wrong among the rules of a log: each fault with its rule's place."""
    amounts: dict[str, int] = {}
    for place, rule in enumerate(rules):
        if rule.measure in amounts:
            yield place, f"two rules have the measure {rule.measure}"
        amounts[rule.measure] = rule.amount
        total = amounts.get("practicum-hours")
        part = amounts.get("administration-hours")
        if total is not None and part is not None and part > total:
            yield place, f"{part} hours in administration sessions are more than the {total} in all"
