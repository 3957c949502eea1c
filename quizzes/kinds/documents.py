"""The details of a kind as JSON-able data, and back."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from quizzes.kinds.details import (
    Concordance,
    Constructed,
    Criterion,
    Details,
    Hotspot,
    Kind,
    Matching,
    Near,
    Numeric,
    Prompt,
    Region,
    Unit,
)


def details_to_document(details: Details) -> dict[str, Any]:
    """The details as JSON-able data; decimals and fractions as text, since they must stay exact."""
    match details:
        case Matching():
            return {"prompts": [_prompt_to_document(prompt) for prompt in details.prompts]}
        case Numeric():
            return _numeric_to_document(details)
        case Concordance():
            return {"panel": list(details.panel)}
        case Hotspot():
            return _hotspot_to_document(details)
        case Constructed():
            return _constructed_to_document(details)


def details_from_document(kind: Kind, document: Mapping[str, Any] | None) -> Details | None:
    """The details of a document written by `details_to_document`; KeyError or ValueError if bad."""
    return None if document is None else _READERS[kind](document)


def _prompt_to_document(prompt: Prompt) -> dict[str, Any]:
    return {
        "id": prompt.id,
        "text": prompt.text,
        "key": prompt.key,
        "rationale": prompt.rationale,
    }


def _numeric_to_document(details: Numeric) -> dict[str, Any]:
    return {
        "value": str(details.value),
        "tolerance": str(details.tolerance),
        "unit": details.unit,
        "units": [{"name": unit.name, "factor": str(unit.factor)} for unit in details.units],
        "rationale": details.rationale,
        "near": [
            {
                "value": str(near.value),
                "tolerance": str(near.tolerance),
                "share": str(near.share),
                "rationale": near.rationale,
            }
            for near in details.near
        ],
    }


def _hotspot_to_document(details: Hotspot) -> dict[str, Any]:
    return {
        "figure": details.figure,
        "alt": details.alt,
        "width": details.width,
        "height": details.height,
        "regions": [
            {"option": region.option, "shape": region.shape, "coords": list(region.coords)}
            for region in details.regions
        ],
    }


def _constructed_to_document(details: Constructed) -> dict[str, Any]:
    return {
        "criteria": [
            {"id": criterion.id, "text": criterion.text, "points": criterion.points}
            for criterion in details.criteria
        ],
        "max_words": details.max_words,
        "model": details.model,
    }


def _matching(document: Mapping[str, Any]) -> Matching:
    return Matching(tuple(Prompt(**prompt) for prompt in document["prompts"]))


def _numeric(document: Mapping[str, Any]) -> Numeric:
    return Numeric(
        value=Decimal(document["value"]),
        tolerance=Decimal(document["tolerance"]),
        unit=document["unit"],
        units=tuple(Unit(unit["name"], Fraction(unit["factor"])) for unit in document["units"]),
        rationale=document["rationale"],
        near=tuple(
            Near(
                value=Decimal(near["value"]),
                tolerance=Decimal(near["tolerance"]),
                share=Fraction(near["share"]),
                rationale=near["rationale"],
            )
            for near in document["near"]
        ),
    )


def _concordance(document: Mapping[str, Any]) -> Concordance:
    return Concordance(tuple(document["panel"]))


def _hotspot(document: Mapping[str, Any]) -> Hotspot:
    return Hotspot(
        figure=document["figure"],
        alt=document["alt"],
        width=document["width"],
        height=document["height"],
        regions=tuple(
            Region(region["option"], region["shape"], tuple(region["coords"]))
            for region in document["regions"]
        ),
    )


def _constructed(document: Mapping[str, Any]) -> Constructed:
    return Constructed(
        criteria=tuple(Criterion(**criterion) for criterion in document["criteria"]),
        max_words=document["max_words"],
        model=document["model"],
    )


_READERS: dict[Kind, Callable[[Mapping[str, Any]], Details]] = {
    "matching": _matching,
    "numeric": _numeric,
    "concordance": _concordance,
    "hotspot": _hotspot,
    "constructed": _constructed,
}
