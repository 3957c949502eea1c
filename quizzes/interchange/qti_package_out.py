"""Writes a bank as a QTI 3.0 content package, byte for byte the same each time."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from quizzes.interchange.markdown_in import to_tree
from quizzes.interchange.markdown_out import to_markdown
from quizzes.interchange.own_parts import texts_of_item, values_of_item
from quizzes.interchange.qti_out import identifier, stimulus_name, write_item, write_stimulus
from quizzes.interchange.residue import NAMESPACE, header_of
from quizzes.interchange.xml_out import document, element
from quizzes.items import Bank, Item, bank_to_document
from quizzes.kinds.details import Hotspot

MANIFEST = "imsmanifest.xml"
OWN_FILE = "pat-items.json"
_PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_LOM = "http://ltsc.ieee.org/xsd/LOM"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_qti3(bank: Bank, figures: Mapping[str, bytes]) -> bytes:
    """The bank as a ZIP package; `figures` holds the SVG of each hot spot by name.

    KeyError when a figure is not there.
    """
    files: dict[str, bytes] = {}
    resources: list[Element] = []
    for vignette in bank.vignettes:
        for stage, text in enumerate(vignette.stages, start=1):
            name = stimulus_name(vignette.id, stage)
            stimulus = write_stimulus(name, vignette.title, text, bank.language)
            files[f"stimuli/{name}.xml"] = document(stimulus, pretty=False)
            resources.append(_resource(name, "imsqti_stimulus_xmlv3p0", f"stimuli/{name}.xml"))
    for item in bank.items:
        path = f"items/{item.id}.xml"
        files[path] = document(write_item(item, bank.language), pretty=False)
        resources.append(_item_resource(item, path, bank.language))
    for name in _figure_names(bank):
        files[f"figures/{name}"] = figures[name]
        resources.append(_resource(_figure_id(name), "webcontent", f"figures/{name}"))
    files[OWN_FILE] = _own(bank)
    resources.append(_resource("pat-items", "webcontent", OWN_FILE))
    files = {MANIFEST: document(_manifest(bank, resources), pretty=True)} | files
    return _zipped(files)


def _manifest(bank: Bank, resources: list[Element]) -> Element:
    metadata = element(
        "metadata",
        "",
        element("schema", "QTI Package"),
        element("schemaversion", "3.0.0"),
    )
    return element(
        "manifest",
        "",
        metadata,
        element("organizations"),
        element("resources", "", *resources),
        xmlns=_PACKAGE,
        identifier=identifier(bank.id),
    )


def _resource(name: str, kind: str, path: str) -> Element:
    return element(
        "resource", "", element("file", href=path), identifier=name, type=kind, href=path
    )


def _item_resource(item: Item, path: str, language: str) -> Element:
    made = _resource(identifier(item.id), "imsqti_item_xmlv3p0", path)
    made.insert(0, element("metadata", "", _lom(item, language)))
    needed = [stimulus_name(item.vignette, n) for n in range(1, item.stage + 1) if item.vignette]
    if isinstance(item.details, Hotspot):
        needed.append(_figure_id(item.details.figure))
    made.extend(element("dependency", identifierref=name) for name in needed)
    return made


def _lom(item: Item, language: str) -> Element:
    """What others can use of an item's description, in the standard's own places."""
    keywords = (element("keyword", "", _string(fact)) for fact in item.facts)
    entry = element("identifier", "", element("entry", item.id))
    purpose = element(
        "purpose", "", element("source", "LOMv1.0"), element("value", "educational objective")
    )
    return element(
        "lom",
        "",
        element("general", "", entry, element("language", language), *keywords),
        element("classification", "", purpose, element("keyword", "", _string(item.objective))),
        xmlns=_LOM,
    )


def _string(text: str) -> Element:
    return element("string", text, language="x-none")


def _figure_id(name: str) -> str:
    return f"figure-{name.removesuffix('.svg')}"


def _figure_names(bank: Bank) -> list[str]:
    found = (item.details for item in bank.items)
    return sorted({each.figure for each in found if isinstance(each, Hotspot)})


def _own(bank: Bank) -> bytes:
    """What QTI has no place for, item by item; the document says of itself what it is."""
    whole = bank_to_document(bank)
    data: dict[str, Any] = {"format": NAMESPACE}
    data |= {key: whole[key] for key in ("id", "title", "language", "specification")}
    data["items"] = {identifier(item.id): _residue(item) for item in bank.items}
    data["stimuli"] = {
        stimulus_name(each.id, number): {
            "vignette": each.id,
            "stage": number,
            "title": each.title,
            "texts": _not_shown_exactly({"stage": text}),
        }
        for each in bank.vignettes
        for number, text in enumerate(each.stages, start=1)
    }
    return (json.dumps(data, ensure_ascii=True, sort_keys=True, indent=1) + "\n").encode()


def _residue(item: Item) -> dict[str, Any]:
    data = header_of(item) | values_of_item(item) | {"texts": _hidden_texts(item)}
    return {name: value for name, value in data.items() if value or value is False}


def _hidden_texts(item: Item) -> dict[str, str]:
    texts = texts_of_item(item)
    # The words for a region are an attribute there, which holds no marks at all.
    words = {f"option-{option.id}" for option in item.options if item.kind == "hotspot"}
    return _not_shown_exactly(texts) | {name: texts[name] for name in words}


def _not_shown_exactly(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts that do not come back from HTML as they were: citations, other ways to write."""
    return {name: text for name, text in texts.items() if to_markdown(to_tree(text)) != text}


def _zipped(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()
