"""The rules a paper is sat under: time, retakes, navigation, certainty, safety and feedback."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Rules:
    """How a paper is sat and judged; the defaults are those of an untimed learning quiz.

    `time_limit_minutes` None is no limit; `grace_seconds` is how long after the end an answer
    still counts. `attempts` None is as many as one likes, `cool_down_hours` lie between a failed
    attempt and the next; `remedial` asks for the lessons of missed objectives first. `certainty`:
    not asked, asked, or used for marks. `safety` "must-resolve" lets no safety-critical miss pass.
    `exposure_percent`: an item may be on at most this share of the bank's recent papers.
    """

    time_limit_minutes: int | None = None
    grace_seconds: int = 0
    attempts: int | None = None
    cool_down_hours: int = 0
    remedial: bool = False
    navigation: Literal["free", "forward"] = "free"
    certainty: Literal["off", "asked", "marked"] = "off"
    safety: Literal["reported", "must-resolve"] = "reported"
    feedback: Literal["learning", "certification", "secure"] = "learning"
    exposure_percent: int | None = None


DEFAULT_RULES = Rules()


def rules_to_document(rules: Rules) -> dict[str, Any]:
    """The rules that differ from the defaults, as JSON-able data; empty when none does."""
    usual = asdict(DEFAULT_RULES)
    return {key: value for key, value in asdict(rules).items() if value != usual[key]}


def rules_from_document(document: Mapping[str, Any]) -> Rules:
    """The rules of a document written by `rules_to_document`; TypeError for an unknown rule."""
    return Rules(**document)
