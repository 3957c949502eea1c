"""What to say when a bank's shape does not hold: a code and a sentence in an author's words."""

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from quizzes.bank_yaml import Location
from quizzes.items import OPTION_IDS


def complaints(error: ValidationError) -> Iterator[tuple[Location, str, str]]:
    """Each thing a validation found: where, a short code, and a sentence's end for the author."""
    for detail in error.errors(include_url=False):
        code = _code(detail)
        yield detail["loc"], code, _sentence(detail)


def describe(location: Location) -> str:
    """A location in an author's words: `("options", 2, "rationale")` is "option c, rationale"."""
    words: list[str] = []
    for step in location:
        if isinstance(step, str):
            words.append(step)
        elif words and words[-1] == "options":
            letter = OPTION_IDS[step] if step < len(OPTION_IDS) else str(step + 1)
            words[-1] = f"option {letter}"
        elif words:
            words[-1] = f"{_ONE_OF.get(words[-1], words[-1])} {step + 1}"
    return ", ".join(words)


_ONE_OF = {
    "prompts": "prompt",
    "units": "unit",
    "near": "near value",
    "criteria": "criterion",
    "vignettes": "vignette",
    "stages": "stage",
}

_CODES = {
    "missing": "missing-key",
    "extra_forbidden": "unknown-key",
    "invalid_key": "unknown-key",
    "string_too_short": "empty",
    "control_character": "control-character",
    "string_unicode": "control-character",
}

_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not a key a bank knows here",
    "invalid_key": "is not a key a bank knows here",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_unicode": "must hold no half of a character (an escape such as \\ud800)",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "date_type": "must be a date such as 2026-11-22",
    "list_type": "must be a list",
    "model_type": "must be a block of keys",
    "dict_type": "must be a block of keys",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "too_short": "must have at least {min_length}, and has {actual_length}",
    "too_long": "must have at most {max_length}, and has more",
    "string_too_long": "must be at most {max_length} characters long",
    "string_pattern_mismatch": "is not written as it should be ({pattern})",
}


def _code(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in {"too_short", "too_long"} and detail["loc"][-1:] == ("options",):
        return "option-count"
    return _CODES.get(kind, "wrong-type" if kind.endswith("_type") else "wrong-value")


def _sentence(detail: ErrorDetails) -> str:
    sentence = _SENTENCES.get(detail["type"])
    return detail["msg"] if sentence is None else sentence.format(**detail.get("ctx", {}))
