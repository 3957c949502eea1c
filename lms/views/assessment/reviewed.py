"""An item after submission: what was answered, what is right, and why, row by row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _

import quizzes
from lms.services.catalogue import ShownItem
from lms.views.assessment.fields import LETTERS, safe


@dataclass(frozen=True, slots=True)
class Answered:
    """An item as it stood on a paper, with what was answered and what a marker gave."""

    item: quizzes.Item
    slot: quizzes.Slot
    shown: ShownItem
    answer: str | None
    points: Mapping[str, int]

    def letter(self, option: str) -> str:
        """Return the letter under which an option was shown."""
        return LETTERS[self.slot.option_order.index(option)]

    def named(self, option: str) -> str:
        """Return an option in words, with its letter."""
        return f"{self.letter(option)}. {safe(self.shown.options[option]).striptags()}"


def rows_of(answered: Answered) -> dict[str, Any]:
    """Return the rows that explain an item, and what stands before and after them."""
    return _ROWS[answered.item.kind](answered)


def state_of_mark(mark: Fraction | None, answer: str | None) -> str:
    """Return "right", "partly", "wrong" or "open" for a mark."""
    if answer is None:
        return "open"
    if mark is None or mark == 0:
        return "wrong"
    return "right" if mark == 1 else "partly"


def _row(text: Any, **more: Any) -> dict[str, Any]:
    empty = {"letter": "", "state": None, "word": "", "is_yours": False, "note": "", "why": ""}
    return {"text": text, **empty, **more}


def _choices(answered: Answered) -> dict[str, Any]:
    keys = {option.id for option in answered.item.keys}
    chosen = set((answered.answer or "").split(","))
    is_one = len(keys) == 1 and answered.item.kind != "multiple"
    right = _("Best answer") if is_one else _("Right choice")
    wrong = _("Not the best answer") if is_one else _("Not a right choice")
    rows = []
    for option in answered.slot.option_order:
        is_key, is_chosen = option in keys, option in chosen
        rows.append(
            _row(
                safe(answered.shown.options[option]),
                letter=answered.letter(option),
                state="done" if is_key else ("failed" if is_chosen else "open"),
                word=right if is_key else wrong,
                is_yours=is_chosen,
                why=safe(answered.shown.rationales[option]),
            )
        )
    return {"rows": rows}


def _matching(answered: Answered) -> dict[str, Any]:
    details = answered.item.details
    assert isinstance(details, quizzes.Matching)
    given = {part[0]: part[1:] for part in (answered.answer or "").split(",") if part}
    prompts = {prompt.id: prompt for prompt in details.prompts}
    rows = []
    for key in answered.slot.prompt_order:
        mine, right = given.get(key), prompts[key].key
        note = _("Right: %(option)s", option=answered.named(right))
        if mine and mine != right:
            note = _("Yours: %(option)s", option=answered.named(mine)) + " · " + note
        rows.append(
            _row(
                safe(answered.shown.prompts[key]),
                state="done" if mine == right else ("failed" if mine else "open"),
                word=_("Right") if mine == right else (_("Wrong") if mine else _("No answer")),
                note=note,
                why=safe(answered.shown.prompt_rationales[key]),
            )
        )
    others = [
        _row(
            safe(answered.shown.options[option]),
            letter=answered.letter(option),
            why=safe(answered.shown.rationales[option]),
        )
        for option in answered.slot.option_order
    ]
    return {"rows": rows, "options": others}


def _ordering(answered: Answered) -> dict[str, Any]:
    mine = answered.answer.split(",") if answered.answer else []
    rows = []
    for place, option in enumerate(answered.item.options, start=1):
        at = mine.index(option.id) + 1 if mine else None
        rows.append(
            _row(
                safe(answered.shown.options[option.id]),
                letter=str(place),
                state="open" if at is None else ("done" if at == place else "failed"),
                word=_("Place %(n)s", n=place),
                note=_("You put it at place %(n)s", n=at) if at and at != place else "",
                why=safe(answered.shown.rationales[option.id]),
            )
        )
    return {"rows": rows, "note": _("The right order, step by step. Pairs in order count.")}


def _numeric(answered: Answered) -> dict[str, Any]:
    details = answered.item.details
    assert isinstance(details, quizzes.Numeric)
    value = f"{details.value:f} {details.unit}".strip()
    if details.tolerance:
        value = _("%(value)s, give or take %(tolerance)s", value=value,
                  tolerance=f"{details.tolerance:f} {details.unit}".strip())  # fmt: skip
    mine = answered.answer
    mark = quizzes.mark(answered.item, mine)
    rows = [
        _row(
            value,
            state="done" if mark == 1 else "open",
            word=_("Right"),
            is_yours=mark == 1,
            why=safe(answered.shown.rationale),
        )
    ]
    if mine and mark != 1:
        rows.insert(0, _row(mine, state="failed", word=_("Not right"), is_yours=True))
    near = [
        _row(
            f"{each.value:f} {details.unit}".strip(),
            state="info",
            word=_("Part of the mark"),
            why=safe(why),
        )
        for each, why in zip(details.near, answered.shown.near_rationales, strict=True)
    ]
    return {"rows": rows + near}


def _concordance(answered: Answered) -> dict[str, Any]:
    details = answered.item.details
    assert isinstance(details, quizzes.Concordance)
    votes = dict(zip((option.id for option in answered.item.options), details.panel, strict=True))
    total, most = sum(votes.values()), max(votes.values())
    rows = [
        _row(
            safe(answered.shown.options[option]),
            state="done" if votes[option] == most else "open",
            word=_("%(num)s of %(total)s panellists", num=votes[option], total=total),
            is_yours=answered.answer == option,
            why=safe(answered.shown.rationales[option]),
        )
        for option in answered.slot.option_order
    ]
    return {"rows": rows, "note": _("Votes for your option / votes for the commonest one.")}


def _constructed(answered: Answered) -> dict[str, Any]:
    details = answered.item.details
    assert isinstance(details, quizzes.Constructed)
    rows = []
    for criterion in details.criteria:
        given = answered.points.get(criterion.id, 0)
        rows.append(
            _row(
                safe(answered.shown.criteria[criterion.id]),
                state="done" if given == criterion.points else ("progress" if given else "open"),
                word=_("%(given)s of %(most)s points", given=given, most=criterion.points),
            )
        )
    return {"rows": rows, "text": answered.answer, "model": safe(answered.shown.model)}


_ROWS: dict[str, Callable[[Answered], dict[str, Any]]] = {
    "single": _choices,
    "multiple": _choices,
    "hotspot": _choices,
    "matching": _matching,
    "ordering": _ordering,
    "numeric": _numeric,
    "concordance": _concordance,
    "constructed": _constructed,
}
