"""Banks with items of every kind, vignette sets, rules, and examinations over several banks."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from quizzes import (
    Bank,
    Concordance,
    Constructed,
    Hotspot,
    Matching,
    Numeric,
    Rules,
    Unit,
    bank_from_document,
    bank_to_document,
    read_banks,
)

HEAD = """\
title: "Rooms"
language: en-GB
domain: "Setting"
specification:
  cut_percent: 80
  cut_basis: "Provisional."
  cells:
    - {objective: M1-1, items: 1}
items:
"""
ITEM = """\
  - id: {id}
    kind: {kind}
    objective: M1-1
    level: recall
    safety_critical: false
    lead_in: "What belongs to the room?"
{body}
    facts: [SET-001]
    author: "Curriculum team"
    reviewed_on: 2026-11-22
    review_by: 2027-11-22
"""
MULTIPLE = """\
    options:
      - {text: "Dim lamps", key: true, rationale: "They can be turned up."}
      - {text: "A blanket", key: true, rationale: "It keeps a guest warm."}
      - {text: "A strobe", rationale: "It startles."}
      - {text: "Neither", rationale: "Both belong there.", anchored: true}"""
MATCHING = """\
    options:
      - {text: "Light", rationale: "Lamps."}
      - {text: "Sound", rationale: "Music."}
      - {text: "Warmth", rationale: "Blankets."}
    prompts:
      - {text: "A lamp", key: a, rationale: "It shines."}
      - {text: "A quilt", key: c, rationale: "It warms."}"""
ORDERING = """\
    options:
      - {text: "Knock", rationale: "First, since it is their room."}
      - {text: "Wait", rationale: "Then they can answer."}
      - {text: "Enter", rationale: "Last."}"""
NUMERIC = """\
    value: 6
    tolerance: 0.5
    unit: h
    units:
      - {name: min, factor: "1/60"}
    rationale: "The room is booked for six hours."
    near:
      - {value: 8, tolerance: 0.1, share: "1/2", rationale: "That counts the evening too."}"""
CONCORDANCE = """\
    options:
      - {text: "Less likely", rationale: "Few said so."}
      - {text: "No change", rationale: "Some said so."}
      - {text: "More likely", rationale: "Most said so."}
    panel: [1, 3, 8]"""
HOTSPOT = """\
    figure: room.svg
    alt: "A room from above, with door, lamp and chair."
    width: 400
    height: 300
    options:
      - {text: "The door", rationale: "No.", region: {shape: rect, coords: [0, 0, 50, 20]}}
      - {text: "The lamp", rationale: "Yes.", key: true,
         region: {shape: circle, coords: [90, 90, 9]}}
      - {text: "The chair", rationale: "No.", region: {shape: poly, coords: [1, 1, 9, 9, 1, 9]}}"""
CONSTRUCTED = """\
    criteria:
      - {text: "Names the lamp", points: 2}
      - {text: "Says why", points: 1}
    max_words: 60
    model: "The lamp, since it can be turned down.[@SET-001]\""""
BODIES = {
    "multiple": MULTIPLE,
    "matching": MATCHING,
    "ordering": ORDERING,
    "numeric": NUMERIC,
    "concordance": CONCORDANCE,
    "hotspot": HOTSPOT,
    "constructed": CONSTRUCTED,
}


@pytest.fixture(autouse=True)
def _without_the_linter(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is well written is judged elsewhere; here only what a bank can hold."""
    monkeypatch.setattr("quizzes.banks.lint_items", lambda *_: [])


def item(kind: str, number: int = 1, body: str | None = None) -> str:
    text = ITEM.replace("{id}", f"SS-{number:03}").replace("{kind}", kind)
    return text.replace("{body}", BODIES[kind] if body is None else body)


def read(folder: Path, content: str, name: str = "rooms.yaml") -> tuple[dict[str, Bank], set[str]]:
    """The banks of a folder, and the codes of its problems; few items are no matter here."""
    (folder / name).write_text(content)
    (folder / "figures").mkdir(exist_ok=True)
    (folder / "figures" / "room.svg").write_text("<svg/>")
    banks, problems = read_banks(folder)
    return banks, {p.code for p in problems if p.code != "few-items"}


@pytest.mark.parametrize("kind", BODIES)
def test_a_sound_item_of_each_kind_is_read_without_an_error(tmp_path: Path, kind: str) -> None:
    banks, codes = read(tmp_path, HEAD + item(kind))
    assert codes == set()
    (found,) = banks["rooms"].items
    assert (found.kind, found.domain) == (kind, "Setting")
    assert bank_from_document(bank_to_document(banks["rooms"])) == banks["rooms"]


def test_the_details_of_each_kind_say_what_the_file_says(tmp_path: Path) -> None:
    content = HEAD + "".join(item(kind, n) for n, kind in enumerate(BODIES, start=1))
    banks, _ = read(tmp_path, content)
    multiple, matching, ordering, numeric, concordance, hotspot, constructed = banks["rooms"].items
    assert [o.id for o in multiple.keys] == ["a", "b"]
    assert [o.anchored for o in multiple.options] == [False, False, False, True]
    assert isinstance(matching.details, Matching)
    assert [(p.id, p.key) for p in matching.details.prompts] == [("1", "a"), ("2", "c")]
    assert [o.text for o in ordering.options] == ["Knock", "Wait", "Enter"]
    assert isinstance(numeric.details, Numeric)
    assert numeric.details.units[0] == Unit("h", Fraction(1))
    assert numeric.details.units[1] == Unit("min", Fraction(1, 60))
    assert numeric.details.tolerance == Decimal("0.5")
    assert numeric.details.near[0].share == Fraction(1, 2)
    assert concordance.details == Concordance((1, 3, 8))
    assert concordance.fixed_order
    assert isinstance(hotspot.details, Hotspot)
    assert [(r.option, r.shape) for r in hotspot.details.regions] == [
        ("a", "rect"),
        ("b", "circle"),
        ("c", "poly"),
    ]
    assert isinstance(constructed.details, Constructed)
    assert constructed.details.points == 3


@pytest.mark.parametrize(
    ("kind", "old", "new", "line", "code"),
    [
        ("multiple", "multiple", "many", 11, "wrong-value"),
        ("multiple", 'rationale: "It startles."', "key: true, rationale: Oh", 17, None),
        ("multiple", '"A blanket"', '"dim lamps"', 16, "repeated-option"),
        ("matching", "key: c", "key: d", 22, "prompt-key"),
        ("matching", "key: c", "key: cc", 22, "wrong-value"),
        ("matching", '"A quilt"', '"A lamp"', 22, "repeated-prompt"),
        ("matching", ', rationale: "It warms."', "", 22, "missing-key"),
        ("ordering", '{text: "Wait"', '{key: true, text: "Wait"', 18, "unknown-key"),
        ("ordering", "    options", "    fixed_order: true\n    options", 16, "unknown-key"),
        ("numeric", "value: 6", "value: six", 16, "wrong-value"),
        ("numeric", "value: 6", "value: .nan", 16, "wrong-value"),
        ("numeric", "value: 6", "value: true", 16, "wrong-value"),
        ("numeric", "tolerance: 0.5", "tolerance: -1", 17, "tolerance"),
        ("numeric", "    unit: h\n", "", 18, "units"),
        ("numeric", "name: min", "name: H", 20, "units"),
        ("numeric", '"1/60"', '"-1/60"', 20, "wrong-value"),
        ("numeric", "{value: 8", "{value: 6.25", 23, "near-value"),
        ("numeric", '"1/2"', '"3/2"', 23, "wrong-value"),
        ("numeric", '"1/2"', '"1/0"', 23, "wrong-value"),
        ("concordance", "[1, 3, 8]", "[1, 3, 8, 0]", 20, "panel"),
        ("concordance", "[1, 3, 8]", "[1, -3, 8]", 20, "panel"),
        ("concordance", "[1, 3, 8]", "[0, 0, 0]", 20, "panel"),
        ("concordance", "[1, 3, 8]", "[1, 3, 5]", 20, "small-panel"),
        ("concordance", "critical: false", "critical: true", 14, "safety-kind"),
        ("constructed", "critical: false", "critical: true", 14, "safety-kind"),
        ("constructed", "points: 2", "points: 0", 17, "wrong-value"),
        ("constructed", "[@SET-001]", "[@SET-001", 20, "citation"),
        ("hotspot", "[90, 90, 9]", "[90, 90]", 23, "wrong-value"),
        ("hotspot", "[90, 90, 9]", "[90, 90, 9, 9]", 23, "region"),
        ("hotspot", "[90, 90, 9]", "[5, 90, 9]", 23, "region"),
        ("hotspot", "[0, 0, 50, 20]", "[370, 0, 50, 20]", 21, "region"),
        ("hotspot", "[1, 1, 9, 9, 1, 9]", "[1, 1, 9, 9, 1]", 24, "region"),
        ("hotspot", "[1, 1, 9, 9, 1, 9]", "[1, 1, 9, 301, 1, 9]", 24, "region"),
        ("hotspot", "key: true,\n", "\n", 20, "key-count"),
        ("hotspot", "room.svg", "../room.svg", 16, "wrong-value"),
        ("hotspot", "room.svg", "none.svg", 16, "figure-missing"),
    ],
)
def test_each_fault_of_a_kind_is_reported_on_its_line(
    tmp_path: Path, kind: str, old: str, new: str, line: int, code: str | None
) -> None:
    sound = HEAD + item(kind)
    broken = sound.replace(old, new, 1)
    assert broken != sound
    read(tmp_path, broken)
    _, problems = read_banks(tmp_path)
    found = {(p.line, p.code) for p in problems if p.code != "few-items"}
    assert found == (set() if code is None else {(line, code)})
    assert all(p.message.endswith(".") for p in problems)


@pytest.mark.parametrize("keys", [0, 4])
def test_a_multiple_response_has_keys_and_others(tmp_path: Path, keys: int) -> None:
    plain = MULTIPLE.replace("key: true, ", "")
    body = plain.replace("rationale:", "key: true, rationale:", keys)
    banks, codes = read(tmp_path, HEAD + item("multiple", body=body))
    assert (banks, codes) == ({}, {"key-count"})


VIGNETTES = """\
vignettes:
  - id: case-1
    title: "A guest"
    stages:
      - "A guest arrives early."
      - "An hour later the guest wants to leave."
"""


def cased(number: int, stage: int, vignette: str = "case-1") -> str:
    place = f"    vignette: {vignette}\n    stage: {stage}\n"
    return item("multiple", number).replace("    facts:", f"{place}    facts:", 1)


CASED = (
    HEAD.replace("items:\n", f"{VIGNETTES}items:\n").replace(
        "    - {objective: M1-1, items: 1}", "    - {vignette: case-1}"
    )
    + cased(1, 1)
    + cased(2, 2)
)


def test_a_vignette_set_is_read_with_its_stages(tmp_path: Path) -> None:
    banks, codes = read(tmp_path, CASED)
    assert codes == set()
    bank = banks["rooms"]
    assert bank.vignette("case-1").stages[1].startswith("An hour later")
    assert bank.specification.length == 2
    assert [(each.vignette, each.stage) for each in bank.items] == [("case-1", 1), ("case-1", 2)]
    assert bank_from_document(bank_to_document(bank)) == bank


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    stage: 2\n", "    stage: 3\n"),
        ("    stage: 2\n", ""),
        ("    vignette: case-1\n    stage: 2", "    stage: 2"),
        ("    vignette: case-1\n    stage: 2", "    vignette: case-9\n    stage: 2"),
        ("{vignette: case-1}", "{vignette: case-2}"),
    ],
)
def test_a_case_that_does_not_fit_its_items_is_an_error(tmp_path: Path, old: str, new: str) -> None:
    broken = CASED[::-1].replace(old[::-1], new[::-1], 1)[::-1]
    assert broken != CASED
    banks, codes = read(tmp_path, broken)
    assert banks == {}
    assert "vignette" in codes


def test_a_stage_nobody_is_asked_about_is_an_error(tmp_path: Path) -> None:
    later = '      - "The guest has gone."\n'
    banks, codes = read(tmp_path, CASED.replace("items:\n  -", f"{later}items:\n  -", 1))
    assert (banks, codes) == ({}, {"vignette"})


TWINS = CASED.replace("{vignette: case-1}", "{vignette: case-1, parallel: [case-2]}").replace(
    "items:\n  -",
    VIGNETTES.replace("case-1", "case-2").replace("vignettes:\n", "") + "items:\n  -",
    1,
)


def test_a_cell_may_choose_among_parallel_sets(tmp_path: Path) -> None:
    banks, codes = read(tmp_path, TWINS + cased(3, 1, "case-2") + cased(4, 2, "case-2"))
    assert not codes - {"near-duplicate"}
    (cell,) = banks["rooms"].specification.cells
    assert (cell.vignettes, cell.items) == (("case-1", "case-2"), 2)


def test_sets_that_ask_for_different_things_are_not_parallel(tmp_path: Path) -> None:
    other = cased(4, 2, "case-2").replace("safety_critical: false", "safety_critical: true")
    banks, codes = read(tmp_path, TWINS + cased(3, 1, "case-2") + other)
    assert banks == {}
    assert "parallel-sets" in codes


def test_a_set_is_named_by_one_cell(tmp_path: Path) -> None:
    twice = CASED.replace("{vignette: case-1}", "{vignette: case-1, parallel: [case-1]}")
    banks, codes = read(tmp_path, twice)
    assert (banks, codes) == ({}, {"vignette"})


def with_rules(rules: str) -> str:
    text = HEAD.replace("  cells:", f"  rules: {rules}\n  cells:")
    return text + item("multiple") + item("ordering", 2)


def test_rules_are_read_and_absent_ones_are_those_of_today(tmp_path: Path) -> None:
    banks, codes = read(tmp_path, with_rules("{time_limit_minutes: 90, certainty: asked}"))
    assert codes == set()
    rules = banks["rooms"].specification.rules
    assert rules == Rules(time_limit_minutes=90, certainty="asked")
    assert bank_from_document(bank_to_document(banks["rooms"])).specification.rules == rules
    banks, _ = read(tmp_path, HEAD + item("multiple"))
    assert banks["rooms"].specification.rules == Rules()


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ("{navigation: backward}", "wrong-value"),
        ("{time_limit_minutes: 0}", "wrong-value"),
        ("{time_limit: 90}", "unknown-key"),
        ("{grace_seconds: 30}", "rules"),
        ("{attempts: 1, remedial: true}", "rules"),
        ("{exposure_percent: 101}", "wrong-value"),
    ],
)
def test_rules_that_cannot_hold_are_errors_on_their_line(
    tmp_path: Path, rules: str, code: str
) -> None:
    read(tmp_path, with_rules(rules))
    _, problems = read_banks(tmp_path)
    assert (7, code) in {(p.line, p.code) for p in problems}


CELLS = "    - {objective: M1-1, items: 1}\n"
NARROW = "    - {objective: M1-1, items: 1, level: recall, safety_critical: true}\n"


def test_cells_of_one_objective_share_its_items_and_are_counted_together(tmp_path: Path) -> None:
    content = HEAD.replace(CELLS, CELLS + NARROW) + item("multiple") + item("ordering", 2)
    banks, codes = read(tmp_path, content)
    assert (banks, codes) == ({}, {"too-few-items"})
    critical = content.replace("safety_critical: false", "safety_critical: true", 1)
    banks, codes = read(tmp_path, critical)
    assert codes == set()
    assert banks["rooms"].specification.length == 2


def test_only_an_examination_names_banks_in_its_cells(tmp_path: Path) -> None:
    content = HEAD.replace("items: 1}", "items: 1, bank: rooms}") + item("multiple")
    banks, codes = read(tmp_path, content)
    assert (banks, codes) == ({}, {"cell-bank"})


EXAMINATION = """\
title: "Final examination"
language: en-GB
draws_from: [rooms, guests]
specification:
  cut_percent: 75
  cut_basis: "Provisional."
  cells:
    - {objective: M1-1, items: 1, bank: rooms}
    - {objective: M1-1, items: 1, bank: guests}
    - {vignette: case-1}
"""


def test_an_examination_is_a_bank_over_the_items_of_others(tmp_path: Path) -> None:
    rooms = CASED.replace("    - {vig", CELLS + "    - {vig", 1)
    read(tmp_path, rooms + item("ordering", 3) + item("numeric", 4))
    read(tmp_path, HEAD + item("matching", 5) + item("numeric", 6), "guests.yaml")
    banks, codes = read(tmp_path, EXAMINATION, "a-final.yaml")
    assert codes == set()
    final = banks["a-final"]
    assert final.draws_from == ("rooms", "guests")
    assert final.specification.length == 4
    assert dict(final.origins) == {
        "SS-001": "rooms",
        "SS-002": "rooms",
        "SS-003": "rooms",
        "SS-004": "rooms",
        "SS-005": "guests",
        "SS-006": "guests",
    }
    assert [each.id for each in final.vignettes] == ["case-1"]
    assert bank_from_document(bank_to_document(final)) == final


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("guests]", "ghosts]", 3, "unknown-bank"),
        ("guests]", "rooms]", 3, "repeated-bank"),
        ("guests]", "final]", 3, "unknown-bank"),
        ("bank: guests", "bank: ghosts", 9, "cell-bank"),
        ("bank: guests", "items: 9", 9, "yaml"),
        ("items: 1, bank: guests", "items: 4, bank: guests", 9, "too-few-items"),
        ("vignette: case-1", "vignette: case-2", 10, "vignette"),
        ("cut_percent: 75", "cut_percent: 101", 5, "wrong-value"),
        ("specification:", "items: []\nspecification:", 4, "unknown-key"),
    ],
)
def test_what_is_wrong_with_an_examination_stands_on_its_line(
    tmp_path: Path, old: str, new: str, line: int, code: str
) -> None:
    rooms = CASED.replace("    - {vig", CELLS + "    - {vig", 1)
    read(tmp_path, rooms + item("ordering", 3) + item("numeric", 4))
    read(tmp_path, HEAD + item("matching", 5) + item("numeric", 6), "guests.yaml")
    read(tmp_path, EXAMINATION.replace(old, new, 1), "final.yaml")
    banks, problems = read_banks(tmp_path)
    assert "final" not in banks
    found = {(p.file, p.line, p.code) for p in problems if p.severity == "error"}
    assert ("final.yaml", line, code) in found


def test_two_banks_of_an_examination_share_no_item_id(tmp_path: Path) -> None:
    read(tmp_path, HEAD + item("ordering", 3))
    read(tmp_path, HEAD + item("matching", 3), "guests.yaml")
    cells = EXAMINATION.replace("    - {vignette: case-1}\n", "")
    banks, codes = read(tmp_path, cells, "final.yaml")
    assert "repeated-id" in codes
    assert "final" not in banks
