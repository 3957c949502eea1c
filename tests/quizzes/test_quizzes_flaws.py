"""The item linter: each flaw is seen in a flawed item, and in its mended twin it is not."""

import dataclasses
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from quizzes import Bank, Item, Option, Problem, Specification, lint_bank

DOCUMENT = Path(__file__).parents[2] / "docs" / "item-writing.md"

ERROR, WARNING = "error", "warning"
PLAIN = ("Dim the lamps", "Close the window", "Move the sofa", "Call the nurse")
ASKS = "Which step should she take first?"


def an_item(
    options: Sequence[str] = PLAIN,
    *,
    lead_in: str = ASKS,
    stem: str = "A guest complains of glare.",
    key: int = 0,
    keys: Sequence[int] = (),
    rationale: str = "Because it is so.",
    level: str = "application",
    fixed_order: bool = False,
    number: int = 1,
) -> Item:
    marked = set(keys) or {key}
    return Item(
        id=f"SS-{number:03}",
        objective="M1-1",
        level=level,  # type: ignore[arg-type]
        safety_critical=False,
        stem=stem,
        lead_in=lead_in,
        options=tuple(
            Option("abcde"[n], text, n in marked, rationale) for n, text in enumerate(options)
        ),
        facts=("SET-001",),
        author="Curriculum team",
        reviewed_on=date(2026, 11, 22),
        review_by=date(2027, 11, 22),
        fixed_order=fixed_order,
    )


def a_bank(*items: Item) -> Bank:
    return Bank("a-bank", "A bank", "en-GB", Specification((), 80, "Provisional."), items)


def lint(*items: Item) -> list[Problem]:
    return lint_bank(a_bank(*items), {})


def with_option(text: str) -> Item:
    return an_item((*PLAIN[:3], text))


CASES = [
    (
        "NB-T01",
        WARNING,
        an_item(("agonist", "blocker", "enzyme", "irritant"), lead_in="The drug is best called an"),
        an_item(("An agonist", "A blocker", "An enzyme", "An acid"), lead_in="What is the drug?"),
    ),
    (
        "NB-T01",
        WARNING,
        an_item(("Asking her why", "Waiting outside", "Calling a nurse", "Close the window")),
        an_item(("Ask her why", "Wait outside", "Call a nurse", "Close the window")),
    ),
    (
        "NB-T02",
        WARNING,
        an_item(("It increases", "It decreases", "It stays the same", "It oscillates")),
        an_item(("It increases in the first hour", "It oscillates", "It spreads", "It doubles")),
    ),
    (
        "NB-T02",
        WARNING,
        an_item(("Touch was agreed", "Touch was not agreed", "She is asleep", "He is late")),
        an_item(("Touch was agreed", "Touch was refused twice", "She is asleep", "He is late")),
    ),
    ("NB-T03", ERROR, with_option("Always call the nurse"), with_option("Call the nurse now")),
    (
        "NB-T03",
        ERROR,
        with_option("Call the nurse in every case"),
        with_option("Call the nurse in this case"),
    ),
    ("NB-T03", WARNING, with_option("Only call the nurse"), with_option("Call the nurse alone")),
    (
        "NB-T03",
        WARNING,
        with_option("Say “You are always safe here”"),
        with_option("Say “We will both stay in the room”"),
    ),
    (
        "NB-T03",
        WARNING,
        with_option("Remove all the furniture"),
        with_option("Look at it first of all, not only once, every 15 minutes"),
    ),
    (
        "NB-T04",
        WARNING,
        an_item(("Dim the lamps, and ask her once more what would help", *PLAIN[1:])),
        an_item(("Dim the lamps once more", *PLAIN[1:])),
    ),
    (
        "NB-T05",
        WARNING,
        an_item(("Cover the source of glare", *PLAIN[1:]), stem="The glare comes from its source."),
        an_item(("Cover the lamp", *PLAIN[1:]), stem="The glare comes from its source."),
    ),
    (
        "NB-T05",
        WARNING,
        an_item(("Screening by interview", *PLAIN[1:]), lead_in="How is he best screened?"),
        an_item(("A structured interview", *PLAIN[1:]), lead_in="How is he best screened?"),
    ),
    (
        "NB-T05",
        WARNING,
        an_item(("Cover the source", *PLAIN[1:]), lead_in="What becomes of the source?"),
        an_item(("Cover the source", "Move the source", *PLAIN[2:]), lead_in="What of the source?"),
    ),
    (
        "NB-T06",
        WARNING,
        an_item(("Music and dim light", "Music and silence", "Talk and dim light", "Food")),
        an_item(("Music and dim light", "Talk and silence", "Touch and bright light", "Food")),
    ),
    (
        "NB-T07",
        WARNING,
        with_option("Call the nurse."),
        an_item([f"{text}." for text in PLAIN]),
    ),
    ("NB-T07", WARNING, with_option("call the nurse"), with_option("Call the nurse")),
    ("NB-T07", WARNING, with_option("15 minutes of rest"), with_option("A rest of 15 minutes")),
    (
        "NB-T07",
        WARNING,
        with_option(
            "Call the nurse, tell her what has been seen so far, and let her look for herself"
        ),
        with_option("Call the nurse and tell her"),
    ),
    (
        "NB-T08",
        WARNING,
        an_item(rationale="This is obviously wrong; nobody would do so."),
        an_item(rationale="A tired team may do so; it leaves the glare."),
    ),
    ("NB-T08", WARNING, with_option("Run for it!"), with_option("Say “Stop!” and wait")),
    ("NB-T09", ERROR, an_item(keys=(0, 1)), an_item(keys=(1,))),
    (
        "NB-T09",
        ERROR,
        an_item(lead_in="Which two steps should she take?"),
        an_item(lead_in="Which step should two guides take?"),
    ),
    (
        "NB-T09",
        ERROR,
        with_option("*Dim* the lamps."),
        with_option("Dim the lamp"),
    ),
    (
        "NB-D01",
        ERROR,
        an_item(lead_in="Which of the following statements about light is true?"),
        an_item(lead_in="Which kind of light is easiest to bear?"),
    ),
    ("NB-D01", ERROR, an_item(lead_in="Which is correct?"), an_item(lead_in="Which lamp fits?")),
    (
        "NB-D01",
        WARNING,
        an_item(lead_in="Glare is?", stem="", level="recall"),
        an_item(lead_in="What causes glare?", stem="", level="recall"),
    ),
    (
        "NB-D02",
        ERROR,
        an_item(stem="The guest of the previous question complains of glare."),
        an_item(stem="On a previous visit the guest complained of glare."),
    ),
    (
        "NB-D03",
        ERROR,
        an_item(lead_in="Which step is NOT appropriate?"),
        an_item(lead_in="Which step is appropriate for a guest who does not speak?"),
    ),
    (
        "NB-D03",
        ERROR,
        an_item(lead_in="All of these steps fit, EXCEPT:"),
        an_item(lead_in="If she does not answer, which step fits?"),
    ),
    (
        "NB-D03",
        ERROR,
        an_item(lead_in="Which step is least likely to help?"),
        an_item(lead_in="Which of these is the least restrictive step?"),
    ),
    (
        "NB-D03",
        ERROR,
        an_item(lead_in="What shouldn’t she do?"),
        an_item(lead_in="When the lamp can't be moved, how should she act?"),
    ),
    (
        "NB-D03",
        WARNING,
        an_item(lead_in="Which step should she avoid?"),
        an_item(lead_in="Which step should she take when he avoids light?"),
    ),
    (
        "NB-D03",
        WARNING,
        an_item(lead_in="Which is a step that does not help?"),
        an_item(lead_in="Which is a step that helps at least as much?"),
    ),
    (
        "NB-D04",
        ERROR,
        with_option("Often call the nurse"),
        with_option("Ask how often she calls the nurse"),
    ),
    (
        "NB-D04",
        ERROR,
        with_option("It usually fades"),
        with_option("It fades more often than it grows"),
    ),
    (
        "NB-D04",
        WARNING,
        with_option("Say “This usually fades”"),
        with_option("Say “This fades within the hour”"),
    ),
    (
        "NB-D04",
        WARNING,
        an_item(lead_in="Which step is generally taken?"),
        an_item(lead_in="Which step is most commonly taken?"),
    ),
    ("NB-D05", ERROR, with_option("Both a and c"), with_option("A lamp and a cushion")),
    (
        "NB-D05",
        WARNING,
        an_item(stem="word " * 151),
        an_item(stem="word " * 150),
    ),
    (
        "NB-D05",
        WARNING,
        an_item([f"{text} {'now ' * 28}so" for text in PLAIN]),
        an_item([f"{text} {'now ' * 25}so" for text in PLAIN]),
    ),
    (
        "NB-D05",
        WARNING,
        with_option("Do not leave her without a lamp"),
        with_option("Leave her a lamp, and not a torch"),
    ),
    (
        "NB-D06",
        WARNING,
        an_item(stem="Remember that glare tires the eyes. A guest complains."),
        an_item(stem="A guest complains. She cannot remember why."),
    ),
    (
        "NB-D06",
        WARNING,
        an_item(stem="word " * 61, level="recall"),
        an_item(stem="word " * 61),
    ),
    (
        "NB-D07",
        WARNING,
        an_item(lead_in="Which step should she take, and why?"),
        an_item(lead_in="Which step should she and her colleague take?"),
    ),
    (
        "NB-D07",
        WARNING,
        an_item(("Dim it because of glare", "Leave it because of the dark", *PLAIN[2:])),
        an_item(("Dim it", "Leave it", *PLAIN[2:])),
    ),
    (
        "NB-D08",
        WARNING,
        an_item(("30 minutes", "2 hours", "15 minutes", "1 hour"), fixed_order=True),
        an_item(("15 minutes", "30 minutes", "1 hour", "2 hours"), fixed_order=True),
    ),
    (
        "NB-D08",
        WARNING,
        an_item(("5 mg", "10 mg", "25 mg", "1 g")),
        an_item(("1 g", "25 mg", "10 mg", "5 mg"), fixed_order=True),
    ),
    ("NB-D09", ERROR, with_option("All of the above"), with_option("All of the lamps")),
    ("NB-D09", ERROR, with_option("None of these."), with_option("None of these lamps")),
    ("NB-D09", ERROR, with_option("Both of these are correct"), with_option("Both lamps")),
    (
        "NB-O01",
        ERROR,
        an_item(stem="A guest in the the room."),
        an_item(stem="A guest in the room."),
    ),
    (
        "NB-O01",
        WARNING,
        an_item(stem="The addict takes psilocybin."),
        an_item(stem="He takes psilocybin, and says “I am an addict”."),
    ),
    (
        "NB-O01",
        WARNING,
        an_item(stem="He takes psilocibin."),
        an_item(stem="He takes psilocybin."),
    ),
    (
        "NB-O01",
        WARNING,
        an_item(stem="His behavior changes."),
        an_item(stem="His behaviour changes."),
    ),
    (
        "NB-O01",
        WARNING,
        an_item(lead_in="Which step should she take"),
        an_item(lead_in="The first step she should take is to"),
    ),
]


@pytest.mark.parametrize(
    ("code", "severity", "flawed", "mended"),
    CASES,
    ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)],
)
def test_a_flaw_is_seen_and_its_mended_twin_passes(
    code: str, severity: str, flawed: Item, mended: Item
) -> None:
    seen = [problem for problem in lint(flawed) if problem.code == code]
    assert {problem.severity for problem in seen} == {severity}, seen
    assert seen[0].message.startswith("SS-001: ")
    assert [problem for problem in lint(mended) if problem.code == code] == []


def test_a_sound_item_raises_nothing_at_all() -> None:
    assert lint(an_item()) == []


def test_a_warning_names_the_words_that_raised_it() -> None:
    (problem,) = lint(with_option("Only call the nurse"))
    assert "“Only”" in problem.message or "“only”" in problem.message


def test_a_word_in_every_option_tells_none_apart() -> None:
    assert lint(an_item([f"{text} only" for text in PLAIN])) == []


def test_an_item_named_in_another_is_hinged() -> None:
    items = an_item(number=1), an_item(stem="As in SS-001, she complains.", number=2)
    assert [(p.code, p.message[:6]) for p in lint(*items)] == [("NB-D02", "SS-002")]


def test_the_subject_of_a_bank_is_no_cue() -> None:
    """A word most questions use gives nothing away when it comes back in a key."""
    echo = an_item(("Cover the source of glare", *PLAIN[1:]), lead_in="What helps against glare?")
    assert [p.code for p in lint(echo)] == ["NB-T05"]
    others = [an_item(lead_in=f"How does glare {n} begin?", number=n) for n in range(2, 6)]
    assert "NB-T05" not in {p.code for p in lint(echo, *others)}


def keyed_at(place: int, key: str, number: int) -> Item:
    """An item whose key stands in this place; the distractors are two characters apart at most."""
    others = ["Close the shutter", "Order a new sofa", "Call the porter"]
    return an_item([*others[:place], key, *others[place:]], key=place, number=number)


def bank_of(longest: int, shortest: int, of: int) -> list[Item]:
    """Items with keys in turn; so many keys are clearly longest, so many shortest, rest between."""
    keys = ["Dim the lamps at once"] * longest + ["Dim lamps"] * shortest
    keys += ["Dim the lamps now"] * (of - len(keys))
    return [keyed_at(number % 4, key, number) for number, key in enumerate(keys)]


@pytest.mark.parametrize(
    ("longest", "shortest", "of", "named"),
    [
        (5, 0, 5, "clearly the longest, it is the key in 5"),
        (4, 0, 4, ""),
        (0, 5, 5, "clearly the shortest, it is the key in 5"),
        (0, 4, 4, ""),
    ],
)
def test_keys_that_stand_out_too_often_show_across_the_bank(
    longest: int, shortest: int, of: int, named: str
) -> None:
    (found,) = [p.message for p in lint(*bank_of(longest, shortest, of))] or [""]
    assert named in found and bool(found) == bool(named)


@pytest.mark.parametrize(("count", "seen"), [(20, False), (21, True)])
def test_a_key_that_is_never_the_longest_is_a_cue_as_well(count: int, seen: bool) -> None:
    """0.75 ** 20 is 1 in 315, and 0.75 ** 21 is 1 in 420: rarer than 1 in 400 is suspected."""
    options = ("Dim the lamps", "Close the window", "Move the sofa", "Call the nurse at once")
    items = [
        an_item([*options[n % 4 :], *options[: n % 4]], key=(4 - n) % 4, number=n)
        for n in range(count)
    ]
    messages = [p.message for p in lint(*items) if p.code == "NB-T04"]
    assert [m[:3] for m in messages] == (["Of "] if seen else [])
    assert not seen or "it is the key in 0; by chance it would be in about 5." in messages[0]


@pytest.mark.parametrize(("at_a", "seen"), [(13, False), (14, True)])
def test_keys_that_crowd_one_place_show_across_the_bank(at_a: int, seen: bool) -> None:
    """At most 1 in 1,000 per letter: of 24 keys 14 in one place are, 13 are not (binomial, 1/4)."""
    items = [
        an_item(key=0 if number < at_a else 1 + number % 3, number=number) for number in range(24)
    ]
    messages = [p.message for p in lint(*items) if p.code == "key-position"]
    assert messages == (
        ["The key is option a in 14 of 24 items as written; by chance it would be in about 6."]
        if seen
        else []
    )


@pytest.mark.parametrize(
    ("keys", "fixed_order", "seen"),
    [((1, 1, 1, 1, 2), True, True), ((0, 1, 2, 3, 1), True, False), ((1, 1, 1, 1), False, False)],
)
def test_keys_in_one_place_show_where_options_keep_their_order(
    keys: tuple[int, ...], fixed_order: bool, seen: bool
) -> None:
    items = [
        an_item(key=key, fixed_order=fixed_order, number=n) for n, key in enumerate(keys, start=1)
    ]
    assert [p.code for p in lint(*items)] == (["key-position"] if seen else [])


def test_problems_carry_the_line_of_their_item() -> None:
    bank = a_bank(an_item(), dataclasses.replace(with_option("Never call"), id="SS-002"))
    (problem,) = lint_bank(bank, {"SS-001": 9, "SS-002": 30})
    assert (problem.file, problem.line, problem.code) == ("a-bank.yaml", 30, "NB-T03")
    kept = dataclasses.replace(bank, lines={"SS-002": 31})
    assert [p.line for p in lint_bank(kept)] == [31]


def test_every_flaw_of_the_list_is_tested_or_said_to_need_a_reader() -> None:
    listed = {f"NB-T{n:02}" for n in range(1, 10)} | {f"NB-D{n:02}" for n in range(1, 10)}
    assert {case[0] for case in CASES} == listed | {"NB-O01"}


def test_the_guide_explains_every_flaw_once() -> None:
    headings = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("### ")]
    explained = [line.split()[1] for line in headings]
    assert sorted(explained) == sorted({case[0] for case in CASES})
