"""Writes one item as QTI 3.0: its body and declarations, scored by the same rules as here."""

from xml.etree.ElementTree import Element, SubElement

from quizzes.interchange.markdown_in import to_line, to_tree
from quizzes.interchange.qti_parts import words_of
from quizzes.interchange.qti_scoring_out import declarations, feedbacks, processing
from quizzes.interchange.safe_xml import Node
from quizzes.interchange.texts import is_blank
from quizzes.interchange.xml_out import element, writable
from quizzes.items import Item, Option
from quizzes.kinds.details import Constructed, Hotspot, Matching, Numeric, Region

NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"
FIGURES = "../figures/"
# Our own marks on what a reader must tell from the stem; QTI lets any element have classes.
LEAD_IN, ANSWER = "pat-lead-in", "pat-answer"
_KEPT = frozenset(
    [
        *("p", "ul", "ol", "li", "em", "strong", "code", "a", "br", "hr", "sup", "sub"),
        *("blockquote", "table", "thead", "tbody", "tr", "th", "td"),
    ]
)


def write_item(item: Item, language: str) -> Element:
    """The root element of an item's file."""
    root = element(
        "qti-assessment-item",
        xmlns=NAMESPACE,
        identifier=identifier(item.id),
        title=item.id,
        adaptive="false",
        time_dependent="false",
        tool_name="pat-lms",
    )
    root.set("xml:lang", language)
    root.extend(declarations(item))
    stages = range(1, item.stage + 1) if item.vignette else ()
    names = [stimulus_name(item.vignette or "", stage) for stage in stages]
    for name in names:
        root.append(
            element("qti-assessment-stimulus-ref", identifier=name, href=f"../stimuli/{name}.xml")
        )
    body = SubElement(root, "qti-item-body")
    for name in names:
        shared = element("div", class_="qti-shared-stimulus")
        shared.set("data-stimulus-idref", name)
        body.append(shared)
    fill(body, to_tree(item.stem))
    body.extend(_interaction(item))
    root.append(processing(item))
    root.extend(_feedback(name, text) for name, text in feedbacks(item).items())
    return root


def write_stimulus(name: str, title: str, text: str, language: str) -> Element:
    """The root element of the file of one stage of a vignette."""
    root = element("qti-assessment-stimulus", xmlns=NAMESPACE, identifier=name, title=title)
    root.set("xml:lang", language)
    fill(SubElement(root, "qti-stimulus-body"), to_tree(text))
    return root


def identifier(name: str) -> str:
    """An id as QTI wants it: it begins with a letter or an underscore."""
    return name if name[:1].isalpha() else f"_{name}"


def stimulus_name(vignette: str, stage: int) -> str:
    """The name under which a package holds one stage of a vignette."""
    return f"vignette-{vignette}-{stage}"


def fill(parent: Element, tree: Node) -> None:
    """Put what a tree holds into an element; unknown elements leave their text behind."""
    for child in tree.children:
        if isinstance(child, str):
            _append_text(parent, writable(child))
        elif child.tag in _KEPT:
            made = SubElement(parent, child.tag)
            if child.tag == "a":
                made.set("href", writable(child.get("href")))
            fill(made, child)
        else:
            fill(parent, child)


def _append_text(parent: Element, text: str) -> None:
    if is_blank(text) and parent.tag in ("qti-item-body", "ul", "ol", "table", "thead", "tbody"):
        return
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _interaction(item: Item) -> list[Element]:
    match item.details:
        case Matching():
            return [_matching(item, item.details)]
        case Numeric():
            return _numeric(item, item.details)
        case Hotspot():
            return [_hotspot(item, item.details)]
        case Constructed():
            return _constructed(item, item.details)
    ordered = item.kind == "ordering"
    made = element(
        "qti-order-interaction" if ordered else "qti-choice-interaction",
        response_identifier="RESPONSE",
        shuffle="false" if item.fixed_order else "true",
    )
    if not ordered:
        # 0 is QTI's way to say "as many as you like".
        made.set("max-choices", "0" if item.kind == "multiple" else "1")
    made.append(_prompt(item))
    for option in item.options:
        made.append(_choice("qti-simple-choice", option))
    return [made]


def _choice(tag: str, option: Option) -> Element:
    made = element(tag, identifier=option.id)
    if option.anchored:
        made.set("fixed", "true")
    fill(made, to_line(option.text))
    return made


def _matching(item: Item, details: Matching) -> Element:
    made = element(
        "qti-match-interaction",
        "",
        _prompt(item),
        response_identifier="RESPONSE",
        max_associations=str(len(details.prompts)),
        shuffle="false" if item.fixed_order else "true",
    )
    asked = SubElement(made, "qti-simple-match-set")
    for prompt in details.prompts:
        line = element("qti-simple-associable-choice", identifier=f"P{prompt.id}", match_max="1")
        fill(line, to_line(prompt.text))
        asked.append(line)
    offered = SubElement(made, "qti-simple-match-set")
    for option in item.options:
        choice = _choice("qti-simple-associable-choice", option)
        choice.set("match-max", str(len(details.prompts)))
        offered.append(choice)
    return made


def _numeric(item: Item, details: Numeric) -> list[Element]:
    lead_in = element("div", class_=LEAD_IN)
    fill(lead_in, to_tree(item.lead_in))
    entry = element("qti-text-entry-interaction", response_identifier="RESPONSE")
    entry.tail = f" {writable(details.unit)}" if details.unit else None
    return [lead_in, element("p", "", entry, class_=ANSWER)]


def _constructed(item: Item, details: Constructed) -> list[Element]:
    written = element(
        "qti-extended-text-interaction",
        "",
        _prompt(item),
        response_identifier="RESPONSE",
        # Seven characters a word, the blank included.
        expected_length=str(7 * details.max_words),
    )
    rubric = element("qti-rubric-block", use="scoring", view="scorer")
    lines = SubElement(SubElement(rubric, "qti-content-body"), "ul")
    for criterion in details.criteria:
        line = element("li")
        line.set("data-points", str(criterion.points))
        fill(line, to_line(criterion.text))
        lines.append(line)
    return [written, rubric]


def _hotspot(item: Item, details: Hotspot) -> Element:
    made = element(
        "qti-hotspot-interaction",
        "",
        _prompt(item),
        element(
            "img",
            src=f"{FIGURES}{details.figure}",
            alt=writable(details.alt),
            width=str(details.width),
            height=str(details.height),
        ),
        response_identifier="RESPONSE",
        max_choices="1",
    )
    words = {option.id: option.text for option in item.options}
    for region in details.regions:
        choice = element(
            "qti-hotspot-choice",
            identifier=region.option,
            shape=region.shape,
            coords=coords_of(region),
        )
        choice.set("hotspot-label", writable(words_of(to_line(words.get(region.option, "")))))
        made.append(choice)
    return made


def coords_of(region: Region) -> str:
    """A region in QTI's way: a rectangle is left, top, right, bottom."""
    numbers = list(region.coords)
    if region.shape == "rect":
        x, y, width, height = numbers
        numbers = [x, y, x + width, y + height]
    return ",".join(str(number) for number in numbers)


def _prompt(item: Item) -> Element:
    prompt = element("qti-prompt")
    fill(prompt, to_line(item.lead_in))
    return prompt


def _feedback(name: str, text: str) -> Element:
    made = element(
        "qti-modal-feedback",
        outcome_identifier="FEEDBACK",
        identifier=name,
        show_hide="show",
    )
    fill(SubElement(made, "qti-content-body"), to_tree(text))
    return made
