"""Sample files of every format, read item by item: what is kept, what is not, and why."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from quizzes import Draft, Entry, Near, Reading, Unit, read_items

SAMPLES = Path(__file__).parent / "samples"


def reading_of(name: str) -> Reading:
    return read_items((SAMPLES / name).read_bytes())


def entry_named(reading: Reading, name: str) -> Entry:
    (found,) = [entry for entry in reading.entries if entry.name == name]
    return found


def draft_named(reading: Reading, name: str) -> Draft:
    draft = entry_named(reading, name).draft
    assert draft is not None
    return draft


def losses_of(entry: Entry) -> str:
    return " / ".join(f"{loss.what}: {loss.why}" for loss in entry.losses)


def shown(draft: Draft) -> list[tuple[str, bool, str]]:
    return [(each.text, each.key, each.rationale) for each in draft.options]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("everything.gift", "GIFT"),
        ("everything.aiken", "Aiken"),
        ("everything.moodle.xml", "Moodle XML"),
        ("choice.qti21.xml", "QTI 2.1"),
        ("mapped.qti22.xml", "QTI 2.2"),
        ("match.qti30.xml", "QTI 3.0"),
    ],
)
def test_a_format_is_known_by_content(name: str, expected: str) -> None:
    assert reading_of(name).format == expected


def test_gift_reads_options_feedback_weights_and_escapes() -> None:
    reading = reading_of("everything.gift")
    assert reading.title == "Light and sound"
    lamp = draft_named(reading, "Lamp height")
    assert (lamp.stem, lamp.lead_in) == (
        "Mr Öz reads in the evening.",
        "Where does the lamp hang best?",
    )
    assert shown(lamp)[:2] == [
        ("Under the table", False, "It lights the carpet."),
        ("Over the shoulder", True, "The page is lit, the eyes are not."),
    ]
    lost = losses_of(entry_named(reading, "Lamp height"))
    assert "50 % of the mark for option c" in lost
    assert "A lamp serves the page." in lost
    sums = draft_named(reading, "Which sum gives 5?")
    assert [text for text, _, _ in shown(sums)] == ["= 2 \\\\+ 2", "= 2 \\\\+ 3", "{1\\\\,4}"]


def test_gift_weights_by_the_published_rule_make_a_multiple_response_without_loss() -> None:
    entry = entry_named(reading_of("everything.gift"), "Which two calm a room?")
    assert entry.draft is not None
    assert entry.draft.kind == "multiple"
    assert [option.key for option in entry.draft.options] == [True, True, False, False]
    assert entry.losses == ()


def test_gift_reads_the_missing_word_true_or_false_and_an_essay() -> None:
    reading = reading_of("everything.gift")
    assert draft_named(reading, "A room is _____ at noon.").options[1].key
    noon = draft_named(reading, "Noon")
    assert shown(noon) == [("True", True, "Indeed."), ("False", False, "It is.")]
    assert noon.fixed_order
    assert draft_named(reading, "Essay").kind == "constructed"


def test_gift_reads_numbers_with_margins_ranges_and_shares() -> None:
    reading = reading_of("everything.gift")
    lux = draft_named(reading, "Lux")
    assert (lux.stem, lux.lead_in) == ("A desk needs light.", "How many **lux**?")
    assert lux.details.value == 500 and lux.details.tolerance == 50
    assert lux.details.near == (Near(Decimal(400), Decimal(49), Fraction(1, 2), "A little dark."),)
    door = draft_named(reading, "Range").details
    assert (door.value, door.tolerance) == (Decimal("0.85"), Decimal("0.05"))


def test_gift_matching_keeps_answers_that_belong_to_no_prompt() -> None:
    match = draft_named(reading_of("everything.gift"), "Match")
    assert [option.text for option in match.options] == [
        "Shoulder",
        "Corner",
        "Centre",
        "Cupboard",
    ]
    assert [prompt.key for prompt in match.details.prompts] == ["a", "b", "c"]


def test_a_question_that_cannot_be_read_stands_in_the_report_with_its_line() -> None:
    refused = [e for e in reading_of("everything.gift").entries if e.draft is None]
    assert [(entry.place, entry.standing) for entry in refused] == [
        ("line 45", "refused"),
        ("line 47", "refused"),
    ]
    assert "asks nothing" in losses_of(refused[0])
    assert "not closed" in losses_of(refused[1])


def test_short_answers_become_constructed_ones_and_the_report_says_so() -> None:
    for name, question in (("everything.gift", "Word"), ("everything.moodle.xml", "Cover")):
        entry = entry_named(reading_of(name), question)
        assert entry.draft is not None
        assert entry.draft.kind == "constructed"
        assert entry.draft.details.model.startswith("curtain; blind")
        assert "marking by comparing words" in losses_of(entry)
        assert {"criteria", "max_words"} <= set(entry.draft.missing)


def test_aiken_reads_its_questions_and_names_the_line_of_those_it_cannot() -> None:
    reading = reading_of("everything.aiken")
    lamp = reading.entries[0].draft
    assert lamp is not None
    assert lamp.lead_in == "Which lamp hangs over the table?"
    assert [option.key for option in lamp.options] == [False, True, False]
    assert [(e.place, e.standing) for e in reading.entries[1:]] == [
        ("line 8", "refused"),
        ("line 13", "refused"),
        ("line 18", "refused"),
    ]


def test_moodle_html_becomes_markdown_and_what_acts_does_not_survive() -> None:
    reading = reading_of("everything.moodle.xml")
    lamp = draft_named(reading, "Lamp height")
    assert lamp.id == "LAMP-1"
    assert (lamp.stem, lamp.lead_in) == (
        "Mr Öz reads & rests.",
        "Where does the lamp **best** hang?",
    )
    assert shown(lamp) == [
        ("Over the shoulder", True, "A lamp serves the page."),
        ("Under the (picture: table)", False, "It lights the carpet."),
        ("Behind \\* the &lt;head>", False, ""),
    ]
    calm = entry_named(reading, "Two calm")
    assert calm.draft is not None
    assert calm.draft.lead_in == "Which two calm a *room*? &lt;img src=x onerror=alert(1)> [x](#)"
    assert "raw HTML" in losses_of(calm)


def test_moodle_reports_each_thing_that_an_item_has_no_place_for() -> None:
    lost = losses_of(entry_named(reading_of("everything.moodle.xml"), "Lamp height"))
    for what in ("<script>", "a picture", "hints", "tags (light)", "the weight 2", "t.png"):
        assert what in lost


def test_moodle_reads_units_by_their_factor_and_thirds_exactly() -> None:
    lux = draft_named(reading_of("everything.moodle.xml"), "Lux").details
    assert lux.unit == "lx"
    assert lux.units == (Unit("lx", Fraction(1)), Unit("klx", Fraction(1000)))
    assert lux.near[0].share == Fraction(1, 3)


def test_moodle_reads_matching_ordering_and_essay() -> None:
    reading = reading_of("everything.moodle.xml")
    places = draft_named(reading, "Places")
    assert [option.text for option in places.options] == ["Shoulder", "Corner", "Cupboard"]
    steps = draft_named(reading, "Steps")
    assert steps.kind == "ordering"
    assert [option.text for option in steps.options] == ["Open", "Look", "Close"]
    essay = draft_named(reading, "Describe").details
    assert (essay.max_words, essay.model) == (120, "A bed, a lamp.")


@pytest.mark.parametrize("name", ["Gaps", "Sum", "Mark", "No type"])
def test_types_of_moodle_without_a_counterpart_are_refused_with_the_reason(name: str) -> None:
    entry = entry_named(reading_of("everything.moodle.xml"), name)
    assert entry.standing == "refused"
    assert "are not read:" in losses_of(entry)


def test_qti_2_choice_takes_prompt_feedback_inside_and_after_and_fixed_places() -> None:
    (entry,) = reading_of("choice.qti21.xml").entries
    assert entry.draft is not None
    assert (entry.draft.stem, entry.draft.lead_in) == (
        "Mr Öz reads in the *evening*.",
        "Where does the lamp hang best?",
    )
    assert shown(entry.draft) == [
        ("Under the table", False, "It lights the carpet."),
        ("Over the shoulder", True, "The page is lit."),
        ("Behind the head", False, ""),
    ]
    assert [option.anchored for option in entry.draft.options] == [False, False, True]
    assert entry.losses == ()


def test_qti_map_response_makes_a_multiple_response() -> None:
    (entry,) = reading_of("mapped.qti22.xml").entries
    assert entry.draft is not None
    assert entry.draft.kind == "multiple"
    assert [option.key for option in entry.draft.options] == [True, True, False]
    assert entry.losses == ()


def test_qti_numbers_take_relative_and_absolute_margins_and_shares() -> None:
    (entry,) = reading_of("number.qti30.xml").entries
    assert entry.draft is not None
    details = entry.draft.details
    assert (details.value, details.tolerance) == (500, 50)
    assert details.near == (Near(Decimal(400), Decimal("49.5"), Fraction(1, 2), ""),)
    assert entry.draft.lead_in == "How many lux? _____ lx"


def test_qti_match_reads_other_prefixes_and_tells_that_all_or_nothing_is_lost() -> None:
    (entry,) = reading_of("match.qti30.xml").entries
    assert entry.draft is not None
    prompts = entry.draft.details.prompts
    assert [(each.text, each.key) for each in prompts] == [
        ("Reading **lamp**", "b"),
        ("Floor lamp", "a"),
    ]
    assert "only the whole right answer" in losses_of(entry)


def test_qti_order_puts_the_steps_into_the_right_order() -> None:
    (entry,) = reading_of("order.qti30.xml").entries
    assert entry.draft is not None
    assert [option.text for option in entry.draft.options] == ["Open", "Look", "Close"]


def test_qti_hot_spots_keep_regions_and_ask_for_their_words() -> None:
    (entry,) = reading_of("hotspot.qti21.xml").entries
    draft = entry.draft
    assert draft is not None
    assert draft.details.figure == "room-plan.svg"
    assert [region.coords for region in draft.details.regions] == [
        (50, 50, 8),
        (10, 20, 30, 60),
        (100, 10, 150, 10, 120, 60),
    ]
    assert {"words for region b", "words for region c"} <= set(draft.missing)


def test_a_scorers_rubric_without_points_becomes_the_model_answer() -> None:
    (entry,) = reading_of("essay.qti30.xml").entries
    assert entry.draft is not None
    assert entry.draft.details.model == "A bed and a lamp: 2 points."
    assert "criteria" in entry.draft.missing


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"Just a letter to a friend.", "none of GIFT, Aiken"),
        (b"\xff\xd8\xff\xe0 picture", "not text"),
        (b"<questestinterop/>", "QTI 1.2"),
        (b"<?xml version='1.0'?><manifest/>", "whole package"),
        (b"<?xml version='1.0'?><rss/>", "neither Moodle XML nor"),
        (b"<quiz></quiz>", "no questions"),
        (b"<?xml version='1.0' encoding='klingon'?><quiz/>", "encoding"),
    ],
)
def test_a_file_that_is_none_of_these_is_refused_in_a_sentence(data: bytes, why: str) -> None:
    reading = read_items(data)
    assert why in reading.refused
    assert not reading.is_whole_file_read
    assert reading.entries == ()


def test_an_item_with_too_many_options_is_refused_and_its_neighbours_are_read() -> None:
    many = " ".join(f"~option {number}" for number in range(9))
    reading = read_items(f"First? {{=a ~b}}\n\nMany? {{=x {many}}}\n\nLast? {{=a ~b}}".encode())
    assert [entry.standing for entry in reading.entries] == ["draft", "refused", "draft"]
    assert "10 options" in losses_of(reading.entries[1])


def test_two_questions_of_one_name_get_two_ids() -> None:
    reading = read_items(b"::Same::One? {=a ~b}\n\n::Same::Two? {=a ~b}")
    assert [draft.id for draft in reading.drafts] == ["Same", "Same-2"]
