"""What a release shows of its items: their texts as safe HTML, their cases and their figures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import courses
import quizzes

LARGEST_FIGURE = 256 * 1024  # bytes of SVG, beyond any figure a page should carry


def read_figures(
    folder: Path, banks: Mapping[str, quizzes.Bank]
) -> tuple[dict[str, courses.Drawing], list[quizzes.Problem]]:
    """Read the figures that items show from a folder of banks, by file name, cleaned.

    The problems say what is wrong with a drawing, and where it is not as large as its item says.
    """
    figures: dict[str, courses.Drawing] = {}
    problems: list[quizzes.Problem] = []
    for name, places in sorted(_sizes(banks).items()):
        file = f"figures/{name}"
        text = _text(folder / file)
        if text is None:
            message = f"This is no readable SVG text of at most {LARGEST_FIGURE // 1024} KiB."
            problems.append(quizzes.Problem(file, 1, "svg", message))
            continue
        drawing, errors, warnings = courses.read_drawing(text, Path(name).stem)
        problems += [
            quizzes.Problem(file, fault.line, fault.code, _sentence(fault.message))
            for fault in errors
        ]
        problems += [
            quizzes.Problem(file, fault.line, fault.code, _sentence(fault.message), "warning")
            for fault in warnings
        ]
        if drawing is not None:
            figures[name] = drawing
            problems += _misfits(file, drawing, places)
    return figures, problems


def _sizes(banks: Mapping[str, quizzes.Bank]) -> dict[str, dict[str, quizzes.Hotspot]]:
    """By figure, the items that show it with what they say of it."""
    found: dict[str, dict[str, quizzes.Hotspot]] = {}
    for bank in banks.values():
        for item in bank.items:
            if isinstance(item.details, quizzes.Hotspot):
                found.setdefault(item.details.figure, {})[item.id] = item.details
    return found


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST_FIGURE + 1)
        return raw.decode() if len(raw) <= LARGEST_FIGURE else None
    except (OSError, UnicodeDecodeError):
        return None


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."


def _misfits(
    file: str, drawing: courses.Drawing, places: Mapping[str, quizzes.Hotspot]
) -> list[quizzes.Problem]:
    return [
        quizzes.Problem(
            file,
            1,
            "figure-size",
            f"The viewBox is {drawing.view_box}; item {item} says {hotspot.width} by "
            f"{hotspot.height}, and its regions are counted in these.",
        )
        for item, hotspot in places.items()
        if drawing.view_box.split() != ["0", "0", str(hotspot.width), str(hotspot.height)]
    ]


def shown_item(
    item: quizzes.Item,
    facts: Mapping[str, courses.Fact],
    figures: Mapping[str, courses.Drawing],
) -> dict[str, Any]:
    """Return the safe HTML of an item as JSON-able values; a part a kind lacks is left out."""

    def html(text: str) -> str:
        return courses.render_fragment(text, facts)[0]

    def line(text: str) -> str:
        return courses.render_fragment(text, facts, inline=True)[0]

    return {
        "stem": html(item.stem),
        "lead_in": line(item.lead_in),
        "options": {option.id: line(option.text) for option in item.options},
        "rationales": {option.id: html(option.rationale) for option in item.options},
        **_shown_details(item.details, html, line, figures),
    }


def _shown_details(
    details: quizzes.Details | None,
    html: Callable[[str], str],
    line: Callable[[str], str],
    figures: Mapping[str, courses.Drawing],
) -> dict[str, Any]:
    match details:
        case quizzes.Matching(prompts):
            return {
                "prompts": {prompt.id: line(prompt.text) for prompt in prompts},
                "prompt_rationales": {prompt.id: html(prompt.rationale) for prompt in prompts},
            }
        case quizzes.Numeric():
            return {
                "rationale": html(details.rationale),
                "near_rationales": [html(near.rationale) for near in details.near],
            }
        case quizzes.Hotspot():
            return {"figure": figures[details.figure].svg(details.alt)}
        case quizzes.Constructed():
            criteria = {each.id: line(each.text) for each in details.criteria}
            return {"criteria": criteria, "model": html(details.model)}
    return {}


def shown_cases(bank: quizzes.Bank, facts: Mapping[str, courses.Fact]) -> dict[str, Any]:
    """Return title and stages of each vignette of a bank, the stages as safe HTML."""
    return {
        each.id: {
            "title": each.title,
            "stages": [courses.render_fragment(stage, facts)[0] for stage in each.stages],
        }
        for each in bank.vignettes
    }
