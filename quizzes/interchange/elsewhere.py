"""What another system does not see of an exported item: the loss report of an export."""

from collections.abc import Iterator
from typing import Literal

from quizzes.interchange.drafts import Loss
from quizzes.items import Bank, Item
from quizzes.kinds.details import Concordance, Constructed, Hotspot, Matching, Numeric

Target = Literal["qti3", "moodle"]
_OWN = "it rides along in this project's own part of the file, which others leave unread"
_MOODLE_LISTED = "Moodle has one feedback for the whole question; they stand there as a list"


def lost_elsewhere(bank: Bank, target: Target) -> dict[str, tuple[Loss, ...]]:
    """For each item by id what a system other than this one will not show, mark or keep.

    This project reads all of it back.
    """
    judge = _in_qti if target == "qti3" else _in_moodle
    return {item.id: (*_anywhere(item), *judge(item)) for item in bank.items}


def _anywhere(item: Item) -> Iterator[Loss]:
    yield Loss("level, author, dates of review", _OWN)
    if isinstance(item.details, Numeric) and len(item.details.units) > 1:
        yield Loss("the exact factors of units", _OWN)


def _in_qti(item: Item) -> Iterator[Loss]:
    if item.safety_critical:
        yield Loss("safety-critical", _OWN)
    if item.domain:
        yield Loss("the domain", _OWN)
    match item.details:
        case Concordance():
            yield Loss("the panel's votes", f"the marks for each option are there; {_OWN}")
        case Numeric() if item.details.unit:
            yield Loss("answers in a unit", f"a QTI answer is a plain number; {_OWN}")
        case Constructed():
            yield Loss("the limit of words", f"QTI counts characters; {_OWN}")
    if item.kind == "ordering":
        yield Loss("marks for part of the order", "QTI compares the whole order")


def _in_moodle(item: Item) -> Iterator[Loss]:
    if item.vignette:
        yield Loss("the tie to the vignette", f"its stages are descriptions in Moodle; {_OWN}")
    if any(option.anchored for option in item.options):
        yield Loss("anchored options", f"Moodle shuffles all options or none; {_OWN}")
    match item.details:
        case Concordance():
            yield Loss("the panel's votes", f"the marks for each option are there; {_OWN}")
        case Matching():
            yield Loss("rationales apart", _MOODLE_LISTED)
        case Hotspot():
            yield Loss("the regions that are wrong", f"Moodle knows the right place only; {_OWN}")
            yield Loss("rationales apart", _MOODLE_LISTED)
        case Constructed():
            yield Loss("marking by criteria", "they stand in the information for graders")
    if item.kind == "ordering":
        yield Loss("rationales apart", _MOODLE_LISTED)
