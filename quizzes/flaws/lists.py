"""Multiple response, matching and ordering: flaws of items whose answer is more than one letter."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from quizzes.flaws.findings import Check, Finding, Surroundings, sure, suspect
from quizzes.flaws.texts import bare, quoted_list, telling_words, unquoted
from quizzes.items import Item
from quizzes.kinds.details import Matching

_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNTED = re.compile(
    r"\b(?:(?:which|what|select|choose|pick|name|mark|tick) (?:the )?)"
    r"(two|three|four|five|six|[2-6])\b(?!-)",
    re.IGNORECASE,
)
_ORDER_ASKED = re.compile(
    r"\b(?:order(?:ed)?|sequence|arrange|rank(?:ed)?|from (?:the )?(?:first|earliest|most|least"
    r"|lowest|highest|shortest|longest|smallest|largest))\b",
    re.IGNORECASE,
)
_SAYS_ITS_PLACE = re.compile(
    r"^(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|then|next|finally|lastly?|afterwards"
    r"|to (?:begin|start|end|finish) with)\b|\b(?:as (?:a|the) (?:first|last|final) step)\b",
    re.IGNORECASE,
)
_NO_FIXED_PLACE = re.compile(
    r"\b(?:at the same time|simultaneously|meanwhile|in parallel|at any (?:time|point|stage)"
    r"|throughout|in either order|in any order|interchangeabl[ey]|order does not matter"
    r"|(?:could|can|may|might) (?:also|equally|just as well) (?:come|go|stand|be done)"
    r"|or (?:just )?(?:before|after) (?:that|it|this))\b",
    re.IGNORECASE,
)
_TWO_STEPS = re.compile(r"\b(?:and|,) then\b|\bbefore \w+ing\b|\bafter \w+ing\b", re.IGNORECASE)
# Two steps that share four fifths of their words are hard to tell apart, let alone to order.
_ALIKE = 0.8


def keys_of_several(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-T09 where several options may be right: one is, or not as many as the lead-in says."""
    count = len(item.keys)
    if count == 1:
        yield suspect("NB-T09", "has one key only: ask it as a single best answer.")
    if asked := _COUNTED.search(bare(item.lead_in)):
        number = _NUMBERS.get(asked.group(1).lower()) or int(asked.group(1))
        if number != count:
            yield sure("NB-T09", f"the lead-in says “{asked.group()}”, and {count} are keys.")


def longest_keys(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-T04 where several options are right: every key clearly longer than every distractor."""
    keys = [len(bare(option.text)) for option in item.keys]
    others = [len(bare(option.text)) for option in item.options if not option.key]
    if not keys or not others:
        return
    if min(keys) - max(others) >= 15 and min(keys) * 4 >= max(others) * 5:
        yield suspect(
            "NB-T04",
            f"every key is longer ({min(keys)} characters or more) than the longest distractor "
            f"({max(others)}).",
        )


def matching_list(item: Item, _: Surroundings) -> Iterator[Finding]:
    """A list that can be matched by elimination, or prompts that are no choice."""
    if not isinstance(item.details, Matching):
        return
    prompts = item.details.prompts
    used = Counter(prompt.key for prompt in prompts)
    if len(prompts) > 1 and len(used) == 1:
        yield suspect("matching-list", f"option {prompts[0].key} answers every prompt.")
    elif len(item.options) <= len(prompts) and max(used.values(), default=0) <= 1:
        yield suspect(
            "matching-list",
            f"{len(item.options)} options for {len(prompts)} prompts, each used once: the last is "
            "found by elimination. Add options, or let one answer two prompts.",
        )


def matching_echo(item: Item, surroundings: Surroundings) -> Iterator[Finding]:
    """NB-T05 in matching: a prompt's word that its own option alone repeats."""
    if not isinstance(item.details, Matching):
        return
    roots = {option.id: telling_words(bare(option.text)) for option in item.options}
    standing = Counter(root for has in roots.values() for root in has)
    for prompt in item.details.prompts:
        asked = telling_words(bare(prompt.text))
        echoed = [
            word
            for root, word in roots.get(prompt.key, {}).items()
            if root in asked and standing[root] == 1 and root not in surroundings.common_roots
        ]
        if echoed:
            yield suspect(
                "NB-T05",
                f"of all options only {prompt.key}, the key of prompt {prompt.id}, repeats its "
                f"{quoted_list(echoed)}.",
            )


def order_asked(item: Item, _: Surroundings) -> Iterator[Finding]:
    """An ordering that does not say by what to order."""
    lead_in = bare(item.lead_in)
    if not _ORDER_ASKED.search(lead_in):
        yield suspect("ordering", f"“{lead_in[:60]}” does not say what order is asked for.")


def ambiguous_order(item: Item, _: Surroundings) -> Iterator[Finding]:
    """Steps whose place is open to argument, or given away by their own words."""
    for option in item.options:
        text = unquoted(bare(option.text))
        if said := _SAYS_ITS_PLACE.search(text):
            yield suspect("ordering", f"option {option.id} says its place: “{said.group()}”.")
        if said := _TWO_STEPS.search(text):
            yield suspect(
                "ordering", f"option {option.id} holds two steps (“{said.group()}”), so its place "
                "is ambiguous."
            )  # fmt: skip
        for where, words_there in (("text", text), ("rationale", unquoted(bare(option.rationale)))):
            if said := _NO_FIXED_PLACE.search(words_there):
                yield suspect(
                    "ordering",
                    f"the {where} of option {option.id} leaves its place open: “{said.group()}”.",
                )
    for one, other in combinations(item.options, 2):
        first, second = set(telling_words(bare(one.text))), set(telling_words(bare(other.text)))
        if first and second and len(first & second) >= _ALIKE * len(first | second):
            yield suspect(
                "ordering",
                f"options {one.id} and {other.id} use nearly the same words; which comes first is "
                "ambiguous.",
            )


MULTIPLE: tuple[Check, ...] = (keys_of_several, longest_keys)
MATCHING: tuple[Check, ...] = (matching_list, matching_echo)
ORDERING: tuple[Check, ...] = (order_asked, ambiguous_order)
