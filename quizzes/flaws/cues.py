"""Test-wise cues (NB-T01 to NB-T09): what lets somebody guess the key without knowing."""

import re
from collections import Counter
from collections.abc import Iterator

from quizzes.flaws.difficulty import ALL_OR_NONE
from quizzes.flaws.findings import Check, Finding, Surroundings, lone_key, sure, suspect
from quizzes.flaws.texts import bare, quoted_list, telling_words, unquoted, words
from quizzes.items import Item

_ABSOLUTES = re.compile(
    r"\b(?:always|never|invariably|without (?:exception|fail)|under no circumstances"
    r"|in (?:all|every) (?:cases?|circumstances?|situations?)|guarantee[sd]?)\b",
    re.IGNORECASE,
)
_NEAR_ABSOLUTES = re.compile(
    r"\b(?:(?<!first of )(?<!after )(?<!at )(?<!not )all(?! right)|(?<!not )(?<!if )only"
    r"|(?<!not )every(?! (?:\d|other|two|three|four|few|hour|day|week|month|year))"
    r"|everyone|everybody|nobody|no one|nothing|none|entirely|completely|totally|impossible"
    r"|certainly|absolutely)\b",
    re.IGNORECASE,
)
_SEVERAL_KEYS = re.compile(
    r"\b(?:(?:which|what|select|choose|pick|name|mark|tick) (?:the )?"
    r"(?:two|three|four|[2-4])\b(?!-)"
    r"|(?:select|choose|mark|tick) (?:all|any)\b|all that apply\b)",
    re.IGNORECASE,
)
_DIRECTIONS = (
    ("increase", "decrease"),
    ("rise", "fall"),
    ("raise", "lower"),
    ("higher", "lower"),
    ("more", "less"),
    ("more", "fewer"),
    ("longer", "shorter"),
    ("faster", "slower"),
    ("better", "worse"),
    ("improve", "worsen"),
    ("stronger", "weaker"),
    ("greater", "smaller"),
    ("earlier", "later"),
    ("before", "after"),
    ("above", "below"),
)
_NO_CHANGE = re.compile(
    r"\b(?:unchanged|no change|no effect|no difference|the same|stays? as|does not change|equal"
    r"|at once|together|within)\b",
    re.IGNORECASE,
)
_NEGATIONS = frozenset({"not", "no", "never", "without", "cannot"})
_UNMEANT = re.compile(
    r"\b(?:absurd|silly|ridiculous|laughable|nobody would|no one would|no clinician would"
    r"|obviously (?:wrong|false)|clearly (?:absurd|silly)|a joke|filler)\b",
    re.IGNORECASE,
)
_LOOKS = (
    ("end in a full stop", re.compile(r"\.[”\"’]?$")),
    ("begin with a small letter", re.compile(r"^[“\"‘]?[a-zà-ÿ]")),
    ("begin with a figure", re.compile(r"^\d")),
    ("are quotations", re.compile(r"^[“\"‘].*[”\"’]\.?$")),
    ("are questions", re.compile(r"\?[”\"’]?$")),
)
_OPENS_A_NAME = re.compile(r"(?:the|an?|her|his|their|its) ", re.IGNORECASE)
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
# Figures in names ("42 CFR Part 2", "DSM-5", "3 March") make no option more exact.
_NUMBERED_NAME = re.compile(r"(?<=[ (“])[A-Z][\w-]*[ -]?\d+|\b[A-Z]{2,}-?\d+|\b\d+ [A-Z]\w+")
_ELEMENT_BREAK = re.compile(r"\s*(?:,|;|\band\b|\bwith\b|\bplus\b|\+)\s*", re.IGNORECASE)


def grammar_mismatch(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-T01: an option that does not follow grammatically from the lead-in."""
    lead_in = bare(item.lead_in)
    article = re.search(r"\b(an?)[ :…_]*$", lead_in, re.IGNORECASE)
    if article:
        wants_vowel = article.group(1).lower() == "an"
        odd = [o for o in item.options if (bare(o.text)[:1].lower() in "aeiou") != wants_vowel]
        if odd:
            letters = ", ".join(o.id for o in odd)
            yield suspect(
                "NB-T01",
                f"the lead-in ends in “{article.group(1)}”, which does not fit option {letters}.",
            )
    if re.search(r"\bto[ :…_]*$", lead_in, re.IGNORECASE):
        odd = [o for o in item.options if _verb_form(o.text) or _OPENS_A_NAME.match(bare(o.text))]
        if odd:
            letters = ", ".join(o.id for o in odd)
            yield suspect(
                "NB-T01", f"the lead-in ends in “to”, which does not fit option {letters}."
            )
    forms = {option.id: _verb_form(option.text) for option in item.options}
    for form in ("-ing", "to …"):
        others = [letter for letter, has in forms.items() if has != form]
        if len(others) == 1 and len(forms) > 2:
            yield suspect(
                "NB-T01", f"every option but {others[0]} begins with a verb in the form “{form}”."
            )


def _verb_form(text: str) -> str:
    first = (words(bare(text)) or ("",))[0]
    if first == "to":
        return "to …"
    return "-ing" if first.endswith("ing") and len(first) > 5 and first != "nothing" else ""


def exhaustive_options(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-T02: a set of options that covers all there is, so the rest can be struck out."""
    texts = [(option.id, words(unquoted(bare(option.text)))) for option in item.options]
    steady = [o.id for o in item.options if _NO_CHANGE.search(unquoted(o.text))]
    for up, down in _DIRECTIONS if steady else ():
        risers = [letter for letter, has in texts if _names(has, up)]
        fallers = [letter for letter, has in texts if _names(has, down)]
        if risers and fallers and steady and len({*risers, *fallers, *steady}) >= 3:
            letters = ", ".join(sorted({*risers, *fallers, *steady}))
            yield suspect(
                "NB-T02",
                f"options {letters} (“{up}”, “{down}” and no change) leave no other possibility.",
            )
            break
    for place, (letter, has) in enumerate(texts):
        for other, other_has in texts[place + 1 :]:
            denied = _NEGATIONS & (set(has) ^ set(other_has))
            if denied and _affirmed(has) == _affirmed(other_has):
                yield suspect(
                    "NB-T02",
                    f"options {letter} and {other} deny one another ({quoted_list(sorted(denied))}"
                    "): one of them must be true.",
                )


def _names(has: tuple[str, ...], direction: str) -> bool:
    return any(word in {direction, f"{direction}s", f"{direction}d"} for word in has)


def _affirmed(has: tuple[str, ...]) -> list[str]:
    return [word for word in has if word not in _NEGATIONS and word not in {"do", "does", "is"}]


def absolute_terms(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-T03: a term without exception, which the test-wise strike out."""
    near: dict[str, list[str]] = {}
    for option in item.options:
        text = bare(option.text)
        own = unquoted(text)
        said = _ABSOLUTES.findall(own)
        if said:
            yield sure("NB-T03", f"option {option.id} is absolute: {quoted_list(said)}.")
        elif quoted := _ABSOLUTES.findall(text):
            yield suspect(
                "NB-T03", f"option {option.id} quotes an absolute: {quoted_list(quoted)}."
            )
        rest = "" if ALL_OR_NONE.match(text) else _ABSOLUTES.sub(" … ", own)
        for word in _NEAR_ABSOLUTES.findall(rest):
            near.setdefault(word.lower(), []).append(option.id)
    for word, letters in near.items():
        # A word that stands in every option tells none of them apart.
        if len(set(letters)) < len(item.options):
            where = ", ".join(dict.fromkeys(letters))
            yield suspect("NB-T03", f"“{word}” may be read as absolute (option {where}).")


def longest_key(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-T04: a key clearly longer than every distractor, or alone in giving figures."""
    key = lone_key(item)
    if key is None:
        return
    length = len(bare(key.text))
    longest = max((len(bare(o.text)) for o in item.options if not o.key), default=0)
    if length - longest >= 15 and length * 4 >= longest * 5:
        yield suspect(
            "NB-T04",
            f"the key ({key.id}) is the longest option: {length} characters, the longest "
            f"distractor has {longest}.",
        )
    figures = {
        option.id: len(_FIGURE.findall(_NUMBERED_NAME.sub(" ", bare(option.text))))
        for option in item.options
    }
    if figures.pop(key.id) >= 2 and not any(figures.values()):
        yield suspect("NB-T04", f"the key ({key.id}) alone gives figures: it is the most exact.")


def echoed_word(item: Item, surroundings: Surroundings) -> Iterator[Finding]:
    """NB-T05: a word of the stem or lead-in that comes back in the key (every key) alone."""
    if not item.keys or len(item.keys) == len(item.options):
        return
    in_options = Counter(root for o in item.options for root in telling_words(bare(o.text)))
    lead_in = telling_words(bare(item.lead_in))
    stem = telling_words(bare(item.stem))
    alone = {
        root: word
        for root, word in telling_words(bare(item.keys[0].text)).items()
        if all(root in telling_words(bare(key.text)) for key in item.keys)
        and in_options[root] == len(item.keys)
        and root not in surroundings.common_roots
    }
    from_lead_in = [word for root, word in alone.items() if root in lead_in]
    from_stem = [word for root, word in alone.items() if root in stem and root not in lead_in]
    # A long vignette shares a word with almost any good answer; two words are a cue.
    if from_lead_in or len(from_stem) >= 2 or (from_stem and len(words(item.stem)) <= 25):
        rivals = [
            sum(root in stem or root in lead_in for root in telling_words(bare(o.text)))
            for o in item.options
            if not o.key
        ]
        if len(from_lead_in) + len(from_stem) > max(rivals, default=0):
            letters = ", ".join(key.id for key in item.keys)
            yield suspect(
                "NB-T05",
                f"the key ({letters}) alone repeats {quoted_list(from_lead_in + from_stem)} "
                "from the question.",
            )


def convergence(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-T06: a key made of the elements that the other options share."""
    key = lone_key(item)
    if key is None:
        return
    elements = {
        o.id: {p.lower() for p in _ELEMENT_BREAK.split(bare(o.text).rstrip(".")) if p}
        for o in item.options
    }
    if sum(len(parts) >= 2 for parts in elements.values()) < 3 or len(elements[key.id]) < 2:
        return
    times = Counter(element for parts in elements.values() for element in parts)
    shared = {letter: sum(times[e] - 1 for e in parts) for letter, parts in elements.items()}
    rest = max(count for letter, count in shared.items() if letter != key.id)
    if shared[key.id] > rest and all(times[e] > 1 for e in elements[key.id]):
        yield suspect(
            "NB-T06",
            f"the key ({key.id}) joins the elements that most options share: "
            f"{quoted_list(sorted(elements[key.id]))}.",
        )


def uneven_options(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-T07: options that differ in punctuation, capitals, kind or length."""
    texts = {option.id: bare(option.text) for option in item.options}
    for what, pattern in _LOOKS:
        those = [letter for letter, text in texts.items() if pattern.search(text)]
        if 0 < len(those) < len(texts):
            yield suspect("NB-T07", f"some options {what} ({', '.join(those)}), others do not.")
    lengths = {letter: len(text) for letter, text in texts.items()}
    if not lengths:
        return
    longest, shortest = max(lengths, key=lengths.__getitem__), min(lengths, key=lengths.__getitem__)
    if lengths[longest] > 3 * lengths[shortest] and lengths[longest] - lengths[shortest] > 60:
        yield suspect(
            "NB-T07",
            f"option {longest} ({lengths[longest]} characters) is more than three times as long "
            f"as option {shortest} ({lengths[shortest]}).",
        )


def implausible_distractor(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-T08: a distractor that nobody would choose, as far as its own author says so."""
    for option in item.options:
        said = _UNMEANT.findall(bare(option.rationale))
        if said and not option.key:
            yield suspect(
                "NB-T08",
                f"the rationale of option {option.id} calls it {quoted_list(said)}: nobody may "
                "choose it.",
            )
        if not option.key and "!" in unquoted(option.text):
            yield suspect("NB-T08", f"option {option.id} exclaims (“!”): it may not be taken up.")


def number_of_keys(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-T09: no key, more than one, or a question for several."""
    keys = [option.id for option in item.options if option.key]
    if len(keys) != 1:
        has = "has no key" if not keys else f"has {len(keys)} keys ({', '.join(keys)})"
        yield sure("NB-T09", f"{has}; exactly one option is the best answer.")
    if asked := _SEVERAL_KEYS.search(bare(item.lead_in)):
        yield sure("NB-T09", f"the lead-in asks for several answers: “{asked.group()}”.")


def same_options(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-T09: options that say the same."""
    same: dict[str, list[str]] = {}
    for option in item.options:
        same.setdefault(" ".join(words(bare(option.text))) or option.text, []).append(option.id)
    for letters in same.values():
        if len(letters) > 1:
            yield sure("NB-T09", f"options {' and '.join(letters)} say the same.")


EVERY_LIST: tuple[Check, ...] = (uneven_options,)
DISTRACTORS: tuple[Check, ...] = (
    grammar_mismatch,
    exhaustive_options,
    absolute_terms,
    echoed_word,
    implausible_distractor,
)
ONE_KEY: tuple[Check, ...] = (longest_key, convergence, number_of_keys, same_options)
