"""An examination: a specification over the items of several banks, as one bank to draw from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from quizzes.bank_cells import check_cells, check_places
from quizzes.bank_remarks import Remark
from quizzes.bank_schema import ExaminationEntry
from quizzes.cells import Sort, fits, sort_of
from quizzes.items import Bank, Cell, Item, Vignette


def compose(
    bank_id: str, entry: ExaminationEntry, cells: Sequence[Cell], banks: Mapping[str, Bank]
) -> tuple[Bank | None, list[Remark]]:
    """The examination as a bank of just the items its cells may take, and what is wrong with it.

    None when a bank it draws from is not there, or its items cannot stand side by side.
    """
    remarks = list(_check_sources(bank_id, entry.draws_from, banks))
    if remarks:
        return None, remarks
    sources = [banks[name] for name in entry.draws_from]
    remarks = list(_check_names(sources))
    sized = [_sized(cell, sources) for cell in cells]
    specification = entry.specification.to_specification(tuple(sized))
    origins = {item.id: bank.id for bank in sources for item in bank.items}
    pairs = [(item, sort_of(item, bank.id)) for bank in sources for item in bank.items]
    vignettes = {each.id: each for bank in sources for each in bank.vignettes}
    remarks += check_places(specification, vignettes, entry.draws_from)
    remarks += check_cells(specification, [sort for _, sort in pairs])
    taken = _taken(sized, pairs)
    return (
        Bank(
            id=bank_id,
            title=entry.title,
            language=entry.language,
            specification=specification,
            items=taken,
            vignettes=_named(sized, vignettes),
            draws_from=tuple(entry.draws_from),
            origins={item.id: origins[item.id] for item in taken},
        ),
        remarks,
    )


def _check_sources(
    bank_id: str, names: Sequence[str], banks: Mapping[str, Bank]
) -> Iterator[Remark]:
    for index, name in enumerate(names):
        if name == bank_id or name not in banks:
            message = f"The examination draws from {name}, which is no bank of items or has errors."
            yield Remark(("draws_from", index), "unknown-bank", message)
        elif name in names[:index]:
            message = f"The examination draws from {name} twice."
            yield Remark(("draws_from", index), "repeated-bank", message)


def _check_names(sources: Sequence[Bank]) -> Iterator[Remark]:
    """Items and vignettes of two banks may not share an id: a paper knows them by it."""
    seen: dict[str, str] = {}
    for index, bank in enumerate(sources):
        for name in [item.id for item in bank.items] + [each.id for each in bank.vignettes]:
            other = seen.setdefault(name, bank.id)
            if other != bank.id:
                message = f"The banks {other} and {bank.id} both have {name}."
                yield Remark(("draws_from", index), "repeated-id", message)


def _sized(cell: Cell, sources: Sequence[Bank]) -> Cell:
    if cell.vignette is None:
        return cell
    size = sum(item.vignette == cell.vignette for bank in sources for item in bank.items)
    return replace(cell, items=size)


def _taken(cells: Sequence[Cell], pairs: Sequence[tuple[Item, Sort]]) -> tuple[Item, ...]:
    return tuple(item for item, sort in pairs if any(fits(cell, sort) for cell in cells))


def _named(cells: Sequence[Cell], vignettes: Mapping[str, Vignette]) -> tuple[Vignette, ...]:
    names = [name for cell in cells for name in cell.vignettes]
    return tuple(vignettes[name] for name in names if name in vignettes)
