"""Irrelevant difficulty (NB-D01 to NB-D09): what makes an item hard for the wrong reason."""

import re
from collections.abc import Iterator
from fractions import Fraction

from quizzes.flaws.findings import Check, Finding, Surroundings, sure, suspect
from quizzes.flaws.texts import bare, quoted_list, unquoted, words
from quizzes.items import Item

_UNFOCUSED = re.compile(
    r"^(?:which|what)(?: one)?(?: of (?:the following|these))?(?: statements?| options?| answers?)?"
    r"(?: (?:about|on|regarding|concerning) [^?]{1,80}?)? (?:is|are)(?: most| best)?"
    r" (?:true|correct|right|accurate|false|incorrect|wrong)\b",
    re.IGNORECASE,
)
_HINGED = re.compile(
    r"\b(?:(?:previous|preceding|last|next) question"
    r"|(?:the|your) (?:previous|preceding|last|next) (?:item|case|vignette)(?! (?:of|on|in)\b)"
    r"|(?:question|item) (?:above|before|\d+)|(?:your|the) answer to (?:question|item)"
    r"|same patient as|(?:case|vignette) above)\b",
    re.IGNORECASE,
)
_LIKE_AN_ID = re.compile(r"\b[A-Za-z]+[A-Za-z0-9]*(?:-[A-Za-z0-9]+)*-\d+\b")
_THING_ASKED = re.compile(r"\b(?:which|what)\b", re.IGNORECASE)
_MANNER_ASKED = re.compile(r"\b(?:how|who|where|when|why)\b", re.IGNORECASE)
_OPENING_CONDITION = re.compile(
    r"^(?:if|when|because|since|while|although|after|before|unless|given)\b[^,]*, *", re.IGNORECASE
)
_SUBORDINATE = re.compile(
    r"\b(?:who|whom|whose|if|when|because|while|although|though|after|before|unless|that)\b|,",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"(?:\b(?:not(?! only)|except|excluding|cannot|incorrect|untrue|inappropriate"
    r"|least (?:likely|appropriate|suitable|helpful|effective|consistent|accurate|supported))\b"
    r"|n[’']t\b)",
    re.IGNORECASE,
)
_MAYBE_NEGATIVE = re.compile(
    r"\b(?:false|wrong|unlikely|unsuitable|avoid(?:ed)?|least(?! restrictive))\b", re.IGNORECASE
)
_VAGUE = re.compile(
    r"(?<!how )(?<!as )(?<!more )(?<!less )(?<!most )(?<!least )"
    r"\b(?:usually|often|sometimes|frequently|infrequently|rarely|seldom|occasionally|generally"
    r"|commonly|typically|mostly|normally|regularly|hardly ever|as a rule|from time to time"
    r"|now and (?:then|again)|once in a while"
    r"|most of the time|in most cases)\b",
    re.IGNORECASE,
)
_COMBINATION = re.compile(
    r"^(?:both |either )?(?:option |answer )?[a-e1-5](?:, [a-e1-5])*,? (?:and|or) "
    r"(?:option |answer )?[a-e1-5](?: only)?\.?$",
    re.IGNORECASE,
)
_TEACHING = re.compile(
    r"\b(?:as you know|remember that|note that|it is (?:well )?known that|by the way"
    r"|interestingly|of note)\b",
    re.IGNORECASE,
)
_SECOND_QUESTION = re.compile(
    r"\b(?:and|or) (?:what|which|why|how|who|when|where)\b", re.IGNORECASE
)
ALL_OR_NONE = re.compile(
    r"^(?:(?:all|none|both|neither|any|either)(?: of)?(?: the)? (?:above|below|preceding"
    r"|(?:these|those|them|following|others?|other options|options|answers)"
    r"(?= (?:is|are|applies|apply)\b|[.,;:]|$))|all answers|no other option)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"^(?:about |around |at least |up to |under |over |less than |more than )?"
    r"(\d+(?:[.,]\d+)?)(?:\s*(?:-|–|to)\s*\d+(?:[.,]\d+)?)?\s*(%|[a-zµμ/]*)",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"^(?:in |at |on |by )?(day|week|month|year|hour|stage|phase|grade|step|level|schedule)"
    r" (\d+)\b",
    re.IGNORECASE,
)
_UNITS: dict[str, tuple[str, Fraction]] = {
    **{u: ("time", Fraction(1)) for u in ("second", "seconds", "s")},
    **{u: ("time", Fraction(60)) for u in ("minute", "minutes", "min")},
    **{u: ("time", Fraction(3600)) for u in ("hour", "hours", "h")},
    **{u: ("time", Fraction(86400)) for u in ("day", "days")},
    **{u: ("time", Fraction(604800)) for u in ("week", "weeks")},
    **{u: ("time", Fraction(2629800)) for u in ("month", "months")},
    **{u: ("time", Fraction(31557600)) for u in ("year", "years")},
    **{u: ("mass", Fraction(1, 1000)) for u in ("µg", "μg", "mcg", "micrograms")},
    **{u: ("mass", Fraction(1)) for u in ("mg", "milligrams")},
    **{u: ("mass", Fraction(1000)) for u in ("g", "grams")},
}

LONGEST_STEM = 150
LONGEST_LEAD_IN = 35
LONGEST_OPTION = 30
LONGEST_RECALL_STEM = 60


def uncoverable(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-D01: a question that cannot be answered with the options covered."""
    lead_in = bare(item.lead_in)
    if said := _UNFOCUSED.search(lead_in):
        yield sure("NB-D01", f"“{said.group()}” asks nothing that could be answered unseen.")
    elif len(words(lead_in)) < 3 and not item.stem:
        yield suspect("NB-D01", f"“{lead_in}” alone is hardly a question.")


def hinged_item(item: Item, surroundings: Surroundings) -> Iterator[Finding]:
    """NB-D02: an item that needs another one."""
    text = bare(f"{item.stem} {item.lead_in} " + " ".join(o.text for o in item.options))
    others = (surroundings.item_ids - {item.id}) & set(_LIKE_AN_ID.findall(text))
    said = [match.group() for match in _HINGED.finditer(text)] + sorted(others)
    if said:
        yield sure(
            "NB-D02",
            f"leans on another item ({quoted_list(said)}); papers are drawn, so it may be absent.",
        )


def negative_lead_in(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-D03: a question for what is not so."""
    main, rest = _main_clause(unquoted(bare(item.lead_in)))
    if said := _NEGATIVE.findall(main):
        yield sure("NB-D03", f"the lead-in is negative: {quoted_list(said)}.")
    elif said := _MAYBE_NEGATIVE.findall(main) + _NEGATIVE.findall(rest):
        yield suspect("NB-D03", f"the lead-in may be negative: {quoted_list(said)}.")


def _main_clause(lead_in: str) -> tuple[str, str]:
    """What is asked, and a clause on "that …" after it.

    What is said about the case ("If he cannot sleep, …", "… a patient who does not speak") is no
    part of either: a negation there does not turn the question round.
    """
    sentence = re.split(r"(?<=[.!?:]) +", lead_in)[-1]
    sentence = _OPENING_CONDITION.sub("", sentence)
    asked = _THING_ASKED.search(sentence) or _MANNER_ASKED.search(sentence)
    if asked is None:
        return sentence, ""
    subordinate = _SUBORDINATE.search(sentence, asked.end())
    if subordinate is None:
        return sentence[asked.start() :], ""
    rest = sentence[subordinate.start() :] if subordinate.group().lower() == "that" else ""
    return sentence[asked.start() : subordinate.start()], rest


def vague_frequency(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-D04: a frequency that everybody reads differently."""
    for option in item.options:
        text = bare(option.text)
        if said := _VAGUE.findall(unquoted(text)):
            yield sure("NB-D04", f"option {option.id} is vague: {quoted_list(said)}.")
        elif quoted := _VAGUE.findall(text):
            yield suspect("NB-D04", f"option {option.id} quotes a vague {quoted_list(quoted)}.")
    if said := _VAGUE.findall(unquoted(bare(item.lead_in))):
        yield suspect("NB-D04", f"the lead-in is vague: {quoted_list(said)}.")


def needless_complexity(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-D05: a text that tests reading, or options built from other options."""
    for option in item.options:
        text = bare(option.text)
        if _COMBINATION.match(text):
            yield sure(
                "NB-D05",
                f"option {option.id} (“{text}”) combines others by letter; options are shuffled.",
            )
        if (count := len(words(text))) > LONGEST_OPTION:
            yield suspect("NB-D05", f"option {option.id} is long: {count} words.")
        denials = re.findall(r"\b(?:not|no|without|cannot|never)\b|n[’']t\b", unquoted(text))
        if len(denials) > 1:
            yield suspect("NB-D05", f"option {option.id} denies twice: {quoted_list(denials)}.")
    for name, text, most in (
        ("stem", item.stem, LONGEST_STEM),
        ("lead-in", item.lead_in, LONGEST_LEAD_IN),
    ):
        if (count := len(words(bare(text)))) > most:
            yield suspect("NB-D05", f"the {name} is long: {count} words, more than {most}.")


def unneeded_information(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-D06: what the question can do without."""
    if said := _TEACHING.findall(unquoted(bare(item.stem))):
        yield suspect("NB-D06", f"the stem teaches: {quoted_list(said)}.")
    count = len(words(bare(item.stem)))
    if item.level == "recall" and count > LONGEST_RECALL_STEM:
        yield suspect("NB-D06", f"a recall item with a stem of {count} words.")


def several_concepts(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-D07: two questions in one."""
    lead_in = unquoted(bare(item.lead_in))
    if said := _SECOND_QUESTION.findall(lead_in):
        yield suspect("NB-D07", f"the lead-in asks twice: {quoted_list(said)}.")
    elif lead_in.count("?") > 1:
        yield suspect("NB-D07", "the lead-in has two question marks.")
    if unquoted(bare(item.stem)).rstrip('”"’) ').endswith("?"):
        yield suspect("NB-D07", "the stem ends in a question of its own, before the lead-in asks.")
    reasons = [o.id for o in item.options if re.search(r"\bbecause\b", unquoted(bare(o.text)))]
    if len(reasons) > 1:
        yield suspect(
            "NB-D07",
            f"options {', '.join(reasons)} join an answer and its reason (“because”).",
        )


def illogical_order(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-D08: amounts that do not stand in order, or would be shuffled out of it."""
    amounts = [_amount(bare(option.text)) for option in item.options]
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts) or len({kind for kind, _ in known}) != 1:
        return
    sizes = [size for _, size in known]
    if sizes not in (sorted(sizes), sorted(sizes, reverse=True)):
        listed = quoted_list(bare(option.text) for option in item.options)
        yield suspect("NB-D08", f"the amounts {listed} do not stand in order.")
    elif not item.fixed_order:
        yield suspect(
            "NB-D08", "the options are amounts in order; “fixed_order: true” keeps them so."
        )


def _amount(text: str) -> tuple[str, Fraction] | None:
    if place := _PLACE.match(text):
        return place.group(1).lower(), Fraction(place.group(2))
    match = _AMOUNT.match(text)
    if match is None:
        return None
    number = Fraction(match.group(1).replace(",", "."))
    kind, size = _UNITS.get(match.group(2).lower(), (match.group(2).lower(), Fraction(1)))
    return kind, number * size


def all_or_none(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-D09: all, both or none of the above."""
    for option in item.options:
        if said := ALL_OR_NONE.match(bare(option.text)):
            yield sure("NB-D09", f"option {option.id} says “{said.group()}”.")


EVERY_KIND: tuple[Check, ...] = (
    uncoverable,
    hinged_item,
    negative_lead_in,
    vague_frequency,
    needless_complexity,
    unneeded_information,
)
ONE_QUESTION: tuple[Check, ...] = (several_concepts,)
OPTIONS: tuple[Check, ...] = (illogical_order, all_or_none)
