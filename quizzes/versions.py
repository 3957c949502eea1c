"""Which versions of an item may share their statistics: those that count the same as right."""

from collections.abc import Iterable

from quizzes.items import Item
from quizzes.kinds.details import Concordance, Constructed, Matching, Numeric

Key = tuple[str, ...]


def pool_versions(items: Iterable[Item]) -> dict[str, str]:
    """The column, by content hash, in which each version's marks are counted; oldest first.

    Versions with the same id whose key means the same share a column: a new wording of the stem
    or of a distractor keeps it, another key does not. The newest key has the item's id as its
    column; earlier ones are "<id> (key 1)", "<id> (key 2)" and so on, in the order given. A key
    is known by its words, not its letter, so options may change places.
    """
    versions = {item.content_hash: (item.id, key_of(item)) for item in items}
    keys: dict[str, list[Key]] = {}
    for item_id, key in versions.values():
        known = keys.setdefault(item_id, [])
        # A key that came back is the newest again.
        if key in known:
            known.remove(key)
        known.append(key)
    return {
        content_hash: _column(item_id, keys[item_id].index(key) + 1, len(keys[item_id]))
        for content_hash, (item_id, key) in versions.items()
    }


def key_of(item: Item) -> Key:
    """What the item counts as right, in words that do not change when only its wording does."""
    texts = {option.id: " ".join(option.text.split()) for option in item.options}
    match item.details:
        case Matching(prompts):
            told = [f"{prompt.id}: {texts[prompt.key]}" for prompt in prompts]
        case Numeric() as number:
            units = [f"{unit.name} {unit.factor}" for unit in number.units]
            near = [f"{each.value} {each.tolerance} {each.share}" for each in number.near]
            told = [f"{number.value} {number.tolerance} {number.unit}", *units, *near]
        case Concordance(panel):
            told = [f"{text}: {votes}" for text, votes in zip(texts.values(), panel, strict=True)]
        case Constructed(criteria):
            told = [f"{criterion.id}: {criterion.points}" for criterion in criteria]
        case _ if item.kind == "ordering":
            told = list(texts.values())
        case _:
            told = sorted(texts[option.id] for option in item.keys)
    return (item.kind, *told)


def _column(item_id: str, number: int, count: int) -> str:
    return item_id if number == count else f"{item_id} (key {number})"
