"""Writes XML: elements from values, and a document from an element."""

import re
from xml.etree.ElementTree import Element, indent, tostring

# XML 1.0 has no way to write these, not even as references.
_UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, text: str = "", *children: Element, **attributes: str) -> Element:
    """An element; an underscore in an attribute's name stands for a hyphen."""
    made = Element(tag, {k.strip("_").replace("_", "-"): v for k, v in attributes.items()})
    if text:
        made.text = writable(text)
    made.extend(children)
    return made


def writable(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return _UNWRITABLE.sub("", text)


def document(root: Element, *, pretty: bool) -> bytes:
    """The bytes of a document; `pretty` only where blanks between elements mean nothing."""
    if pretty:
        indent(root)
    written: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"
