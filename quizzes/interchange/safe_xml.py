"""Bytes of XML -> a plain tree, within limits and without entities, DTDs or anything external."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from quizzes.interchange.drafts import CannotRead
from quizzes.interchange.limits import (
    MAX_XML_ATTRIBUTES,
    MAX_XML_BYTES,
    MAX_XML_DEPTH,
    MAX_XML_ELEMENTS,
)


@dataclass(slots=True)
class Node:
    """An element by its local name: children are nodes and texts in document order.

    `space` is its namespace, empty for HTML and for formats that have none.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)
    space: str = ""

    def nodes(self, *tags: str) -> list["Node"]:
        """The child elements with one of these names; all of them when none is named."""
        found = [child for child in self.children if isinstance(child, Node)]
        return [node for node in found if not tags or node.tag in tags]

    def first(self, *tags: str) -> "Node | None":
        """The first child element with one of these names."""
        found = self.nodes(*tags)
        return found[0] if found else None

    def walk(self) -> Iterator["Node"]:
        """This element and every one within it, in document order."""
        yield self
        for child in self.nodes():
            yield from child.walk()

    def within(self, *tags: str) -> list["Node"]:
        """Every element inside this one with one of these names."""
        return [node for node in self.walk() if node.tag in tags and node is not self]

    def text(self) -> str:
        """All text inside, without markup."""
        parts = (each if isinstance(each, str) else each.text() for each in self.children)
        return "".join(parts)

    def get(self, name: str, otherwise: str = "") -> str:
        """An attribute, or something else when there is none."""
        return self.attributes.get(name, otherwise)


def parse_xml(data: bytes) -> Element:
    """The root element; CannotRead with the reason for whatever is malformed, large or hostile."""
    if len(data) > MAX_XML_BYTES:
        raise CannotRead(f"The XML is larger than {MAX_XML_BYTES // 1024**2} MiB.")
    parser: Any = DefusedXMLParser(
        target=_BoundedBuilder(), forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException as error:
        message = "The XML has a DTD or entities, which can be used for attacks; it is not read."
        raise CannotRead(message) from error
    except ParseError as error:
        line, column = error.position
        message = f"This is not well-formed XML (line {line}, column {column})."
        raise CannotRead(message) from error
    except (LookupError, ValueError) as error:
        raise CannotRead("The XML names a character encoding that is not known.") from error
    return root


def to_node(element: Element) -> Node:
    """The tree of an element with local names; comments and processing instructions left out."""
    attributes = {local(name): value for name, value in element.attrib.items()}
    node = Node(local(element.tag), attributes, space=namespace(element.tag))
    if element.text:
        node.children.append(element.text)
    for child in element:
        if isinstance(child.tag, str):
            node.children.append(to_node(child))
        if child.tail:
            node.children.append(child.tail)
    return node


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


def namespace(name: str) -> str:
    """The namespace of a name, empty when it has none."""
    return name[1:].partition("}")[0] if name.startswith("{") else ""


class _BoundedBuilder(TreeBuilder):
    """Counts while the parser goes, so that a flood is refused before it fills the memory."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_XML_DEPTH:
            raise CannotRead(f"The XML is nested deeper than {MAX_XML_DEPTH} elements.")
        if self._elements > MAX_XML_ELEMENTS:
            raise CannotRead(f"The XML has more than {MAX_XML_ELEMENTS} elements.")
        if len(attrs) > MAX_XML_ATTRIBUTES:
            raise CannotRead(f"An element has more than {MAX_XML_ATTRIBUTES} attributes.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)
