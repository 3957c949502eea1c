"""What stands beside the lessons of a module: its job aids and its glossary."""

import re
from collections.abc import Mapping
from pathlib import Path

from courses.drafts import TermDraft
from courses.evidence import Fact
from courses.files import Folder
from courses.frontmatter import report_rendered, split_front_matter
from courses.outline import JobAid, Term
from courses.prose import render_inline, render_lesson
from courses.schemas import SLUG, GlossaryFile, JobAidHeader
from courses.yamlfile import read_yaml, shaped_file

# What fits on one A4 page in the print style, tables counted as their words.
LONGEST_JOB_AID = 480


def read_job_aids(folder: Folder, path: Path, facts: Mapping[str, Fact]) -> list[JobAid]:
    """The job aids of a module in order of their file names; problems are reported."""
    if not path.exists() or not folder.is_folder(path):
        return []
    aids = [
        _read_job_aid(folder, file, facts)
        for file in folder.entries(path)
        if _is_job_aid(folder, file)
    ]
    return [aid for aid in aids if aid is not None]


def _is_job_aid(folder: Folder, file: Path) -> bool:
    if file.suffix == ".md" and re.fullmatch(SLUG, file.stem):
        return True
    message = "only files such as reporting-clocks.md belong here"
    folder.report(file, 1, "stray-file", message, "warning")
    return False


def _read_job_aid(folder: Folder, path: Path, facts: Mapping[str, Fact]) -> JobAid | None:
    parts = split_front_matter(folder, path, "a job aid")
    if parts is None:
        return None
    header = shaped_file(folder, path, parts.tree, JobAidHeader)
    rendered = render_lesson(parts.body, parts.body_line, (), facts, {})
    report_rendered(folder, path, parts, rendered)
    if rendered.checks or rendered.figures:
        message = "a job aid has no self-checks, claims or figures: it is one printed page"
        folder.report(path, parts.body_line, "job-aid", message)
    if rendered.words > LONGEST_JOB_AID:
        message = f"this job aid has {rendered.words} words: one page holds {LONGEST_JOB_AID}"
        folder.report(path, 1, "length", message, "warning")
    if not rendered.citations:
        folder.report(path, 1, "no-citation", "this job aid cites no fact")
    if header is None:
        return None
    return JobAid(
        slug=path.stem,
        title=header.title,
        summary=header.summary,
        safety_critical=header.safety_critical,
        reviewed_on=header.reviewed_on,
        html=rendered.html,
        citations=rendered.citations,
    )


def read_glossary(folder: Folder, path: Path, facts: Mapping[str, Fact]) -> list[TermDraft]:
    """The terms of a module in the order of the file; problems are reported."""
    tree, read = read_yaml(folder, path, GlossaryFile)
    terms: list[TermDraft] = []
    met: set[str] = set()
    for number, entry in enumerate(read.terms if read else ()):
        line = tree.line(("terms", number))
        for name in (entry.term, *entry.also):
            if name.casefold() in met:
                folder.report(path, line, "duplicate-term", f'"{name}" is defined twice')
            met.add(name.casefold())
        html, citations, findings = render_inline(entry.definition, facts)
        for finding in findings:
            folder.report(path, line, finding.code, finding.message, finding.severity)
        also, found_as = tuple(entry.also), tuple(entry.found_as)
        term = Term(entry.term, also, html, citations, found_as)
        terms.append(TermDraft(term, line))
    return terms
