"""Constructed answers: a rubric that two markers would read alike, and a model that earns it."""

import re
from collections.abc import Iterator

from quizzes.flaws.findings import Check, Finding, Surroundings, sure, suspect
from quizzes.flaws.texts import bare, quoted_list, telling_words, words
from quizzes.items import Item
from quizzes.kinds.details import Constructed

FEWEST_CRITERION_WORDS = 3
_VAGUE = re.compile(
    r"\b(?:good|well|appropriate(?:ly)?|adequate(?:ly)?|reasonable|reasonably|sensible|sensibly"
    r"|proper(?:ly)?|nice(?:ly)?|etc|and so on|or similar)\b",
    re.IGNORECASE,
)


def rubric(item: Item, _: Surroundings) -> Iterator[Finding]:
    """Criteria that are missing, said twice, worth nothing, or in the eye of the marker."""
    details = item.details
    if not isinstance(details, Constructed):
        return
    if details.points < 2:
        yield suspect("rubric", f"the rubric gives {details.points} points: all or nothing.")
    same: dict[tuple[str, ...], list[str]] = {}
    for criterion in details.criteria:
        text = bare(criterion.text)
        same.setdefault(words(text), []).append(criterion.id)
        if criterion.points < 1:
            yield sure("rubric", f"criterion {criterion.id} is worth {criterion.points} points.")
        if len(words(text)) < FEWEST_CRITERION_WORDS:
            yield suspect("rubric", f"criterion {criterion.id} (“{text}”) says too little to mark.")
        elif said := _VAGUE.findall(text):
            yield suspect(
                "rubric",
                f"criterion {criterion.id} is in the eye of the marker: {quoted_list(said)}.",
            )
    for numbers in same.values():
        if len(numbers) > 1:
            yield sure("rubric", f"criteria {' and '.join(numbers)} say the same.")


def model_answer(item: Item, _: Surroundings) -> Iterator[Finding]:
    """A model answer that is missing, too long to be given, or does not earn its own rubric."""
    details = item.details
    if not isinstance(details, Constructed):
        return
    model = bare(details.model)
    if not words(model):
        yield sure("rubric", "there is no model answer.")
        return
    if (count := len(words(model))) > details.max_words:
        yield sure(
            "rubric", f"the model answer has {count} words, the limit is {details.max_words}."
        )
    shown = telling_words(model)
    for criterion in details.criteria:
        asked = telling_words(bare(criterion.text))
        if asked and not asked.keys() & shown.keys():
            yield suspect(
                "rubric",
                f"the model answer uses no word of criterion {criterion.id} "
                f"(“{bare(criterion.text)[:60]}”).",
            )


CHECKS: tuple[Check, ...] = (rubric, model_answer)
