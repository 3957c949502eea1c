"""House rules of pages: strict content policy, one design language, colours that can be read."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "lms" / "templates"
STATIC = ROOT / "lms" / "static"
LANGUAGE = ROOT / "docs" / "design-language.md"
FONTS = STATIC / "vendor" / "fonts@5.3.0"

PAGES = sorted(TEMPLATES.rglob("*.html"))
STYLES = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))

# A namespace is a name, not an address; example.org is reserved for samples.
HARMLESS = re.compile(r"http://www\.w3\.org/|https://example\.org/")
ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*=|[\"']style[\"']\s*:", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\ssrc=)|<script\b[^>]*>\s*[^\s<]", re.I),
    "an event attribute": re.compile(r"\son(?:click|change|submit|load|input|error)\s*=", re.I),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_template_obeys_the_content_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", [*PAGES, *STYLES, *SCRIPTS], ids=name_of)
def test_nothing_points_to_another_host(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert ADDRESS.findall(HARMLESS.sub("", text)) == []


def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        url_for=lambda endpoint, **values: "/" + endpoint + values.get("filename", ""),
        head_files=lambda styles, scripts: "",
        csrf_token=lambda: "token",
        get_flashed_messages=lambda with_categories: [("success", "Saved.")],
    )
    return env


def macros_in(path: Path) -> Iterator[tuple[str, list[str]]]:
    for macro in environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Macro):
        if not macro.name.startswith("_"):
            yield macro.name, [argument.name for argument in macro.args]


def documented() -> dict[str, dict[str, list[str]]]:
    """Macros by file as the design language lists them, each with its parameter names."""
    found: dict[str, dict[str, list[str]]] = {}
    file = ""
    for line in LANGUAGE.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## `macros/(\w+)\.html`", line):
            file = heading[1]
        elif macro := re.match(r"### `(\w+)\((.*)\)`$", line):
            names = [part.split("=")[0].strip() for part in macro[2].split(",") if part.strip()]
            found.setdefault(file, {})[macro[1]] = names
    return found


def test_the_design_language_lists_every_macro_with_its_parameters() -> None:
    written = {
        path.stem: dict(macros_in(path)) for path in sorted((TEMPLATES / "macros").glob("*.html"))
    }
    assert documented() == written


def test_the_components_page_shows_every_macro() -> None:
    # These need a form object, own the page's h1, or stand behind a macro that is shown.
    elsewhere = {"field", "title_error", "banner", "flashes", "csrf", "chart_numbers"}
    elsewhere |= {"source_note", "status_words", "strength_words"}
    shown = (TEMPLATES / "design" / "components.html").read_text(encoding="utf-8")
    called = set(re.findall(r"\b(\w+)\(", shown))
    every = {name for macros in documented().values() for name in macros}
    assert every - elsewhere - called - {"state_name"} == set()


class Outline(HTMLParser):
    """Counts what a page may have once only."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.h1 = 0
        self.targets: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.h1 += tag == "h1"
        if given.get("id"):
            self.ids[str(given["id"])] += 1
        for name in ("aria-labelledby", "aria-describedby", "for"):
            self.targets.update((given.get(name) or "").split())


def test_the_components_page_is_one_sound_document() -> None:
    outline = Outline()
    outline.feed(environment().get_template("design/components.html").render())
    assert outline.h1 == 1
    assert [name for name, count in outline.ids.items() if count > 1] == []
    assert outline.targets - set(outline.ids) == set()


def tokens(selector: str) -> dict[str, str]:
    """The custom properties of the first block of tokens.css that opens with the selector."""
    css = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    block = css[css.index(selector) :].split("}")[0]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))


LIGHT, CHOSEN_DARK, SYSTEM_DARK = (
    ":root {",
    ':root[data-theme="dark"] {',
    ':root:not([data-theme="light"]) {',
)


def test_dark_is_the_same_by_choice_and_by_system() -> None:
    assert tokens(CHOSEN_DARK) == tokens(SYSTEM_DARK)
    assert set(tokens(CHOSEN_DARK)) == set(tokens(LIGHT))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, of `#rrggbb`."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("paper", "surface", "sunken")
HUES = ("spruce", "moss", "amber", "brick", "slate")
TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in GROUNDS),
    *((ink, hue + "-tint") for ink in ("ink", "ink-2") for hue in HUES),
    *((hue, ground) for hue in HUES for ground in GROUNDS),
    *((hue, hue + "-tint") for hue in HUES),
    ("on-spruce", "spruce"),
    ("on-spruce", "spruce-strong"),
    ("spruce-strong", "spruce-tint"),
    ("brick-strong", "brick-tint"),
    ("on-band", "band"),
    ("on-band-2", "band"),
    ("on-band-action", "band-action"),
]


@pytest.mark.parametrize("theme", [LIGHT, CHOSEN_DARK], ids=["light", "dark"])
def test_text_and_controls_can_be_read_in_both_themes(theme: str) -> None:
    """Text at least 4.5 : 1, borders of controls at least 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11)."""
    colours = tokens(theme)
    weak = [
        (front, back, round(contrast(colours[front], colours[back]), 2))
        for front, back in TEXT_PAIRS
        if contrast(colours[front], colours[back]) < 4.5
    ]
    faint = [ground for ground in GROUNDS if contrast(colours["control"], colours[ground]) < 3]
    assert (weak, faint) == ([], [])


def test_only_tokens_and_print_name_a_colour() -> None:
    own = {
        path.name: re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text(encoding="utf-8"))
        for path in STYLES
        if path.name not in {"tokens.css", "print.css"}
    }
    assert {name: colours for name, colours in own.items() if colours} == {}


def test_every_face_is_there_with_its_range_and_its_licence() -> None:
    faces = re.findall(r"@font-face \{(.*?)\n\}", (FONTS / "fonts.css").read_text(), re.DOTALL)
    files = [re.search(r'url\("([^"]+)"\)', face)[1] for face in faces]  # type: ignore[index]
    assert all("unicode-range:" in face and "font-display: swap" in face for face in faces)
    assert sorted(files) == sorted(path.name for path in FONTS.glob("*.woff2"))
    assert len(list(FONTS.glob("OFL-*.txt"))) == 2


def test_no_letter_stands_in_code() -> None:
    """Letters are templates that gettext reads; the drafts of a ruling are for people to edit."""
    shell = TEMPLATES.parent
    drafts = shell / "services" / "reviews" / "notices.py"
    files = [path for path in shell.rglob("*.py") if path != drafts]
    assert [path for path in files if re.search(r"\bDear \{", path.read_text("utf-8"))] == []
    assert "Dear {" in drafts.read_text("utf-8")
