"""Self-checks: a question inside a lesson, with the reasoning for every option behind a summary.

Nothing is scored, stored or sent: the page needs no form and no script for it.
"""

import re
from collections.abc import Container

from courses.dialect import Finding, convert_block, convert_inline
from courses.scan import BlockSource
from courses.schemas import CheckFile, CheckOption, shaped
from courses.yamltree import Fault, read_tree

_WORD = re.compile(r"\w[\w'’-]*")


def count_words(text: str) -> int:
    """Words as a reader meets them; "follow-up" and "don't" are one each."""
    return len(_WORD.findall(text))


class SelfCheck:
    """A self-check rendered: `html`, how many words it gives to read, and what is wrong with it."""

    def __init__(self, source: BlockSource, number: int, facts: Container[str]) -> None:
        self.findings: list[Finding] = []
        self.html = ""
        self.words = 0
        self._facts = facts
        check, faults = shaped(read_tree(source.text, source.line + 1), CheckFile)
        self.faults = [_as_check(fault) for fault in faults]
        if check is not None:
            self.html = self._section(check, f"check-{number}", source.heading_level)
            texts = [check.question, *(f"{option.text} {option.why}" for option in check.options)]
            self.words = sum(count_words(text) for text in texts)

    def _inline(self, text: str) -> str:
        converted = convert_inline(text, self._facts)
        self.findings += converted.findings
        return converted.html

    def _option(self, option: CheckOption) -> str:
        converted = self._inline(option.text)
        if "<a " in converted:
            # Inside a label, following the link and choosing the option would be one click.
            message = "a self-check option carries no citation and no link: put them into its why"
            self.findings.append(Finding("check-option", option.text.split("\n")[0], message))
        return converted

    def _block(self, text: str) -> str:
        converted = convert_block(text, self._facts)
        self.findings += converted.findings
        return converted.html

    def _section(self, check: CheckFile, name: str, level: int) -> str:
        question = self._block(check.question)
        options = [self._option(option) for option in check.options]
        labels = "".join(
            f'<label class="check-option"><input type="radio" name="{name}" value="{number}">'
            f" <span>{option}</span></label>"
            for number, option in enumerate(options, 1)
        )
        answers = "".join(
            self._answer(option, text) for option, text in zip(check.options, options, strict=True)
        )
        return (
            f'<div class="check" role="group" aria-labelledby="{name}-title">'
            f'<h{level} class="check-title" id="{name}-title">Pause and decide</h{level}>'
            f"{question}"
            '<fieldset class="check-options"><legend class="visually-hidden">Your choice</legend>'
            f"{labels}</fieldset>"
            '<details class="check-answer"><summary>Show the reasoning</summary>'
            f"<ol>{answers}</ol></details></div>"
        )

    def _answer(self, option: CheckOption, text: str) -> str:
        kind, sign, words = "other", "✗", "Not the best answer"
        if option.best:
            kind, sign, words = "best", "✓", "Best answer"
        return (
            f'<li class="check-{kind}"><p class="check-verdict">'
            f'<span class="check-sign" aria-hidden="true">{sign}</span> '
            f"<strong>{words}</strong></p>"
            f'<p class="check-text">{text}</p>'
            f'<div class="check-why">{self._block(option.why)}</div></li>'
        )


def _as_check(fault: Fault) -> Fault:
    return Fault(fault.line, fault.code, f"self-check: {fault.message}")
