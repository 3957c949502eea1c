"""The texts of a vignette's case, read for the flaws that a stem can have."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from quizzes.flaws.findings import Check, Surroundings
from quizzes.items import Bank, Item, Vignette
from quizzes.problems import Problem


def lint_cases(bank: Bank, checks: Sequence[Check]) -> Iterator[Problem]:
    """Every flaw in a stage of a case, at the line of the first item of its set."""
    surroundings = Surroundings(bank.language, frozenset(), frozenset())
    for vignette in bank.vignettes:
        of_set = [item for item in bank.items if item.vignette == vignette.id]
        for stage, bearer in _stages(vignette, of_set):
            for check in checks:
                for found in check(bearer, surroundings):
                    yield Problem(
                        f"{bank.id}.yaml",
                        bank.lines.get(of_set[0].id, 1),
                        found.code,
                        f"Vignette {vignette.id}, stage {stage}: {found.message}",
                        found.severity,
                    )


def _stages(vignette: Vignette, of_set: Sequence[Item]) -> Iterator[tuple[int, Item]]:
    """Each stage as the stem of an item that has nothing else."""
    if not of_set:
        return
    bare_item = replace(
        of_set[0], lead_in="", options=(), kind="single", details=None, level="analysis"
    )
    for stage, text in enumerate(vignette.stages, start=1):
        yield stage, replace(bare_item, stem=text)
