"""The citation syntax of item texts: `[@SET-001]` or `[@SET-001; @SET-004]`."""

import re

FACT_ID = r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+"
_CITATION = re.compile(rf"\[@{FACT_ID}(?:\s*;\s*@{FACT_ID})*\]")
_ID = re.compile(FACT_ID)
# Without the @, only the project's own shape of id (three letters, three digits) counts as an
# attempt at a citation: "(PHQ-9)" and "(MDMA-AT)" are ordinary clinical text.
_REMNANT = re.compile(rf"\[@[^\]\n]{{0,60}}\]?|[\[(][A-Z]{{3}}-\d{{3}}[\])]|(?<!\w)@{FACT_ID}")


def citations_in(text: str) -> tuple[str, ...]:
    """Fact ids cited in a text, each once, in order of first appearance."""
    found = [fact for match in _CITATION.finditer(text) for fact in _ID.findall(match.group())]
    return tuple(dict.fromkeys(found))


def without_citations(text: str) -> str:
    """The text as it reads with its citations taken out."""
    return _CITATION.sub("", text)


def broken_citations(text: str) -> tuple[str, ...]:
    """Pieces of text that look like a citation and cannot be read as one."""
    return tuple(match.group() for match in _REMNANT.finditer(without_citations(text)))
