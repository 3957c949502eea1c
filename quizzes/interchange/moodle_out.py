"""Writes a bank as Moodle XML, which Moodle imports and this project reads back exactly."""

import base64
from collections.abc import Mapping
from fractions import Fraction
from xml.etree.ElementTree import Element

from quizzes.interchange.own_parts import near_order, texts_of_item, values_of_item
from quizzes.interchange.residue import NAMESPACE, header_of, write_residue
from quizzes.interchange.xml_out import document, element
from quizzes.items import Bank, Item, bank_to_document
from quizzes.kinds.details import Concordance, Constructed, Hotspot, Matching, Numeric, Region

TYPE_OF = {
    "single": "multichoice",
    "multiple": "multichoice",
    "concordance": "multichoice",
    "matching": "matching",
    "ordering": "ordering",
    "numeric": "numerical",
    "hotspot": "ddmarker",
    "constructed": "essay",
}


def write_moodle(bank: Bank, figures: Mapping[str, bytes]) -> bytes:
    """The bank as one Moodle XML document; `figures` holds the SVG of each hot spot by name.

    KeyError when a figure is not there.
    """
    quiz = element("quiz", "", _category(bank))
    for vignette in bank.vignettes:
        for stage, text in enumerate(vignette.stages, start=1):
            data = {"vignette": vignette.id, "stage": stage, "title": vignette.title}
            shown = _question("description", f"{vignette.title} ({stage})", text)
            shown.append(element("idnumber", f"vignette-{vignette.id}-{stage}"))
            shown.append(_extension(write_residue(data)))
            quiz.append(shown)
    quiz.extend(_item(item, figures) for item in bank.items)
    return document(quiz, pretty=True)


def _category(bank: Bank) -> Element:
    whole = bank_to_document(bank)
    data = {key: whole[key] for key in ("title", "language", "specification")}
    return element(
        "question",
        "",
        element("category", "", _text("top/" + bank.title.replace("/", "//"))),
        element("info", "", _text(""), format="plain_text"),
        element("idnumber", bank.id),
        _extension(write_residue(data)),
        type="category",
    )


def _item(item: Item, figures: Mapping[str, bytes]) -> Element:
    asks = f"{item.stem}\n\n{item.lead_in}" if item.stem else item.lead_in
    made = _question(TYPE_OF[item.kind], item.id, asks)
    made.append(_prose("generalfeedback", _explained(item)))
    made.append(element("defaultgrade", "1"))
    made.append(element("penalty", "0"))
    made.append(element("hidden", "0"))
    made.append(element("idnumber", item.id))
    made.extend(_parts(item, figures))
    made.append(_tags(item))
    residue = header_of(item) | values_of_item(item)
    residue["texts"] = _texts_without_place(item)
    if item.kind == "matching":
        residue["options"] = [option.text for option in item.options]
    made.append(_extension(write_residue(residue)))
    return made


def _parts(item: Item, figures: Mapping[str, bytes]) -> list[Element]:
    match item.details:
        case Matching():
            return _matching(item, item.details)
        case Numeric():
            return _numeric(item.details)
        case Hotspot():
            return _hotspot(item, item.details, figures)
        case Constructed():
            return _constructed(item.details)
    if item.kind == "ordering":
        return _ordering(item)
    return _choices(item)


def _choices(item: Item) -> list[Element]:
    shares = [_share(item, index) for index in range(len(item.options))]
    made = [
        element("single", "false" if item.kind == "multiple" else "true"),
        element("shuffleanswers", "false" if item.fixed_order else "true"),
        element("answernumbering", "abc"),
    ]
    pairs = zip(item.options, shares, strict=True)
    return made + [_answer(each.text, share, each.rationale) for each, share in pairs]


def _share(item: Item, index: int) -> Fraction:
    option = item.options[index]
    if isinstance(item.details, Concordance):
        return Fraction(item.details.panel[index], max(1, *item.details.panel))
    if item.kind == "multiple":
        return Fraction(1 if option.key else -1, max(1, len(item.keys)))
    return Fraction(option.key)


def _matching(item: Item, details: Matching) -> list[Element]:
    texts = {option.id: option.text for option in item.options}
    used = {prompt.key for prompt in details.prompts}
    pairs = [(prompt.text, texts[prompt.key]) for prompt in details.prompts]
    pairs += [("", option.text) for option in item.options if option.id not in used]
    made = [element("shuffleanswers", "false" if item.fixed_order else "true")]
    for asked, answer in pairs:
        part = _prose("subquestion", asked)
        part.append(element("answer", "", _text(answer)))
        made.append(part)
    return made


def _ordering(item: Item) -> list[Element]:
    made = [
        element("layouttype", "VERTICAL"),
        element("selecttype", "ALL"),
        element("selectcount", str(len(item.options))),
        element("gradingtype", "RELATIVE_ALL_PREVIOUS_AND_NEXT"),
        element("showgrading", "SHOW"),
        element("numberingstyle", "none"),
    ]
    # Moodle keeps the place of a step where other kinds have its share of the mark.
    for place, option in enumerate(item.options, start=1):
        step = _prose("answer", option.text)
        step.set("fraction", str(place))
        made.append(step)
    return made


def _numeric(details: Numeric) -> list[Element]:
    made = [_margin(details.value, details.tolerance, Fraction(1), details.rationale)]
    for place in near_order(details):
        near = details.near[place]
        made.append(_margin(near.value, near.tolerance, near.share, near.rationale))
    if details.units:
        units = [
            element(
                "unit",
                "",
                element("multiplier", f"{float(1 / unit.factor):.12g}"),
                element("unit_name", unit.name),
            )
            for unit in details.units
        ]
        made.append(element("units", "", *units))
    made.append(element("unitgradingtype", "0"))
    made.append(element("unitpenalty", "0"))
    made.append(element("showunits", "0" if details.unit else "3"))
    made.append(element("unitsleft", "0"))
    return made


def _margin(value: object, tolerance: object, share: Fraction, rationale: str) -> Element:
    made = _answer(str(value), share, rationale)
    made.set("format", "plain_text")
    made.append(element("tolerance", str(tolerance)))
    return made


def _constructed(details: Constructed) -> list[Element]:
    lines = [f"- {each.text} ({each.points})" for each in details.criteria]
    return [
        element("responseformat", "plain"),
        element("responserequired", "1"),
        element("maxwordlimit", str(details.max_words)),
        _prose("graderinfo", "\n".join([*lines, "", details.model])),
    ]


def _hotspot(item: Item, details: Hotspot, figures: Mapping[str, bytes]) -> list[Element]:
    picture = element(
        "file",
        base64.b64encode(figures[details.figure]).decode(),
        name=details.figure,
        path="/",
        encoding="base64",
    )
    keys = {option.id for option in item.keys}
    drops = [
        element(
            "drop",
            "",
            element("no", str(number)),
            element("shape", _SHAPES[region.shape]),
            element("coords", drop_coords(region)),
            element("choice", "1"),
        )
        for number, region in enumerate(
            (region for region in details.regions if region.option in keys), start=1
        )
    ]
    marker = element("drag", "", element("no", "1"), _text("X"), element("noofdrags", "1"))
    return [element("shuffleanswers"), picture, marker, *drops]


_SHAPES = {"rect": "rectangle", "circle": "circle", "poly": "polygon"}


def drop_coords(region: Region) -> str:
    """A region in Moodle's way of writing: pairs parted by semicolons."""
    numbers = [str(number) for number in region.coords]
    if region.shape == "circle":
        return f"{numbers[0]},{numbers[1]};{numbers[2]}"
    return ";".join(",".join(pair) for pair in zip(numbers[::2], numbers[1::2], strict=True))


def _texts_without_place(item: Item) -> dict[str, str]:
    """The texts that Moodle has no place for, and the lead-in, to find it in the question."""
    texts = texts_of_item(item)
    without = {"lead-in": texts["lead-in"]}
    if item.kind in ("matching", "ordering", "hotspot"):
        without |= {k: v for k, v in texts.items() if "rationale" in k}
    if item.kind == "hotspot":
        without |= {k: v for k, v in texts.items() if k.startswith("option-")}
    if item.kind == "constructed":
        without |= {k: v for k, v in texts.items() if k == "model" or k.startswith("criterion-")}
    return without


def _explained(item: Item) -> str:
    """The rationales of kinds whose answers have no feedback of their own in Moodle."""
    if item.kind not in ("matching", "ordering", "hotspot"):
        return ""
    lines = [f"- {option.text}: {option.rationale}" for option in item.options]
    if isinstance(item.details, Matching):
        lines += [f"- {prompt.text}: {prompt.rationale}" for prompt in item.details.prompts]
    return "\n".join(lines)


def _tags(item: Item) -> Element:
    tags = [item.objective, item.level, *item.facts]
    tags += ["safety-critical"] if item.safety_critical else []
    tags += [item.domain] if item.domain else []
    return element("tags", "", *(element("tag", "", _text(tag)) for tag in tags))


def _question(kind: str, name: str, asks: str) -> Element:
    return element(
        "question", "", element("name", "", _text(name)), _prose("questiontext", asks), type=kind
    )


def _answer(text: str, share: Fraction, rationale: str) -> Element:
    made = _prose("answer", text)
    made.set("fraction", f"{float(share * 100):.7g}")
    made.append(_prose("feedback", rationale))
    return made


def _prose(tag: str, text: str) -> Element:
    return element(tag, "", _text(text), format="markdown")


def _text(text: str) -> Element:
    return element("text", text)


def _extension(json_text: str) -> Element:
    return element(f"{{{NAMESPACE}}}item", json_text)
