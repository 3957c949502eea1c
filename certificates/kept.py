"""Lays out only what differs between one page and the next, and puts back what does not.

The certificates of a cohort differ in a few elements: those that carry `data-own`. Of a page laid
out in full, every block without one is kept. When the page comes again with other elements of its
own, a kept block is laid out as nothing but its height, or not at all where it is placed by the
box around it, and then put back. Each has to lie where it lay before; otherwise the page is laid
out in full again. So a page is the same, byte for byte, whether or not a part of it was kept.

This reaches into the boxes of WeasyPrint 70; an upgrade has to look at them again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from weasyprint.document import Document, Page
from weasyprint.formatting_structure.boxes import BlockBox, LineBox
from weasyprint.layout.absolute import AbsolutePlaceholder

from certificates.drawn import remember

OWN = "data-own"
"""The attribute of an element that may differ between pages that are otherwise the same."""

_MOST_KEPT = 16

LayOut = Callable[[Element], Document]


class _Placed(NamedTuple):
    """A box of a page: on which page it lies, and as which child of which box."""

    page: int
    parent: Any
    number: int
    child: Any

    @property
    def where(self) -> tuple[float, ...]:
        return self.page, *_bounds(self.child)


@dataclass(frozen=True, slots=True)
class _Block:
    """A block that is kept, as which child of its parent, and by number its element.

    One that `is_out` of the flow is placed by the box around it alone, which it does not move.
    The element `anchor` shows by its box `where` the block lay: its own, or the one around it.
    """

    element: int
    around: int
    is_out: bool
    number: int
    child: Any
    where: tuple[float, ...]

    @property
    def anchor(self) -> int:
        return self.around if self.is_out else self.element


class KeptLayouts:
    """The blocks that a process keeps of the pages it laid out last."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[_Block, ...]] = {}

    def document(self, page: str, look: Hashable, lay_out: LayOut) -> Document:
        """Return the page laid out; `look` is all besides its markup that its layout rests on."""
        tree = _read(page)
        if all(element.get(OWN) is None for element in tree.iter()):
            return lay_out(tree)
        key = (look, *_common(tree))
        kept = self._kept.pop(key, None)
        document = _with_kept(tree, kept, lay_out) if kept else None
        if kept is None or document is None:
            tree = _read(page)
            document = lay_out(tree)
            kept = _worth_keeping(tree, document)
        self._kept[key] = kept
        if len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return document


def _read(page: str) -> Element:
    return ElementTree.fromstring(page)  # noqa: S314  Ours, and every part of it escaped.


def _body(tree: Element) -> Element:
    body = tree.find("body")
    assert body is not None
    return body


def _common(tree: Element) -> Iterator[Hashable]:
    """Yield all that two pages have in common if the blocks of one may stand in the other.

    Of elements of a page's own, that is their kind, their size of type and whether they are empty.
    """
    yield tree.get("lang")
    yield from _told(_body(tree))


def _told(element: Element) -> Iterator[Hashable]:
    yield element.tag
    yield element.tail
    if element.get(OWN) is not None:
        yield element.get("class")
        yield element.get("style")
        yield bool(element.text) or len(element) > 0
        return
    yield tuple(element.attrib.items())
    yield element.text
    yield len(element)
    for child in element:
        yield from _told(child)


def _with_kept(tree: Element, kept: tuple[_Block, ...], lay_out: LayOut) -> Document | None:
    """Return the page with kept blocks put back, or None where one would lie elsewhere."""
    elements = list(tree.iter())
    for block in kept:
        if block.is_out:
            elements[block.around].remove(elements[block.element])
        else:
            _empty(elements[block.element], block.child.height)
    document = lay_out(tree)
    found = _placed(document)
    anchors = [found.get(elements[block.anchor], []) for block in kept]
    for block, lies in zip(kept, anchors, strict=True):
        if [each.where for each in lies] != [block.where]:
            return None
    for block, (anchor,) in zip(kept, anchors, strict=True):
        _put_back(block, anchor)
    document.pages = [Page(page._page_box) for page in document.pages]
    return document


def _put_back(block: _Block, anchor: _Placed) -> None:
    box = _real(block.child)
    if not getattr(box, "is_remembered", False):
        box.is_remembered = True
        remember(box.descendants(placeholders=True))
    if block.is_out:
        _real(anchor.child).children.insert(block.number, block.child)
    else:
        anchor.parent.children[block.number] = block.child


def _empty(element: Element, height: float) -> None:
    for child in list(element):
        element.remove(child)
    element.text = None
    element.set("style", f"{element.get('style', '')};height:{height!r}px")


def _worth_keeping(tree: Element, document: Document) -> tuple[_Block, ...]:
    """Return the largest blocks without anything of the page's own, in their order."""
    found = _placed(document)
    numbers = {element: number for number, element in enumerate(tree.iter())}
    return tuple(
        _block(found[element][0], numbers[element], numbers[around])
        for around, element in _blocks(_body(tree), found)
    )


def _block(placed: _Placed, element: int, around: int) -> _Block:
    is_out = _is_out(placed)
    where = (placed.page, *_bounds(placed.parent)) if is_out else placed.where
    return _Block(element, around, is_out, placed.number, placed.child, where)


def _blocks(
    around: Element, found: dict[Element, list[_Placed]]
) -> Iterator[tuple[Element, Element]]:
    """Yield the elements that are worth keeping, each after the one around it."""
    for element in around:
        if element.get(OWN) is not None:
            continue
        is_common = all(each.get(OWN) is None for each in element.iter())
        if is_common and _is_whole(found.get(element, [])):
            yield around, element
        else:
            yield from _blocks(element, found)


def _is_whole(placed: list[_Placed]) -> bool:
    """Whether an element is one block, and nothing in it is placed by what lies around it."""
    if len(placed) != 1:
        return False
    box = _real(placed[0].child)
    if not isinstance(box, BlockBox) or not box.height:
        return False
    return box.style["position"] != "static" or not any(
        isinstance(each.child, AbsolutePlaceholder) for each in _under(box, 0)
    )


def _is_out(placed: _Placed) -> bool:
    """Whether a box lies where the box around it says, at a distance from two of its edges."""
    style = placed.child.style
    return (
        isinstance(placed.child, AbsolutePlaceholder)
        and placed.parent.style["position"] != "static"
        and not (style["left"] == style["right"] == "auto")
        and not (style["top"] == style["bottom"] == "auto")
    )


def _placed(document: Document) -> dict[Element, list[_Placed]]:
    """Return the outermost box of each element on each page it has one on."""
    found: dict[Element, list[_Placed]] = {}
    for number, page in enumerate(document.pages):
        for placed in _under(page._page_box, number):
            known = found.setdefault(placed.child.element, [])
            if not known or known[-1].page != number:
                known.append(placed)
    return found


def _under(box: Any, page: int) -> Iterator[_Placed]:
    """Yield the boxes inside a box, outer ones first; what is inside of lines is left alone."""
    for number, child in enumerate(getattr(box, "children", ())):
        yield _Placed(page, box, number, child)
        inner = _real(child)
        if not isinstance(inner, LineBox):
            yield from _under(inner, page)


def _real(box: Any) -> Any:
    return box._box if isinstance(box, AbsolutePlaceholder) else box


def _bounds(box: Any) -> tuple[float, ...]:
    return box.position_x, box.position_y, box.width, box.height
