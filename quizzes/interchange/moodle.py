"""Reads Moodle XML: the file, its categories and descriptions, and each question as a draft."""

from collections.abc import Callable
from dataclasses import replace

from quizzes.interchange import moodle_questions as kinds
from quizzes.interchange.building import NO_PLACE, Ids, number
from quizzes.interchange.drafts import CannotRead, Draft, Entry, Loss, Notes, Reading
from quizzes.interchange.limits import MAX_ITEMS
from quizzes.interchange.moodle_texts import first_text, is_extension, prose, question_text
from quizzes.interchange.residue import Residue, read_residue, restore_header
from quizzes.interchange.safe_xml import Node
from quizzes.interchange.texts import one_line, plain
from quizzes.items import Vignette

_READERS: dict[str, Callable[[Node, Draft, Residue, Notes], Draft]] = {
    "multichoice": kinds.choices,
    "truefalse": kinds.true_or_false,
    "shortanswer": kinds.short_answer,
    "numerical": kinds.numerical,
    "matching": kinds.matching,
    "essay": kinds.essay,
    "ordering": kinds.ordering,
    "ddmarker": kinds.marker,
}
_NO_COUNTERPART = {
    "cloze": "several answers within one text are several items here",
    "multianswer": "several answers within one text are several items here",
    "calculated": "its numbers are drawn anew by a formula for each learner",
    "calculatedmulti": "its numbers are drawn anew by a formula for each learner",
    "calculatedsimple": "its numbers are drawn anew by a formula for each learner",
    "random": "it stands for another question; papers are drawn by the specification here",
    "randomsamatch": "it is put together from other questions",
}


class _File:
    """What the questions of one file have in common."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.losses: list[Loss] = []
        self.figures: dict[str, bytes] = {}
        self.stages: dict[str, dict[int, str]] = {}
        self.titles: dict[str, str] = {}
        self.title = ""
        self.head = Residue({}, Notes())
        self.ids = Ids("MOODLE")


def read_moodle(root: Node) -> Reading:
    """Every question of a Moodle XML tree as a draft, and what was not kept; never raises."""
    file = _File()
    for place, question in enumerate(root.nodes("question"), start=1):
        kind = question.get("type")
        if kind == "category":
            _category(question, file)
        elif kind == "description":
            _description(question, file)
        elif len(file.entries) >= MAX_ITEMS:
            file.losses.append(Loss(f"question {place} and after", f"{MAX_ITEMS} at most are read"))
            break
        else:
            file.entries.append(_entry(place, kind, question, file))
    return Reading(
        "Moodle XML",
        tuple(file.entries),
        tuple(file.losses),
        title=file.title,
        language=file.head.words("language"),
        specification=file.head.raw("specification"),
        vignettes=_vignettes(file),
        figures=file.figures,
    )


def _category(question: Node, file: _File) -> None:
    path = first_text(question.first("category"))
    last = path.replace("//", "\x00").rpartition("/")[2].replace("\x00", "/")
    head = read_residue(extension_of(question), Notes())
    if head:
        file.head = head
    if not file.title:
        file.title = head.words("title") or one_line(last)
    elif one_line(last) not in ("", file.title):
        file.losses.append(Loss(f"the category {one_line(path)}", "a bank has no parts"))


def _description(question: Node, file: _File) -> None:
    notes = Notes()
    residue = read_residue(extension_of(question), notes)
    vignette, stage = residue.words("vignette"), residue.whole("stage")
    text = _read_text(question, notes)
    if vignette and stage and text:
        file.stages.setdefault(vignette, {})[stage] = text
        file.titles[vignette] = residue.words("title")
        return
    name = one_line(first_text(question.first("name")) or text)
    why = "it asks nothing; what an item needs of it belongs into its stem"
    file.losses.append(Loss(f"the description {name}", why))


def _read_text(question: Node, notes: Notes) -> str:
    try:
        return prose(question.first("questiontext"), notes)
    except CannotRead:
        return ""


def _vignettes(file: _File) -> tuple[Vignette, ...]:
    return tuple(
        Vignette(key, file.titles[key], tuple(stages[n] for n in sorted(stages)))
        for key, stages in file.stages.items()
    )


def _entry(place: int, kind: str, question: Node, file: _File) -> Entry:
    notes = Notes()
    where = f"question {place} ({one_line(kind, 30) or 'no type'})"
    name = ""
    try:
        name = one_line(first_text(question.first("name")))
        reader = _READERS.get(kind)
        if reader is None:
            why = _NO_COUNTERPART.get(kind, "there is no kind of item like it")
            raise CannotRead(f"Questions of the type {one_line(kind, 30)!r} are not read: {why}.")
        residue = read_residue(extension_of(question), notes)
        item_id = file.ids.of(plain(first_text(question.first("idnumber"))) or name, place)
        draft = _draft(question, item_id, reader, residue, notes)
        file.figures |= kinds.figures_of(question, draft, notes)
    except CannotRead as error:
        notes.lose("the question", error.why)
        return Entry(where, name, None, (), tuple(notes.losses))
    if not residue:
        draft = _with_explanation(question, draft, notes)
        _tell_the_rest(question, notes)
    return Entry(where, name, draft, tuple(notes.kept), tuple(notes.losses))


def _draft(
    question: Node,
    item_id: str,
    reader: Callable[[Node, Draft, Residue, Notes], Draft],
    residue: Residue,
    notes: Notes,
) -> Draft:
    stem, lead_in = question_text(question, residue, notes)
    draft = Draft(item_id, "single", stem, lead_in, **restore_header(residue))
    return reader(question, draft, residue, notes)


def _with_explanation(question: Node, draft: Draft, notes: Notes) -> Draft:
    """The draft, its one key explained by the general feedback where it has no rationale."""
    general = prose(question.first("generalfeedback"), notes)
    if not general:
        return draft
    keys = [option for option in draft.options if option.key]
    if len(keys) != 1 or keys[0].rationale:
        notes.lose(f"the general feedback ({one_line(general)})", NO_PLACE)
        return draft
    notes.keep("general feedback, as the rationale of the key")
    options = (replace(o, rationale=general) if o.key else o for o in draft.options)
    return replace(draft, options=tuple(options))


def _tell_the_rest(question: Node, notes: Notes) -> None:
    """What a question of Moodle may hold and no item has a place for."""
    if question.first("hint"):
        notes.lose("hints", "there are no hints in an examination")
    tags = [one_line(first_text(tag), 40) for tag in question.within("tag")]
    if tags:
        notes.lose(f"tags ({', '.join(tags[:10])})", "name the objective and domain instead")
    for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        if first_text(question.first(name)).strip():
            notes.lose("feedback on the answer as a whole", "each option has its rationale")
    grade = number(first_text(question.first("defaultgrade"), direct=True) or "1")
    if grade not in (None, 1):
        notes.lose(f"the weight {grade}", "every item counts as one mark")
    for picture in question.within("file"):
        notes.lose(f"the file {one_line(picture.get('name'), 60)}", "a text holds words only")


def extension_of(question: Node) -> str:
    """The JSON that this project put into a question, empty when there is none."""
    found = [node for node in question.nodes("item") if is_extension(node)]
    return found[0].text() if found else ""
