"""Draws items of every kind, with the texts that formats get wrong, and banks of them."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from quizzes import (
    KINDS,
    Bank,
    Cell,
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
    Specification,
    Unit,
    Vignette,
)
from quizzes.interchange.texts import harmless

FIGURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"/>'
FIGURES = {"room.svg": FIGURE, "brain-side.svg": FIGURE}

_WORDS = (
    *(
        "rest",
        "QTc",
        "450",
        "ms",
        "été",
        "日本",
        "*bold*",
        "**very**",
        "_so_",
        "`x`",
        "a_b",
        "_____",
    ),
    *(
        "<3",
        "< 5",
        "A & B",
        "&amp;",
        "&lt;",
        "[@SET-001]",
        "[@ADV-001; @ADV-002]",
        "[link](https://a.org/b)",
    ),
    *(
        "1.",
        "2)",
        "-",
        "+",
        "#",
        ">",
        "|",
        "\\",
        "\\*",
        '"quoted"',
        "it's",
        "{x}",
        "~",
        "=",
        "->",
        ":",
        "]]>",
    ),
    *("\u00a0", "\u2028", "e\u0301", "😀", "m²", "x\ty"),
)
_BREAKS = (" ", " ", " ", " ", "\n", "\n\n", "  \n", "\n- ", "\n\n1. ", "")
_DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@st.composite
def texts(draw: Any) -> str:
    """Markdown such as authors write, and such as nobody would."""
    parts = draw(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=7))
    breaks = [draw(st.sampled_from(_BREAKS)) for _ in parts]
    text = "".join(a + b for a, b in zip(parts, breaks, strict=True)).strip()
    return text if text and harmless(text) == text else "rest"


names = st.from_regex(r"[A-Za-z0-9]{1,6}(-[A-Za-z0-9]{1,6}){0,2}", fullmatch=True)
numbers = st.decimals(Decimal(-99999), Decimal(99999), places=3)
margins = st.decimals(Decimal(0), Decimal(99), places=2)


@st.composite
def options(draw: Any, least: int, most: int, keys: str, *, anchors: bool) -> tuple[Option, ...]:
    """Options with letters: one key, some of them, or none."""
    shown = draw(st.lists(texts(), min_size=least, max_size=most, unique=True))
    right = {draw(st.integers(0, len(shown) - 1))} if keys != "none" else set()
    if keys == "some":
        right |= draw(st.sets(st.integers(0, len(shown) - 1), max_size=len(shown) - 1))
        right = set(sorted(right)[: len(shown) - 1])
    return tuple(
        Option(letter, text, index in right, draw(texts()), anchors and draw(st.booleans()))
        for index, (letter, text) in enumerate(zip("abcdefgh", shown, strict=False))
    )


@st.composite
def _matching(draw: Any) -> dict[str, Any]:
    offered = draw(options(3, 8, "none", anchors=True))
    lines = draw(st.lists(texts(), min_size=2, max_size=9, unique=True))
    letters = st.sampled_from([each.id for each in offered])
    prompts = tuple(
        Prompt(str(n), text, draw(letters), draw(texts())) for n, text in enumerate(lines, start=1)
    )
    return {
        "options": offered,
        "details": Matching(prompts),
        "fixed_order": draw(st.booleans()),
    }


@st.composite
def _numeric(draw: Any) -> dict[str, Any]:
    shares = st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=60)
    near = tuple(
        Near(draw(numbers), draw(margins), draw(shares), draw(texts()))
        for _ in range(draw(st.integers(0, 3)))
    )
    unit = draw(st.sampled_from(["", "ms", "mg/kg", "°C"]))
    others = draw(st.lists(st.sampled_from(["s", "µg", "h"]), unique=True)) if unit else []
    factors = st.fractions(Fraction(1, 1000), Fraction(1000), max_denominator=1000)
    units = (Unit(unit, Fraction(1)),) if unit else ()
    units += tuple(Unit(name, draw(factors)) for name in others)
    return {"details": Numeric(draw(numbers), draw(margins), unit, units, draw(texts()), near)}


@st.composite
def _concordance(draw: Any) -> dict[str, Any]:
    scale = draw(options(3, 7, "none", anchors=False))
    votes = draw(st.lists(st.integers(0, 30), min_size=len(scale), max_size=len(scale)))
    votes[draw(st.integers(0, len(scale) - 1))] += 1
    return {"options": scale, "details": Concordance(tuple(votes)), "fixed_order": True}


@st.composite
def _hotspot(draw: Any) -> dict[str, Any]:
    places = draw(options(3, 8, "one", anchors=False))
    coordinate = st.integers(1, 90)
    sizes = {"rect": 4, "circle": 3, "poly": 6}
    regions = []
    for place in places:
        shape = draw(st.sampled_from(sorted(sizes)))
        coords = [draw(coordinate) for _ in range(sizes[shape])]
        regions.append(Region(place.id, shape, tuple(coords)))
    alt = " ".join(draw(st.lists(st.sampled_from(["Room", "from", "above"]), min_size=1)))
    figure = draw(st.sampled_from(sorted(FIGURES)))
    return {"options": places, "details": Hotspot(figure, alt, 100, 100, tuple(regions))}


@st.composite
def _constructed(draw: Any) -> dict[str, Any]:
    lines = draw(st.lists(st.tuples(texts(), st.integers(1, 20)), min_size=1, max_size=9))
    criteria = tuple(Criterion(str(n), *line) for n, line in enumerate(lines, start=1))
    return {"details": Constructed(criteria, draw(st.integers(5, 500)), draw(texts()))}


@st.composite
def parts(draw: Any, kind: str) -> dict[str, Any]:
    """What an item of a kind has beyond its head."""
    if kind in ("single", "multiple"):
        chosen = options(3, 5, "one", anchors=True)
        if kind == "multiple":
            chosen = options(3, 8, "some", anchors=True)
        return {"options": draw(chosen), "fixed_order": draw(st.booleans())}
    if kind == "ordering":
        return {"options": draw(options(3, 8, "none", anchors=False))}
    makers = {
        "matching": _matching,
        "numeric": _numeric,
        "concordance": _concordance,
        "hotspot": _hotspot,
        "constructed": _constructed,
    }
    return draw(makers[kind]())


@st.composite
def items(draw: Any, kind: str, vignette: Vignette | None = None) -> Item:
    """An item of a kind as a bank could hold it."""
    reviewed_on = draw(_DAYS)
    return Item(
        **{"options": (), "fixed_order": False} | draw(parts(kind)),
        id=draw(names),
        objective=draw(names),
        level=draw(st.sampled_from(["recall", "application", "analysis"])),
        safety_critical=draw(st.booleans()),
        stem=draw(st.one_of(st.just(""), texts())),
        lead_in=draw(texts()),
        facts=tuple(draw(st.lists(st.sampled_from(["SET-001", "ADV-002"]), min_size=1))),
        author=draw(st.sampled_from(["Curriculum team", "Dr A. Öz <oz@example.org>"])),
        reviewed_on=reviewed_on,
        review_by=reviewed_on + timedelta(days=365),
        kind=kind,
        domain=draw(st.sampled_from(["", "Safety & ethics"])),
        vignette=vignette.id if vignette else None,
        stage=draw(st.integers(1, len(vignette.stages))) if vignette else 0,
    )


@st.composite
def banks(draw: Any) -> Bank:
    """A bank with an item of every kind, some of them on a vignette."""
    stages = draw(st.lists(texts(), min_size=1, max_size=3))
    vignette = Vignette(draw(names), draw(st.sampled_from(["A night", "Day / two"])), tuple(stages))
    drawn = [draw(items(kind, draw(st.sampled_from([None, vignette])))) for kind in KINDS]
    unique = {item.id.casefold(): item for item in drawn}
    cells = (Cell("M1-1", 2), Cell("M1-2", 1, level="recall", safety_critical=True))
    return Bank(
        id="drawn-bank",
        title=draw(st.sampled_from(["Set and setting", "Law / ethics & more"])),
        language=draw(st.sampled_from(["en-GB", "de"])),
        specification=Specification(cells, 80, "Provisional."),
        items=tuple(unique.values()),
        vignettes=(vignette,),
    )
