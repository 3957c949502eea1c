"""Statistics of a bank for a programme: paper, items, options and certainty, from stored answers.

NumPy is loaded when the first of these is worked out, and a report is kept while nothing changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp
from typing import Any, Literal

from sqlalchemy.orm import Session

import quizzes
from lms.errors import NotFound
from lms.services import catalogue
from lms.services.psychometrics.gathering import Given, Sat, Which, fingerprint, gather
from lms.services.psychometrics.kept import Kept
from lms.services.psychometrics.options import chosen_options
from lms.services.psychometrics.pools import CohortChoice, Examined, Version, examined

SURELY_WRONG = 0.1
"""Share of answers that were wrong and certain, from which an item is flagged; a convention."""
BOOTSTRAP_WORK = 4_000_000
"""Learners x items x rounds that the check on alpha may take within a page."""
ROUNDS = 200


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One column of the table: an item, what it did, and what its options and certainty say.

    `item` is the newest version with this key, `versions` are all, each with how many learners
    met it. `flags` are those of the item, then those of its options, then "confidently-wrong".
    `others` are the answers given to an item without options to count, most frequent first, as
    (answer, learners, mark).
    """

    column: str
    item: quizzes.Item
    figures: quizzes.ItemStatistics
    options: quizzes.DistractorTable | None
    certainty: quizzes.CertaintyTable
    flags: tuple[str, ...]
    versions: tuple[tuple[Version, int], ...]
    others: tuple[tuple[str, int, Fraction], ...]
    is_current: bool


@dataclass(frozen=True)
class BankReport:
    """The statistics of one bank; `paper` is None while nobody has sat it.

    `bank` and `content` are the newest the programme uses. `cuts` are the cut scores of the papers
    sat. `table` holds the marks that everything rests on.
    """

    bank: quizzes.Bank
    content: catalogue.ReleaseContent
    cohorts: tuple[CohortChoice, ...]
    cohort_id: int | None
    which: Which
    learners: int
    awaiting: int
    cuts: tuple[int, ...]
    paper: quizzes.PaperStatistics | None
    items: tuple[ItemLine, ...]
    table: quizzes.MarkTable | None

    def line(self, column: str) -> ItemLine:
        """The line of an item that was met; NotFound for any other."""
        for line in self.items:
            if line.column == column:
                return line
        raise NotFound()


def bank_report(
    session: Session,
    programme_id: int,
    bank_id: str,
    *,
    cohort_id: int | None = None,
    which: Which = "first",
) -> BankReport:
    """Return the statistics of a bank; who may see them is for the caller to ask.

    NotFound when no cohort of the programme uses such a bank, or there is no such cohort.
    """
    found = examined(session, programme_id)
    content = found.content_with(bank_id)
    if content is None or cohort_id not in {None, *(cohort.id for cohort in found.cohorts)}:
        raise NotFound()
    state = fingerprint(session, programme_id)
    place = (session.get_bind().engine, programme_id, bank_id, cohort_id, which)
    key = (*place, state, content.id, found.cohorts)
    report: BankReport | None = _kept.get(key)
    if report is None:
        report = _report(session, programme_id, bank_id, found, content, cohort_id, which)
        _kept.keep(key, report)
    return report


def _report(
    session: Session,
    programme_id: int,
    bank_id: str,
    found: Examined,
    content: catalogue.ReleaseContent,
    cohort_id: int | None,
    which: Which,
) -> BankReport:
    versions = found.versions([bank_id])
    items = {key: version.item for key, version in versions.items()}
    gathered = gather(
        session, programme_id, items, bank_id=bank_id, cohort_id=cohort_id, which=which
    )
    attempts = gathered.attempts
    bank = content.banks[bank_id]
    table = _table(attempts, versions) if attempts else None
    return BankReport(
        bank=bank,
        content=content,
        cohorts=found.cohorts,
        cohort_id=cohort_id,
        which=which,
        learners=len(attempts),
        awaiting=gathered.awaiting,
        cuts=tuple(sorted({sat.cut_percent for sat in attempts})),
        paper=None if table is None else _paper(table, bank.specification.cut_percent),
        items=() if table is None else _lines(attempts, versions, table, bank),
        table=table,
    )


def _table(attempts: Sequence[Sat], versions: Mapping[str, Version]) -> quizzes.MarkTable:
    return quizzes.marks_from_papers(
        {versions[each.item_hash].column: each.mark for each in sat.given} for sat in attempts
    )


def _paper(table: quizzes.MarkTable, cut_percent: int) -> quizzes.PaperStatistics:
    rounds = ROUNDS if table.values.size * ROUNDS <= BOOTSTRAP_WORK else 0
    return quizzes.paper_statistics(table, cut_percent=Fraction(cut_percent), rounds=rounds)


def _lines(
    attempts: Sequence[Sat],
    versions: Mapping[str, Version],
    table: quizzes.MarkTable,
    bank: quizzes.Bank,
) -> tuple[ItemLine, ...]:
    """One line a column, in the order of the table."""
    # The newest version of a column comes last.
    newest = {version.column: version.item for version in versions.values()}
    guesses = {
        column: float(quizzes.random_guess_share(newest[column]))
        for column in table.items
        if newest[column].kind not in ("constructed", "numeric")
    }
    rows = [{versions[each.item_hash].column: each for each in sat.given} for sat in attempts]
    current = {item.id for item in bank.items}
    lines = []
    for number, figures in enumerate(quizzes.item_statistics(table, guesses)):
        column = figures.item
        item, given = newest[column], [row.get(column) for row in rows]
        options = _options(item, versions, given, table.rests[:, number])
        certainty = quizzes.certainty_table(
            [(each.certainty, each.mark == 1) for each in given if each is not None]
        )
        counts = Counter(each.item_hash for each in given if each is not None)
        lines.append(
            ItemLine(
                column=column,
                item=item,
                figures=figures,
                options=options,
                certainty=certainty,
                flags=_flags(figures, options, certainty),
                versions=tuple(
                    (version, counts[key])
                    for key, version in versions.items()
                    if version.column == column
                ),
                others=() if options else _other_answers(given),
                is_current=item.id in current and column == item.id,
            )
        )
    return tuple(lines)


def _options(
    item: quizzes.Item,
    versions: Mapping[str, Version],
    given: Sequence[Given | None],
    rests: Any,
) -> quizzes.DistractorTable | None:
    """What the options of a kind with options to choose drew; None for the other kinds."""
    if item.kind not in ("single", "multiple", "hotspot", "concordance"):
        return None
    chosen = [
        None if each is None else chosen_options(item, versions[each.item_hash].item, each.answer)
        for each in given
    ]
    keys = [option.id for option in item.keys]
    if isinstance(item.details, quizzes.Concordance):
        most = max(item.details.panel)
        votes = zip(item.options, item.details.panel, strict=True)
        keys = [option.id for option, count in votes if count == most]
    return quizzes.distractor_table([option.id for option in item.options], keys, chosen, rests)


def _other_answers(given: Sequence[Given | None]) -> tuple[tuple[str, int, Fraction], ...]:
    answers = [each for each in given if each is not None and each.answer is not None]
    if any(len(each.answer or "") > 120 for each in answers):
        return ()  # texts of one's own are for markers to read, not for a table
    counts = Counter((each.answer or "", each.mark) for each in answers)
    return tuple((answer, count, mark) for (answer, mark), count in counts.most_common(8))


def _flags(
    figures: quizzes.ItemStatistics,
    options: quizzes.DistractorTable | None,
    certainty: quizzes.CertaintyTable,
) -> tuple[str, ...]:
    """All flags of an item; in a small group options are not judged, certainty by its interval."""
    found = list(figures.flags)
    if options is not None and not figures.caution:
        found += [each.flag for each in options.options if each.flag and each.flag not in found]
    rate, interval = certainty.confidently_wrong_rate, certainty.confidently_wrong_interval
    if certainty.caution:
        rate = interval.low if interval else None
    if rate is not None and rate >= SURELY_WRONG:
        found.append("confidently-wrong")
    return tuple(dict.fromkeys(found))


def item_model(report: BankReport) -> quizzes.ItemModel | str:
    """Return a model fitted to the marks of a report, or the sentence that says why there is none.

    Two parameters an item where 500 learners allow it, else Rasch. Kept with the report's marks.
    """
    if report.table is None:
        return "Nobody has sat a paper of this bank yet."
    kept: quizzes.ItemModel | str | None = _models.get(report.table)
    if kept is None:
        kept = _fit(report.table)
        _models.keep(report.table, kept)
    return kept


def ability_at(model: quizzes.ItemModel, cut_percent: int) -> float | None:
    """Return the ability at which the model expects the cut score; None outside -4 to 4.

    The expected share of right answers rises with ability, so halving finds it.
    """

    def expected(ability: float) -> float:
        rights = [1 / (1 + exp(-item.slope * (ability - item.difficulty))) for item in model.items]
        return 100 * sum(rights) / len(rights)

    low, high = model.information[0][0], model.information[-1][0]
    if not expected(low) < cut_percent < expected(high):
        return None
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if expected(middle) < cut_percent else (low, middle)
    return low


def _fit(table: quizzes.MarkTable) -> quizzes.ItemModel | str:
    reason = ""
    names: list[Literal["2pl", "rasch"]] = ["2pl", "rasch"] if table.learners >= 500 else ["rasch"]
    for name in names:
        try:
            return quizzes.fit_items(table, name)
        except quizzes.NotFitted as error:
            reason = str(error)
    return reason


def forget_reports() -> None:
    """Forget what is kept, so that the next report is worked out anew."""
    _kept.clear()


# A report of 500 learners and 75 items takes about a megabyte.
_kept = Kept(24)
_models = Kept(8)
