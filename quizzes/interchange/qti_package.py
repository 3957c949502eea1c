"""Reads QTI: a content package item by item in the order of its manifest, or one item's file."""

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote

from quizzes.interchange.building import Ids, slug
from quizzes.interchange.drafts import CannotRead, Draft, Entry, Loss, Notes, Reading
from quizzes.interchange.limits import MAX_FIGURE_BYTES, MAX_ITEMS
from quizzes.interchange.qti import read_item
from quizzes.interchange.qti_package_out import MANIFEST, OWN_FILE
from quizzes.interchange.qti_parts import canonical
from quizzes.interchange.residue import NAMESPACE, Residue
from quizzes.interchange.safe_xml import Node, namespace, parse_xml, to_node
from quizzes.interchange.texts import one_line
from quizzes.items import Vignette
from quizzes.kinds.details import Hotspot

_VERSION = re.compile(r"v(\d)p(\d)")


def is_item(tag: str) -> bool:
    """Whether an element is the root of an item, of any version."""
    return tag in ("assessmentItem", "qti-assessment-item")


def version_of(tag: str) -> str:
    """The format's name by the namespace of an item: "QTI 2.1", or "QTI" when it does not say."""
    found = _VERSION.search(namespace(tag))
    return f"QTI {found.group(1)}.{found.group(2)}" if found else "QTI"


def read_single(root: Node, version: str) -> Reading:
    """One item's file as a reading of one entry."""
    package = _Package({}, "")
    entry = package.read_root("the item", root)
    return replace(package.reading([entry]), format=version, language=package.language)


def read_package(files: Mapping[str, bytes], losses: list[Loss]) -> Reading:
    """Every item of a package; CannotRead when it has no manifest that can be read."""
    manifests = [name for name in files if posixpath.basename(name) == MANIFEST]
    if not manifests:
        raise CannotRead(f"The archive has no {MANIFEST}, so it is not a QTI content package.")
    manifest = min(manifests, key=lambda name: (name.count("/"), name))
    package = _Package(files, posixpath.dirname(manifest))
    package.losses += losses
    root = to_node(parse_xml(files[manifest]))
    entries: list[Entry] = []
    for resource in root.within("resource"):
        entry = package.read_resource(resource, len(entries))
        entries += [entry] if entry is not None else []
    if not entries:
        raise CannotRead("The package's manifest lists no items.")
    return package.reading(entries)


class _Package:
    """The files of a package, and what its items have in common."""

    def __init__(self, files: Mapping[str, bytes], base: str) -> None:
        self.files = files
        self.base = base
        self.losses: list[Loss] = []
        self.ids = Ids("QTI")
        self.version = ""
        self.language = ""
        self.figures: dict[str, bytes] = {}
        self.own = self._own()
        self.stages: dict[str, dict[int, str]] = {}
        self.titles: dict[str, str] = {}

    def reading(self, entries: list[Entry]) -> Reading:
        """The reading of the whole package."""
        return Reading(
            self.version or "QTI",
            tuple(entries),
            tuple(self.losses),
            title=self.own.words("title"),
            language=self.own.words("language") or self.language,
            specification=self.own.raw("specification"),
            vignettes=self._vignettes(),
            figures=self.figures,
        )

    def read_resource(self, resource: Node, number: int) -> Entry | None:
        """The entry of an item; None for every other resource, which may be told as lost."""
        kind = resource.get("type").lower()
        href = resource.get("href")
        if "item" not in kind or "imsqti" not in kind:
            if "test" in kind or "section" in kind or "assessment" in kind:
                why = "papers are drawn by a bank's specification"
                self.losses.append(Loss(f"the test {one_line(href, 60)}", why))
            if "stimulus" in kind:
                self._stimulus(self._path(href, ""))
            return None
        if number >= MAX_ITEMS:
            self.losses.append(
                Loss(f"the item {one_line(href, 60)}", f"{MAX_ITEMS} at most are read")
            )
            return None
        path = self._path(href, "")
        content = self.files.get(path)
        if content is None:
            why = "The manifest names the file, and the archive does not have it."
            return Entry(one_line(href), "", None, (), (Loss("the item", why),))
        try:
            root = parse_xml(content)
        except CannotRead as error:
            return Entry(one_line(path), "", None, (), (Loss("the item", error.why),))
        self.version = self.version or version_of(root.tag)
        return self.read_root(path, to_node(root))

    def read_root(self, path: str, root: Node) -> Entry:
        """The entry of an item by the root element of its file."""
        notes = Notes()
        name = one_line(root.get("title") or root.get("identifier"))
        try:
            if not is_item(root.tag):
                raise CannotRead(f"Its file holds {one_line(root.tag, 40)!r} and no item.")
            residue = self._residue("items", root.get("identifier"), notes)
            draft, parts = read_item(root, residue, notes)
            draft = replace(draft, id=self.ids.of(parts.name.removeprefix("_"), 0))
            self.language = self.language or parts.language
            if not residue:
                draft = self._with_stimulus(draft, parts.stimuli, posixpath.dirname(path), notes)
            self._take_figure(draft, posixpath.dirname(path), notes, root)
        except CannotRead as error:
            notes.lose("the item", error.why)
            return Entry(one_line(path), name, None, (), tuple(notes.losses))
        return Entry(one_line(path), name, draft, tuple(notes.kept), tuple(notes.losses))

    def _own(self) -> Residue:
        """What this project put into the package, empty for those of others."""
        try:
            data = json.loads(self.files.get(self._path(OWN_FILE, ""), b"{}"))
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            self.losses.append(Loss(OWN_FILE, "it is damaged"))
            data = {}
        return Residue(data if data.get("format") == NAMESPACE else {}, Notes())

    def _residue(self, part: str, name: str, notes: Notes) -> Residue:
        return Residue(self.own.part(part).raw(name) or {}, notes)

    def _path(self, href: str, folder: str) -> str:
        """Where in the archive an address leads; an address that leaves it leads nowhere."""
        plain = unquote(href.partition("#")[0].partition("?")[0])
        joined = posixpath.join(folder or self.base, plain)
        return posixpath.normpath(joined) if plain else ""

    def _stimulus(self, path: str) -> str:
        """Read a stimulus once; its vignette's name, empty when it cannot be read."""
        content = self.files.get(path)
        if content is None:
            self.losses.append(Loss(f"the stimulus {one_line(path, 60)}", "its file is not there"))
            return ""
        notes = Notes()
        try:
            root = canonical(to_node(parse_xml(content)))
            body = root.first("stimulus-body") or root.first("item-body")
            name = root.get("identifier") or posixpath.basename(path)
            own = self._residue("stimuli", name, notes)
            text = own.source("stage", body, notes) if body else ""
        except CannotRead as error:
            self.losses.append(Loss(f"the stimulus {one_line(path, 60)}", error.why))
            return ""
        vignette = own.words("vignette") or slug(name)
        if not text or not vignette:
            return ""
        self.stages.setdefault(vignette, {})[own.whole("stage") or 1] = text
        self.titles[vignette] = own.words("title") or one_line(root.get("title")) or vignette
        self.losses += [loss for loss in notes.losses if loss not in self.losses]
        return vignette

    def _with_stimulus(
        self, draft: Draft, stimuli: tuple[str, ...], folder: str, notes: Notes
    ) -> Draft:
        for place, href in enumerate(stimuli):
            vignette = self._stimulus(self._path(href, folder))
            if place:
                notes.lose(f"the stimulus {one_line(href, 60)}", "an item belongs to one vignette")
            elif vignette:
                notes.keep("its stimulus, as a vignette")
                draft = replace(draft, vignette=vignette, stage=1)
        return draft

    def _take_figure(self, draft: Draft, folder: str, notes: Notes, root: Node) -> None:
        if not isinstance(draft.details, Hotspot) or not draft.details.figure:
            return
        named = [n.get("src") or n.get("data") for n in root.within("img", "object")]
        found = [self.files[p] for p in (self._path(n, folder) for n in named) if p in self.files]
        if not found:
            notes.lose(f"the figure {draft.details.figure}", "its file is not there")
        elif len(found[0]) > MAX_FIGURE_BYTES:
            why = f"it is larger than {MAX_FIGURE_BYTES // 1024} KiB"
            notes.lose(f"the figure {draft.details.figure}", why)
        else:
            self.figures[draft.details.figure] = found[0]

    def _vignettes(self) -> tuple[Vignette, ...]:
        return tuple(
            Vignette(key, self.titles[key], tuple(stages[n] for n in sorted(stages)))
            for key, stages in self.stages.items()
        )
