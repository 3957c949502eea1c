"""Which items a cell of a specification may take, and in which order cells are served."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quizzes.items import Bank, Cell, Item, Level


@dataclass(frozen=True, slots=True)
class Sort:
    """What a cell asks an item about: its objective, level, safety, bank and vignette set."""

    objective: str
    level: Level
    safety_critical: bool
    bank: str
    vignette: str | None


def sort_of(item: Item, bank_id: str) -> Sort:
    """The sort of an item that comes from the bank of that id."""
    return Sort(item.objective, item.level, item.safety_critical, bank_id, item.vignette)


def sort_in(bank: Bank, item: Item) -> Sort:
    """The sort of an item of a bank; in an examination it counts to the bank it comes from."""
    return sort_of(item, bank.origins.get(item.id, bank.id))


def fits(cell: Cell, sort: Sort) -> bool:
    """Whether a cell may take an item. An item of a vignette set is taken with its set only."""
    if cell.vignette is not None or sort.vignette is not None:
        return sort.vignette in cell.vignettes
    return (
        cell.objective == sort.objective
        and cell.level in (None, sort.level)
        and cell.safety_critical in (None, sort.safety_critical)
        and cell.bank in (None, sort.bank)
    )


def serving_order(cells: Sequence[Cell]) -> list[int]:
    """Places of the cells in the order in which they take items: the narrowest first.

    A cell that names level, safety or bank chooses before one that takes any item of the
    objective and would empty it; among equals the order of the file stands.
    """
    return sorted(range(len(cells)), key=lambda place: -_narrowness(cells[place]))


def sure_items(cells: Sequence[Cell], sorts: Iterable[Sort]) -> dict[int, int]:
    """How many items each cell is sure to find, by its place, once those before it are served.

    A cell counts on the items that fit it, less what cells served earlier may take of them, so a
    paper can be drawn whatever chance decides when no cell finds fewer than it takes.
    """
    known = list(sorts)
    fitting = [{n for n, sort in enumerate(known) if fits(cell, sort)} for cell in cells]
    sure: dict[int, int] = {}
    for place in serving_order(cells):
        taken = sum(
            min(cells[earlier].items, len(fitting[earlier] & fitting[place])) for earlier in sure
        )
        sure[place] = len(fitting[place]) - taken
    return sure


def _narrowness(cell: Cell) -> int:
    return sum(given is not None for given in (cell.level, cell.safety_critical, cell.bank))
