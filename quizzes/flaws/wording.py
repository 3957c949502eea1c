"""Spelling, syntax and outdated terms (NB-O01), as far as a word list can see them."""

import re
from collections.abc import Iterator

from quizzes.flaws.findings import Check, Finding, Surroundings, sure, suspect
from quizzes.flaws.parts import named_texts
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
    r"(?:a|the) (?:borderline|bipolar|depressive|diabetic|epileptic)s?(?= (?:who|with|is|was)\b)": (
        "a person with the condition"
    ),
    r"wheelchair[- ]bound": "uses a wheelchair",
    r"confined to a wheelchair": "uses a wheelchair",
    r"(?:drug|substance) habit": "substance use",
    r"(?:clean|dirty) urine": "negative or positive test",
}
_ANY_OUTDATED = re.compile(rf"\b(?:{'|'.join(_OUTDATED)})\b", re.IGNORECASE)
_AMERICAN = {
    "analyze": "analyse",
    "analyzed": "analysed",
    "anemia": "anaemia",
    "anesthesia": "anaesthesia",
    "anesthetic": "anaesthetic",
    "behavior": "behaviour",
    "behavioral": "behavioural",
    "behaviors": "behaviours",
    "center": "centre",
    "centered": "centred",
    "centers": "centres",
    "color": "colour",
    "colored": "coloured",
    "counseling": "counselling",
    "counselor": "counsellor",
    "counselors": "counsellors",
    "diarrhea": "diarrhoea",
    "edema": "oedema",
    "estrogen": "oestrogen",
    "favor": "favour",
    "favors": "favours",
    "fulfill": "fulfil",
    "gray": "grey",
    "gynecologist": "gynaecologist",
    "hemorrhage": "haemorrhage",
    "honor": "honour",
    "ischemia": "ischaemia",
    "ischemic": "ischaemic",
    "labeled": "labelled",
    "labor": "labour",
    "maneuver": "manoeuvre",
    "neighbor": "neighbour",
    "orthopedic": "orthopaedic",
    "paralyzed": "paralysed",
    "pediatric": "paediatric",
    "program": "programme",
    "programs": "programmes",
    "signaling": "signalling",
    "skillful": "skilful",
    "traveled": "travelled",
    "tumor": "tumour",
}
_MISSPELT = {
    "accomodate": "accommodate",
    "acheive": "achieve",
    "adminster": "administer",
    "agression": "aggression",
    "beleive": "believe",
    "concious": "conscious",
    "consious": "conscious",
    "definately": "definitely",
    "dependance": "dependence",
    "diagonsis": "diagnosis",
    "hallucinaton": "hallucination",
    "hypertention": "hypertension",
    "independant": "independent",
    "ketamin": "ketamine",
    "maintainance": "maintenance",
    "neccessary": "necessary",
    "contraindiction": "contraindication",
    "occured": "occurred",
    "occurence": "occurrence",
    "psilocibin": "psilocybin",
    "psychadelic": "psychedelic",
    "psycedelic": "psychedelic",
    "psychadelics": "psychedelics",
    "publically": "publicly",
    "recieve": "receive",
    "recieved": "received",
    "refered": "referred",
    "remeber": "remember",
    "seperate": "separate",
    "seratonin": "serotonin",
    "theraputic": "therapeutic",
    "threshhold": "threshold",
    "tranfer": "transfer",
    "untill": "until",
    "withdrawl": "withdrawal",
}
# Capitalised words are left alone: "Center" may be part of a name.
_LOWER = re.compile(r"\b[a-z]+\b")
_TWICE = re.compile(r"\b(the|a|an|and|of|to|in|is|with|for|or|at|on)\s+\1\b", re.IGNORECASE)
_ASKS = re.compile(r"^(?:which|what|how|who|where|when|why|does|do|is|are|should)\b", re.I)


def spelling_and_terms(item: Item, surroundings: Surroundings) -> Iterator[Finding]:
    """NB-O01 in every text of the item: known misspellings, doubled words, outdated terms."""
    for name, text in named_texts(item):
        said = unquoted(bare(text))
        if doubled := _TWICE.search(said):
            yield sure("NB-O01", f"{name}: a word stands twice: “{doubled.group()}”.")
        yield from _listed(name, said, _MISSPELT, "is misspelt; write")
        if surroundings.language == "en-GB":
            yield from _listed(name, said, _AMERICAN, "is not British spelling; write")
        for pattern, better in _OUTDATED.items() if _ANY_OUTDATED.search(said) else ():
            if old := re.findall(rf"\b{pattern}\b", said, re.IGNORECASE):
                yield suspect(
                    "NB-O01", f"{name}: {quoted_list(old)} is outdated; better: {better}."
                )


def _listed(name: str, text: str, listed: dict[str, str], says: str) -> Iterator[Finding]:
    for word in sorted(listed.keys() & set(_LOWER.findall(text))):
        yield suspect("NB-O01", f"{name}: “{word}” {says} “{listed[word]}”.")


def question_mark(item: Item, _: Surroundings) -> Iterator[Finding]:
    """NB-O01: a question without its question mark."""
    lead_in = bare(item.lead_in)
    if _ASKS.match(lead_in) and "?" not in lead_in:
        yield suspect("NB-O01", f"the lead-in asks (“{lead_in[:40]}”) without a question mark.")


EVERY_KIND: tuple[Check, ...] = (spelling_and_terms, question_mark)
