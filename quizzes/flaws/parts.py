"""The texts of an item of any kind by name, and its right answer in words."""

from collections.abc import Iterator

from quizzes.items import Item
from quizzes.kinds.details import Concordance, Constructed, Hotspot, Matching, Numeric


def named_texts(item: Item) -> Iterator[tuple[str, str]]:
    """Every text of the item that an author writes, with what to call it in a message."""
    yield "stem", item.stem
    yield "lead-in", item.lead_in
    for option in item.options:
        yield f"option {option.id}", option.text
        yield f"rationale {option.id}", option.rationale
    match item.details:
        case Matching(prompts):
            for prompt in prompts:
                yield f"prompt {prompt.id}", prompt.text
                yield f"rationale {prompt.id}", prompt.rationale
        case Numeric(rationale=rationale, near=near):
            yield "rationale", rationale
            for place, each in enumerate(near, start=1):
                yield f"near value {place}, rationale", each.rationale
        case Hotspot(alt=alt):
            yield "alt", alt
        case Constructed(criteria=criteria, model=model):
            for criterion in criteria:
                yield f"criterion {criterion.id}", criterion.text
            yield "model answer", model


def answer_text(item: Item) -> str:
    """What earns the full mark, in words; empty where a panel decides."""
    match item.details:
        case Matching(prompts):
            texts = {option.id: option.text for option in item.options}
            return " ".join(f"{prompt.text} {texts.get(prompt.key, '')}" for prompt in prompts)
        case Numeric(value=value, unit=unit):
            return f"{value} {unit}"
        case Concordance():
            return ""
        case Constructed(model=model):
            return model
    right = item.options if item.kind == "ordering" else item.keys
    return " ".join(option.text for option in right)
