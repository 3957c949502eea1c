"""QTI interactions with choices: choice, inline choice, order, match and hot spot."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from quizzes.interchange import building
from quizzes.interchange.building import ONE_RULE, Choice, number
from quizzes.interchange.drafts import CannotRead, Draft, Notes
from quizzes.interchange.limits import MAX_PROMPTS
from quizzes.interchange.markdown_in import to_line
from quizzes.interchange.own_figures import figure_name
from quizzes.interchange.own_parts import concordance_of, with_prompt_rationales, with_rationales
from quizzes.interchange.qti_parts import Parts, content, without_feedback, words_of
from quizzes.interchange.residue import Residue
from quizzes.interchange.safe_xml import Node
from quizzes.interchange.texts import escape, plain
from quizzes.items import OPTION_IDS, Option
from quizzes.kinds.details import Hotspot, Matching, Prompt, Region, Shape

_ALL_OR_NOTHING = "that only the whole right answer earns marks"


def choice(parts: Parts, draft: Draft, residue: Residue, notes: Notes) -> Draft:
    """One choice or several, and the scales of this project."""
    nodes = parts.interaction.nodes("simple-choice", "inline-choice")
    read = _choices(nodes, parts, residue, notes)
    draft = replace(draft, fixed_order=parts.interaction.get("shuffle", "false") != "true")
    panel = concordance_of(residue, len(read))
    if residue.words("kind") == "concordance" and panel is not None:
        options = with_rationales(building.options_of(read, ()), residue)
        return replace(draft, kind="concordance", options=options, details=panel)
    one = parts.declaration.cardinality != "multiple"
    if one or parts.interaction.get("max-choices") == "1":
        return replace(draft, options=building.single(_scaled(read, nodes, parts), notes))
    if parts.is_all_or_nothing:
        notes.lose(_ALL_OR_NOTHING, ONE_RULE)
        return replace(draft, kind="multiple", options=_keyed(read, nodes, parts))
    weighed = _weighed(read, nodes, parts)
    return replace(draft, kind="multiple", options=building.multiple(weighed, notes))


def order(parts: Parts, draft: Draft, residue: Residue, notes: Notes) -> Draft:
    """Steps to bring into order; the right order becomes that of the file."""
    nodes = parts.interaction.nodes("simple-choice")
    places = {node.get("identifier"): node for node in nodes}
    right = parts.declaration.right
    if sorted(right) != sorted(places):
        raise CannotRead("It does not say in which order all of its steps belong.")
    ordered = [places[name] for name in right]
    if not residue:
        notes.lose(_ALL_OR_NOTHING, ONE_RULE)
    options = building.options_of(_choices(ordered, parts, residue, notes), ())
    return replace(draft, kind="ordering", options=with_rationales(options, residue))


def match(parts: Parts, draft: Draft, residue: Residue, notes: Notes) -> Draft:
    """Lines to match with a shared list: each line has one answer."""
    sets = parts.interaction.nodes("simple-match-set")
    if len(sets) != 2:
        raise CannotRead("It does not have two lists to match.")
    asked, offered = (each.nodes("simple-associable-choice") for each in sets)
    pairs = [tuple(value.split()) for value in parts.declaration.right]
    if not pairs:
        pairs = [tuple(k.split()) for k, worth in parts.declaration.mapping.items() if worth > 0]
    read = _choices(offered, parts, residue, notes)
    options = with_rationales(building.options_of(read, ()), residue)
    letters = dict(zip((node.get("identifier") for node in offered), OPTION_IDS, strict=False))
    prompts = []
    for place, node in enumerate(asked, start=1):
        name = node.get("identifier")
        answers = [pair[1] for pair in pairs if len(pair) == 2 and pair[0] == name]
        if len(answers) != 1 or answers[0] not in letters:
            raise CannotRead(f"Line {place} to match has {len(answers)} answers instead of one.")
        text = residue.source(f"prompt-{place}", node, notes)
        told = _feedback(name, f"prompt-rationale-{place}", parts, residue, notes)
        prompts.append(Prompt(str(place), text, letters[answers[0]], told))
    if len(prompts) > MAX_PROMPTS:
        raise CannotRead(f"It has {len(prompts)} lines to match; {MAX_PROMPTS} at most.")
    if parts.is_all_or_nothing and not residue:
        notes.lose(_ALL_OR_NOTHING, ONE_RULE)
    details = with_prompt_rationales(Matching(tuple(prompts)), residue)
    fixed = bool(residue) and parts.interaction.get("shuffle", "false") != "true"
    return replace(draft, kind="matching", options=options, details=details, fixed_order=fixed)


def hotspot(parts: Parts, draft: Draft, residue: Residue, notes: Notes) -> Draft:
    """Regions of a figure, in words where the file has words for them."""
    nodes = parts.interaction.nodes("hotspot-choice")
    if len(nodes) > len(OPTION_IDS):
        raise CannotRead(f"It has {len(nodes)} regions; an item has at most {len(OPTION_IDS)}.")
    picture = next(iter(parts.interaction.nodes("img", "object", "picture")), Node("img"))
    alt = picture.get("alt") or picture.text()
    width, height = _whole(picture.get("width"), notes), _whole(picture.get("height"), notes)
    name = figure_name(picture.get("src") or picture.get("data"))
    if not name:
        notes.lose("the picture", "figures are SVG files with names of small letters")
    regions = tuple(
        _region(letter, node, notes) for letter, node in zip(OPTION_IDS, nodes, strict=False)
    )
    options = []
    for letter, node in zip(OPTION_IDS, nodes, strict=False):
        key = node.get("identifier")
        text = _label(f"option-{letter}", node, residue)
        told = _feedback(key, f"rationale-{letter}", parts, residue, notes)
        options.append(Option(letter, text, key in parts.declaration.right, told))
    return replace(
        draft,
        kind="hotspot",
        options=with_rationales(tuple(options), residue),
        details=Hotspot(name, plain(" ".join(alt.split())), width, height, regions),
        fixed_order=False,
    )


def _choices(
    nodes: Sequence[Node], parts: Parts, residue: Residue, notes: Notes
) -> tuple[Choice, ...]:
    if len(nodes) > len(OPTION_IDS):
        raise CannotRead(f"It has {len(nodes)} options; an item has at most {len(OPTION_IDS)}.")
    found = []
    for letter, node in zip(OPTION_IDS, nodes, strict=False):
        shown, inside = without_feedback(node)
        name = node.get("identifier")
        text = residue.source(f"option-{letter}", shown, notes)
        told = _feedback(name, f"rationale-{letter}", parts, residue, notes, inside)
        anchored = node.get("fixed") == "true"
        found.append(Choice(text, Fraction(name in parts.declaration.right), told, anchored))
    return tuple(found)


def _feedback(
    name: str,
    source: str,
    parts: Parts,
    residue: Residue,
    notes: Notes,
    inside: Node | None = None,
) -> str:
    node = inside or parts.feedback.get(name)
    return residue.source(source, content(node), notes) if node else ""


def _scaled(read: Sequence[Choice], nodes: Sequence[Node], parts: Parts) -> list[Choice]:
    """The choices of a single best answer with their shares of the best one's worth."""
    mapping, right = parts.declaration.mapping, parts.declaration.right
    best = max(mapping.values(), default=Fraction(0))
    if best <= 0:
        return list(read)
    scaled = []
    for each, node in zip(read, nodes, strict=True):
        share = mapping.get(node.get("identifier"), Fraction(0)) / best
        is_key = node.get("identifier") in right if right else share >= 1
        scaled.append(replace(each, share=Fraction(1) if is_key else min(share, Fraction(99, 100))))
    return scaled


def _weighed(read: Sequence[Choice], nodes: Sequence[Node], parts: Parts) -> list[Choice]:
    mapping = parts.declaration.mapping
    whole = sum((worth for worth in mapping.values() if worth > 0), Fraction(0)) or Fraction(1)
    names = [node.get("identifier") for node in nodes]
    pairs = zip(read, names, strict=True)
    return [replace(each, share=mapping.get(name, Fraction(0)) / whole) for each, name in pairs]


def _keyed(read: Sequence[Choice], nodes: Sequence[Node], parts: Parts) -> tuple[Option, ...]:
    right = parts.declaration.right
    keys = [index for index, node in enumerate(nodes) if node.get("identifier") in right]
    return building.options_of(read, keys)


def _label(source: str, node: Node, residue: Residue) -> str:
    label = words_of(Node("label", {}, [node.get("hotspot-label")]))
    own = residue.part("texts").text(source)
    return own if own and words_of(to_line(own)) == label else escape(label)


def _region(letter: str, node: Node, notes: Notes) -> Region:
    numbers = [_whole(part, notes) for part in node.get("coords").replace(",", " ").split()]
    shapes: dict[str, Shape] = {"rect": "rect", "circle": "circle", "poly": "poly"}
    shape = shapes.get(node.get("shape"))
    if shape is None:
        raise CannotRead(f"A region has the shape {node.get('shape')[:20]!r}, which is not read.")
    if len(numbers) > 40 or len(numbers) < 3 or (shape == "rect" and len(numbers) != 4):
        raise CannotRead("A region has the wrong number of coordinates.")
    if shape == "rect":
        left, top, right, bottom = numbers
        numbers = [left, top, right - left, bottom - top]
    return Region(letter, shape, tuple(numbers))


def _whole(text: str, notes: Notes) -> int:
    value = number(text.strip().removesuffix("px"))
    if value is None or abs(value) > 100_000:
        return 0
    if value != value.to_integral_value():
        notes.lose("parts of a unit of a figure's coordinates", "they are whole numbers")
    return int(value.to_integral_value(rounding="ROUND_HALF_UP") if value else Decimal(0))
