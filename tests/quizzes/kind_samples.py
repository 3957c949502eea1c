"""One item of each kind, for tests of whatever treats kinds alike."""

import dataclasses
from datetime import date
from decimal import Decimal
from fractions import Fraction

from quizzes import (
    Concordance,
    Constructed,
    Criterion,
    Hotspot,
    Item,
    Matching,
    Near,
    Numeric,
    Option,
    Prompt,
    Region,
    Unit,
)


def options(letters: str, keys: str = "") -> tuple[Option, ...]:
    return tuple(Option(x, f"Text {x}", x in keys, "Because.") for x in letters)


PLAIN = Item(
    id="SS-001",
    objective="M1-1",
    level="recall",
    safety_critical=False,
    stem="",
    lead_in="What is the answer?",
    options=options("abcde", "b"),
    facts=("SET-001",),
    author="Curriculum team",
    reviewed_on=date(2026, 11, 22),
    review_by=date(2027, 11, 22),
)
NUMERIC = Numeric(
    Decimal(450),
    Decimal(10),
    "ms",
    (Unit("ms", Fraction(1)), Unit("s", Fraction(1000)), Unit("µs", Fraction(1, 1000))),
    "So it is.",
    (
        Near(Decimal(400), Decimal(0), Fraction(1, 2), "Not corrected."),
        Near(Decimal(400), Decimal(20), Fraction(1, 4), "Close to it."),
    ),
)
ITEMS: dict[str, Item] = {
    "single": PLAIN,
    "multiple": dataclasses.replace(PLAIN, kind="multiple", options=options("abcde", "ace")),
    "matching": dataclasses.replace(
        PLAIN,
        kind="matching",
        options=options("abc"),
        details=Matching(
            tuple(Prompt(str(n + 1), f"Line {n}", key, "So.") for n, key in enumerate("abca"))
        ),
    ),
    "ordering": dataclasses.replace(PLAIN, kind="ordering", options=options("abcd")),
    "numeric": dataclasses.replace(PLAIN, kind="numeric", options=(), details=NUMERIC),
    "concordance": dataclasses.replace(
        PLAIN,
        kind="concordance",
        options=options("abcde"),
        details=Concordance((0, 2, 6, 4, 0)),
        fixed_order=True,
    ),
    "hotspot": dataclasses.replace(
        PLAIN,
        kind="hotspot",
        options=options("abc", "c"),
        details=Hotspot(
            "room.svg", "A room.", 90, 60, tuple(Region(x, "circle", (9, 9, 3)) for x in "abc")
        ),
    ),
    "constructed": dataclasses.replace(
        PLAIN,
        kind="constructed",
        options=(),
        details=Constructed(
            (Criterion("1", "Names it", 2), Criterion("2", "Says why", 1)), 50, "It."
        ),
    ),
}
PLAIN_NUMBER = dataclasses.replace(
    ITEMS["numeric"], details=dataclasses.replace(NUMERIC, unit="", units=())
)
