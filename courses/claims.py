"""Claims in circulation: the block in which a reader judges one."""

import html
from collections.abc import Container, Mapping

from courses.dialect import Finding, convert_block
from courses.evidence import Claim
from courses.scan import BlockSource
from courses.schemas import ClaimBlock, shaped
from courses.selfchecks import count_words
from courses.yamltree import Fault, read_tree

_VERDICTS = {
    "holds": ("✓", "It holds"),
    "partly": ("±", "It holds in part, and misleads as said"),
    "fails": ("✗", "It does not hold"),
}


class JudgedClaim:
    """A claim block rendered: `html`, its words to read, and what is wrong with it.

    `claim_id` names the claim of the register, None for one that only this lesson knows.
    """

    def __init__(
        self,
        source: BlockSource,
        number: int,
        facts: Container[str],
        register: Mapping[str, Claim],
    ) -> None:
        self.findings: list[Finding] = []
        self.faults: list[Fault] = []
        self.html = ""
        self.words = 0
        self.claim_id: str | None = None
        tree = read_tree(source.text, source.line + 1)
        block, faults = shaped(tree, ClaimBlock)
        self.faults += [
            Fault(fault.line, fault.code, f"claim: {fault.message}") for fault in faults
        ]
        if block is None:
            return
        self.claim_id = block.id
        if block.id is not None and block.id not in register:
            message = f"claim: there is no claim {block.id} in claims.yaml"
            self.faults.append(Fault(tree.line(("id",)), "unknown-claim", message))
            return
        words = register[block.id].claim if block.id is not None else block.text or ""
        reasoning = convert_block(block.reasoning, facts)
        self.findings += reasoning.findings
        self.words = count_words(words) + count_words(block.reasoning)
        self.html = _section(words, block.verdict, reasoning.html, number, source.heading_level)


def _section(words: str, verdict: str, reasoning: str, number: int, level: int) -> str:
    name = f"claim-{number}"
    sign, judgement = _VERDICTS[verdict]
    options = "".join(
        f'<label class="check-option"><input type="radio" name="{name}" value="{value}">'
        f" <span>{label}</span></label>"
        for value, (_sign, label) in _VERDICTS.items()
    )
    return (
        f'<div class="check claim" role="group" aria-labelledby="{name}-title">'
        f'<h{level} class="check-title" id="{name}-title">Judge the claim</h{level}>'
        f'<blockquote class="claim-words"><p>“{html.escape(words, quote=False)}”</p></blockquote>'
        '<fieldset class="check-options"><legend>What does the evidence allow?</legend>'
        f"{options}</fieldset>"
        '<details class="check-answer"><summary>Show what the evidence says</summary>'
        f'<p class="check-verdict"><span class="check-sign" aria-hidden="true">{sign}</span> '
        f"<strong>{judgement}</strong></p>"
        f'<div class="check-why">{reasoning}</div></details></div>'
    )
