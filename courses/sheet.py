"""Reads the fact sheet and the register of claims, and reports what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from courses.evidence import Claim, Fact
from courses.files import Folder
from courses.schemas import ClaimsFile, FactEntry, FactsFile
from courses.yamlfile import read_yaml

EVIDENCE = "evidence"
CLAIMS = "claims.yaml"


@dataclass(slots=True)
class Sheet:
    """The facts by id, where each stands, and the names of its areas by the letters of the ids."""

    facts: dict[str, Fact] = field(default_factory=dict)
    places: dict[str, tuple[Path, int]] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)


def read_facts(folder: Folder) -> Sheet:
    """All facts of the folder; an id that stands there twice is reported."""
    sheet = Sheet()
    path = folder.root / EVIDENCE
    if not path.exists():
        folder.report(path, 1, "missing-folder", "there is no folder of facts")
        return sheet
    for file in folder.entries(path) if folder.is_folder(path) else []:
        if file.suffix != ".yaml":
            folder.report(file, 1, "stray-file", "only .yaml files belong here", "warning")
            continue
        tree, read = read_yaml(folder, file, FactsFile)
        for number, entry in enumerate(read.facts if read else ()):
            line = tree.line(("facts", number, "id"))
            if entry.id in sheet.facts:
                where, first = sheet.places[entry.id]
                message = f"the fact {entry.id} stands already in {folder.name(where)}:{first}"
                folder.report(file, line, "duplicate-fact", message)
                continue
            fact = _fact(entry)
            sheet.facts[fact.id] = fact
            sheet.places[fact.id] = (file, line)
            if read is not None and read.area is not None:
                sheet.areas.setdefault(fact.area, read.area)
    return sheet


def read_claims(folder: Folder, facts: Mapping[str, Fact]) -> dict[str, Claim]:
    """The register of claims in circulation; a folder may do without one."""
    path = folder.root / CLAIMS
    if not path.exists():
        return {}
    claims: dict[str, Claim] = {}
    tree, read = read_yaml(folder, path, ClaimsFile)
    for number, entry in enumerate(read.claims if read else ()):
        if entry.id in claims:
            line = tree.line(("claims", number, "id"))
            folder.report(path, line, "duplicate-claim", f"the claim {entry.id} stands here twice")
        for place, fact in enumerate(entry.facts):
            if fact not in facts:
                line = tree.line(("claims", number, "facts", place))
                folder.report(path, line, "unknown-fact", f"there is no fact {fact}")
        claims[entry.id] = Claim(entry.id, entry.claim, entry.corrected, tuple(entry.facts))
    return claims


def _fact(entry: FactEntry) -> Fact:
    return Fact(
        id=entry.id,
        statement=entry.statement,
        source=entry.source,
        links=tuple(entry.links),
        strength=entry.strength,
        status=entry.status,
        as_of=entry.as_of,
        review_by=entry.review_by,
    )
