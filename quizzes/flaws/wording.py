"""Spelling, syntax and outdated terms (NB-O01), as far as a word list can see them."""

import re
from collections.abc import Iterator

from quizzes.flaws.findings import Check, Finding, Surroundings, sure, suspect
from quizzes.flaws.texts import bare, quoted_list, unquoted
from quizzes.items import Item

_OUTDATED = {
    r"addicts?": "person with a substance use disorder",
    r"alcoholics?(?! (?:drink|beverage))": "person with alcohol use disorder",
    r"(?:drug|substance) abuse(?:rs?)?": "substance use",
    r"commit(?:s|ted|ting)? suicide": "died by suicide",
    r"(?:failed|successful) suicide": "suicide attempt, death by suicide",
    r"mental(?:ly)? retard(?:ed|ation)": "intellectual disability",
    r"manic[- ]depress(?:ive|ion)": "bipolar disorder",
    r"schizophrenics": "people with schizophrenia",
    r"hysterical": "distressed, or the sign itself",
}
_AMERICAN = {
    "behavior": "behaviour",
    "behavioral": "behavioural",
    "behaviors": "behaviours",
    "center": "centre",
    "centers": "centres",
    "color": "colour",
    "counseling": "counselling",
    "counselor": "counsellor",
    "favor": "favour",
    "fetus": "foetus",
    "hemorrhage": "haemorrhage",
    "labeled": "labelled",
    "labor": "labour",
    "pediatric": "paediatric",
    "program": "programme",
    "programs": "programmes",
}
_MISSPELT = {
    "accomodate": "accommodate",
    "adminster": "administer",
    "contraindiction": "contraindication",
    "occured": "occurred",
    "occurence": "occurrence",
    "psilocibin": "psilocybin",
    "psychadelic": "psychedelic",
    "recieve": "receive",
    "seperate": "separate",
    "seratonin": "serotonin",
    "theraputic": "therapeutic",
    "threshhold": "threshold",
}
_TWICE = re.compile(r"\b(the|a|an|and|of|to|in|is|with|for|or|at|on)\s+\1\b", re.IGNORECASE)
_ASKS = re.compile(r"^(?:which|what|how|who|where|when|why|does|do|is|are|should)\b", re.I)


def spelling_and_terms(item: Item, surroundings: Surroundings) -> Iterator[Finding]:
    """NB-O01 in every text of the item: known misspellings, doubled words, outdated terms."""
    texts = [("stem", item.stem), ("lead-in", item.lead_in)]
    for option in item.options:
        texts += [
            (f"option {option.id}", option.text),
            (f"rationale {option.id}", option.rationale),
        ]
    for name, text in texts:
        said = unquoted(bare(text))
        if doubled := _TWICE.search(said):
            yield sure("NB-O01", f"{name}: a word stands twice: “{doubled.group()}”.")
        yield from _listed(name, said, _MISSPELT, "is misspelt; write")
        if surroundings.language == "en-GB":
            yield from _listed(name, said, _AMERICAN, "is not British spelling; write")
        for pattern, better in _OUTDATED.items():
            if old := re.findall(rf"\b{pattern}\b", said, re.IGNORECASE):
                yield suspect(
                    "NB-O01", f"{name}: {quoted_list(old)} is outdated; better: {better}."
                )


def _listed(name: str, text: str, listed: dict[str, str], says: str) -> Iterator[Finding]:
    for word in dict.fromkeys(re.findall(r"[a-z]+", text.lower())):
        if word in listed:
            yield suspect("NB-O01", f"{name}: “{word}” {says} “{listed[word]}”.")


def question_mark(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-O01: a question without its question mark."""
    lead_in = bare(item.lead_in)
    if _ASKS.match(lead_in) and "?" not in lead_in:
        yield suspect("NB-O01", f"the lead-in asks (“{lead_in[:40]}”) without a question mark.")


CHECKS: tuple[Check, ...] = (spelling_and_terms, question_mark)
