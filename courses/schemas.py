"""The shape of the content files: which keys each has, of which kind, and what they may say."""

from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PositiveInt,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic import Field as Bounded
from pydantic_core import ErrorDetails

from courses.practice import Measure
from courses.yamltree import Fault, Tree

FACT_ID = r"[A-Z]{2,5}-[0-9]{3}"
SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
STRENGTHS = (
    "RCT|open-label trial|meta-analysis|systematic review|observational|case report|preclinical"
    "|psychometric|guideline|consensus|expert opinion|regulatory"
)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
Line = Annotated[Text, StringConstraints(max_length=300, pattern=r"^[^\n]*$")]
FactId = Annotated[str, StringConstraints(pattern=rf"^{FACT_ID}$")]
ObjectiveId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*-[0-9]{1,3}$")]
ClaimId = Annotated[str, StringConstraints(pattern=r"^C-[0-9]{2,3}$")]
Slug = Annotated[str, StringConstraints(pattern=rf"^{SLUG}$", max_length=80)]
Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s<>\"]+$", max_length=500)]
Strength = Annotated[str, StringConstraints(pattern=rf"^(?:{STRENGTHS})(?: \([^()]+\))?$")]
Minutes = Annotated[int, Bounded(ge=1, le=600)]
RequirementId = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2,4}(?:-[A-Z0-9]+)+$", max_length=40)
]
SourceId = Annotated[str, StringConstraints(pattern=r"^S[0-9]{2,3}$")]
Rule = Annotated[
    Line,
    StringConstraints(
        pattern=r"^(?:(?:h|count|score|years|share|age|days)(?:>=|<=|=)[0-9]"
        r"|field: |rule\b|unknown\b)"
    ),
]
Shares = dict[RequirementId, Annotated[int, Bounded(ge=0, le=600)]]


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class FactEntry(_File):
    id: FactId
    statement: Text
    source: Text
    links: list[Link]
    strength: Strength
    status: Literal["seen", "recalled", "uncertain"]
    as_of: date
    review_by: date

    @model_validator(mode="after")
    def _review_comes_later(self) -> "FactEntry":
        if self.review_by <= self.as_of:
            raise ValueError("review_by must come after as_of")
        return self


class FactsFile(_File):
    area: Line | None = None
    facts: Annotated[list[FactEntry], Bounded(min_length=1)]


class AuthorEntry(_File):
    name: Line
    role: Line


def _as_pair(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


LessonWords = Annotated[tuple[PositiveInt, PositiveInt], BeforeValidator(_as_pair)]


class CurrencyEntry(_File):
    rule: Literal["completion", "previous", "fixed-day"] = "completion"
    fixed_day: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}-[0-9]{2}$")] | None = None
    minimal_months: Annotated[int, Bounded(ge=0, le=120)] = 0
    window_months: Annotated[int, Bounded(ge=0, le=60)] | None = None
    late_months: Annotated[int, Bounded(ge=0, le=120)] = 12


class RenewalEntry(_File):
    recheck_items: Annotated[int, Bounded(ge=0, le=60)] = 10
    ce_minutes: Annotated[int, Bounded(ge=0, le=6000)] = 0


class CourseFile(_File):
    title: Line
    summary: Text
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$")]
    audience: Text
    certifies: Text
    not_certified: Text
    currency_months: Annotated[int, Bounded(ge=1, le=120)]
    currency: CurrencyEntry = CurrencyEntry()
    renewal: RenewalEntry = RenewalEntry()
    authors: Annotated[list[AuthorEntry], Bounded(min_length=1)]
    lesson_words: LessonWords = (900, 1600)
    modules: Annotated[list[Line], Bounded(min_length=1)]


class CodeFile(_File):
    title: Line
    intro: Text
    commitments: Annotated[list[Text], Bounded(min_length=1, max_length=30)]


class RelationshipEntry(_File):
    company: Line
    nature: Line
    since: Line
    until: str = ""
    mitigation: Text


class ContributorEntry(_File):
    name: Line
    role: Line
    disclosed_on: date | None = None
    relationships: list[RelationshipEntry] = []


class ContributorsFile(_File):
    contributors: Annotated[list[ContributorEntry], Bounded(min_length=1, max_length=100)]


class RuleEntry(_File):
    measure: Measure
    amount: Annotated[int, Bounded(ge=1, le=1000)]
    rests_on: Annotated[list[RequirementId], Bounded(min_length=1, max_length=10)]


class PracticeFile(_File):
    intro: Text
    demanded: bool
    rules: Annotated[list[RuleEntry], Bounded(min_length=1, max_length=20)]


class ChecklistLineEntry(_File):
    id: ObjectiveId
    text: Text
    critical: bool = False


class ChecklistFile(_File):
    title: Line
    intro: Text
    reviewed_on: date
    lines: Annotated[list[ChecklistLineEntry], Bounded(min_length=2, max_length=40)]


class QuestionEntry(_File):
    id: Slug
    kind: Literal["scale", "choice", "text"]
    text: Text
    low: str = ""
    high: str = ""
    options: list[Line] = []


class EvaluationFile(_File):
    intro: Text
    questions: Annotated[list[QuestionEntry], Bounded(min_length=1, max_length=40)]


class ObjectiveEntry(_File):
    id: ObjectiveId
    text: Text
    facts: Annotated[list[FactId], Bounded(min_length=1)]


class ModuleFile(_File):
    title: Line
    summary: Text
    objectives: Annotated[list[ObjectiveEntry], Bounded(min_length=1)]
    lesson_words: LessonWords | None = None
    quiz: Slug | None = None
    quiz_minutes: Minutes | None = None
    prerequisites: list[Slug] = []
    quiz_crosswalk: Shares = {}
    quiz_competencies: list[RequirementId] = []

    @model_validator(mode="after")
    def _quiz_takes_time(self) -> "ModuleFile":
        if (self.quiz is None) != (self.quiz_minutes is None):
            raise ValueError("quiz and quiz_minutes belong together: give both or neither")
        if self.quiz is None and (self.quiz_crosswalk or self.quiz_competencies):
            raise ValueError("there is no quiz to map")
        return self


class LessonHeader(_File):
    title: Line
    summary: Text
    minutes: Minutes
    difficulty: Annotated[int, Bounded(ge=1, le=5)]
    objectives: Annotated[list[ObjectiveId], Bounded(min_length=1)]
    safety_critical: bool
    reviewed_on: date
    content_note: Text | None = None
    key_points: Annotated[list[Text], Bounded(min_length=1, max_length=8)]
    weak_facts: list[FactId] = []
    crosswalk: Shares = {}
    competencies: list[RequirementId] = []


class SourceEntry(_File):
    id: SourceId
    title: Line
    issuer: Line
    reference: Line
    tier: Literal["primary-text", "secondary"]


class SourcesFile(_File):
    sources: Annotated[list[SourceEntry], Bounded(min_length=1)]


class RequirementEntry(_File):
    id: RequirementId
    topic: Line
    part: Literal["total", "topic", "delivery", "practice", "renewal"] | None = None
    rule: Rule
    alternatives: list[Rule] = []
    reference: Line
    confidence: Literal["seen", "recalled"]
    evidenced_by: Literal["course", "course-and-practice", "practice"] | None = None
    practice: Line | None = None

    @model_validator(mode="after")
    def _practice_has_its_reason(self) -> "RequirementEntry":
        if (self.practice is None) != (self.evidenced_by in (None, "course")):
            raise ValueError("practice says why a competency needs observing: there and only there")
        return self


class RulebookFile(_File):
    title: Line
    issuer: Line
    kind: Literal["jurisdiction", "framework", "reference"]
    as_of: date
    requirements: Annotated[list[RequirementEntry], Bounded(min_length=1)]


class ClaimEntry(_File):
    id: ClaimId
    claim: Line
    corrected: Text
    facts: Annotated[list[FactId], Bounded(min_length=1)]


class ClaimsFile(_File):
    claims: list[ClaimEntry]


class ClaimBlock(_File):
    id: ClaimId | None = None
    text: Line | None = None
    verdict: Literal["holds", "partly", "fails"]
    reasoning: Text

    @model_validator(mode="after")
    def _one_claim(self) -> "ClaimBlock":
        if (self.id is None) == (self.text is None):
            raise ValueError(
                "give the id of a registered claim, or the text of another: one of them"
            )
        return self


class JobAidHeader(_File):
    title: Line
    summary: Text
    reviewed_on: date
    safety_critical: bool


class UpdateHeader(_File):
    title: Line
    summary: Text
    minutes: Annotated[int, Bounded(ge=1, le=60)]
    kind: Literal["material", "safety-critical"]
    facts: Annotated[list[FactId], Bounded(min_length=1)]


class TermEntry(_File):
    term: Line
    also: list[Line] = []
    found_as: list[Line] = []
    definition: Text


class GlossaryFile(_File):
    terms: Annotated[list[TermEntry], Bounded(min_length=1)]


class CheckOption(_File):
    text: Text
    why: Text
    best: bool = False


class CheckFile(_File):
    question: Text
    options: Annotated[list[CheckOption], Bounded(min_length=2, max_length=5)]

    @model_validator(mode="after")
    def _one_is_best(self) -> "CheckFile":
        best = sum(option.best for option in self.options)
        if best != 1:
            raise ValueError(f"exactly one option must be the best one, here are {best}")
        return self


Shape = TypeVar("Shape", bound=_File)


def shaped(tree: Tree, shape: type[Shape]) -> tuple[Shape | None, list[Fault]]:
    """The tree's values in that shape, or None with every fault, each at its line."""
    faults = list(tree.faults)
    if tree.value is None and faults:
        return None, faults
    try:
        read = shape.model_validate(tree.value)
    except ValidationError as error:
        faults += [_fault(tree, detail) for detail in error.errors(include_url=False)]
        return None, faults
    return (None if faults else read), faults


def _fault(tree: Tree, detail: ErrorDetails) -> Fault:
    """One finding of pydantic in the words of an author."""
    path = tuple(detail["loc"])
    name = ".".join(str(part) for part in path if isinstance(part, str)) or "the file"
    line = tree.line(path)
    kind = detail["type"]
    if kind == "extra_forbidden":
        return Fault(line, "unknown-key", f"unknown key: {name[:200]}")
    if kind == "missing":
        return Fault(line, "missing-key", f"missing key: {name}")
    if kind == "value_error":
        return Fault(line, "bad-value", str(detail["ctx"]["error"]))
    is_wrong_type = kind.endswith("_type") or kind.startswith("date_")
    reason = _REASONS.get(kind, detail["msg"][:1].lower() + detail["msg"][1:])
    return Fault(line, "wrong-type" if is_wrong_type else "bad-value", f"{name}: {reason}")


_REASONS = {
    "string_type": "this must be text (put it in quotes)",
    "int_type": "this must be a whole number",
    "bool_type": "this must be true or false",
    "list_type": "this must be a list",
    "date_type": "this must be a date such as 2026-11-22",
    "model_type": "this must have keys and values",
    "string_too_short": "this must not be empty",
    "string_pattern_mismatch": "this is not written the way it has to be",
}
