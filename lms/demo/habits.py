"""How the invented people study and answer: their pace, what they know, how sure they are."""

import random
from dataclasses import dataclass

import courses
import quizzes

ALL = 1000  # units: more than any course has
READ_AGAIN = 0.97  # the chance of a right answer after the lesson was read again
PROFESSIONS = (
    "Clinical psychologist",
    "Psychiatrist",
    "Licensed clinical social worker",
    "Psychiatric nurse practitioner",
    "Licensed professional counsellor",
)


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody studies: days a unit, chance of a right answer, units until they stop."""

    first_day: float
    pace_days: float
    skill: float
    stops_after: int


def opinion(evaluation: courses.Evaluation, chance: random.Random) -> dict[str, str]:
    """Return one learner's answers: mostly content, and without words of their own."""
    given = {}
    for question in evaluation.questions:
        if question.kind == "scale":
            given[question.id] = str(chance.choices(courses.SCALE, (1, 1, 3, 8, 9))[0])
        elif question.kind == "choice":
            given[question.id] = chance.choice(question.options)
    return given


def answer(item: quizzes.Item, skill: float, chance: random.Random) -> tuple[str, int]:
    """Return an answer and how sure the learner is: items differ, and a few mislead."""
    own = random.Random(item.id)  # noqa: S311 -- a story, not a secret
    is_right = chance.random() < min(0.99, skill + own.uniform(-0.15, 0.09))
    misleads = own.random() < 0.15
    weights = (1, 4, 8) if is_right or misleads else (5, 5, 1)
    sure = chance.choices((1, 2, 3), weights)[0]
    return (right(item) if is_right else wrong(item, own, chance)), sure


def right(item: quizzes.Item) -> str:
    """Return an answer that earns the full mark, or a text for a marker."""
    text = "I would stop, stay with the person, and call the physician on duty."
    return quizzes.best_answer(item) or text


def wrong(item: quizzes.Item, own: random.Random, chance: random.Random) -> str:
    """Return an answer that does not; some wrong options are chosen more than others."""
    letters = [option.id for option in item.options]
    match item.details:
        case quizzes.Matching(prompts):
            first, *others = prompts
            moved = chance.choice([letter for letter in letters if letter != first.key])
            return ",".join([f"1{moved}", *(f"{each.id}{each.key}" for each in others)])
        case quizzes.Numeric() as asked:
            return f"{asked.value * 2} {asked.unit}".strip()
        case quizzes.Constructed():
            return "I would wait and see."
    if item.kind == "ordering":
        return ",".join(letters[1:] + letters[:1])
    key = right(item).split(",")
    tempting = [letter for letter in letters if letter not in key]
    own.shuffle(tempting)
    weights = [3**place for place in range(len(tempting))]
    return chance.choices(tempting, weights)[0]
