"""What each number and flag of an analysis means, one sentence each, for no psychometrician."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Explanation:
    """The name a figure is shown under, and a sentence that says what it tells."""

    name: str
    sentence: str


def _table(**entries: tuple[str, str]) -> Mapping[str, Explanation]:
    return MappingProxyType({key: Explanation(*entry) for key, entry in entries.items()})


FIGURES = _table(
    learners=("Learners", "How many learners met the item, or sat the paper."),
    maximum=("Maximum", "The marks for an answer that is fully right, or for the whole paper."),
    mean=("Mean", "The average mark of those who met the item, or the average total."),
    facility=(
        "Facility",
        "The average mark as a share of the maximum: 90 % is an easy item, 30 % a hard one.",
    ),
    interval=(
        "95 % interval",
        "The range in which the true figure lies in 95 of 100 such groups: the wider it is, the "
        "less the figure itself can be trusted.",
    ),
    sd=(
        "Standard deviation",
        "How far marks typically lie from their average; at 0 everybody got the same mark.",
    ),
    discrimination=(
        "Discrimination",
        "Whether those who did well on the other items did better on this one too: 0.3 and more "
        "is good, near 0 the item tells nothing, below 0 the better learners got it wrong.",
    ),
    discriminative_efficiency=(
        "Discriminative efficiency",
        "How much of the discrimination that its difficulty allows the item reaches, so that very "
        "easy and very hard items can be judged fairly.",
    ),
    intended_weight=(
        "Intended weight",
        "The part of the paper that the item makes up by its marks.",
    ),
    effective_weight=(
        "Effective weight",
        "The part of the differences between learners that the item makes up in fact; items that "
        "pull against the total have none.",
    ),
    random_guess=(
        "Random-guess score",
        "What blind guessing would earn on average: a facility no higher than that is a warning.",
    ),
    distractors=(
        "Distractors",
        "How often each option was chosen, and by whom: a wrong option should draw some learners, "
        "and weaker ones more than better ones.",
    ),
    mean_rest=(
        "Mean on the rest",
        "How well those who chose this option did on the other items.",
    ),
    certainty=(
        "Certainty",
        "How often answers were right among those given as a guess, fairly sure and certain.",
    ),
    confidently_wrong=(
        "Confidently wrong",
        "The share of answers that were wrong though the learner was certain: the most dangerous "
        "kind of error, because nobody looks up what they are certain of.",
    ),
    median=("Median", "The total in the middle: half of the learners did better, half worse."),
    skewness=(
        "Skewness",
        "Whether totals trail off to one side: below 0 a few learners did far worse than most, "
        "above 0 a few did far better.",
    ),
    kurtosis=(
        "Kurtosis",
        "Whether there are more extreme totals (above 0) or fewer (below 0) than in a bell curve.",
    ),
    alpha=(
        "Reliability (alpha, KR-20)",
        "How well the items agree in ranking learners, from 0 to 1: decisions about a person call "
        "for about 0.8 and more.",
    ),
    standard_error=(
        "Standard error of measurement",
        "How far a learner's total typically lies from what the same learner would get on average "
        "over many such papers.",
    ),
    passed=("Passed", "How many learners reached the cut score."),
    consistency=(
        "Decision consistency",
        "The share of learners who would get the same outcome, pass or fail, on a second paper of "
        "the same kind.",
    ),
    accuracy=(
        "Decision accuracy",
        "The share of learners whose outcome is the one their true ability deserves.",
    ),
    false_pass=(
        "Undeserved passes",
        "The share of learners expected to pass though their true ability is below the cut.",
    ),
    false_fail=(
        "Undeserved fails",
        "The share of learners expected to fail though their true ability reaches the cut.",
    ),
    kappa=(
        "Kappa",
        "Decision consistency beyond what chance alone would give: 0 is chance, 1 is perfect.",
    ),
    difficulty=(
        "Difficulty (Rasch)",
        "The ability at which half of the learners get the item right; 0 is the average learner.",
    ),
    slope=(
        "Slope",
        "How sharply an item separates learners just below its difficulty from those just above.",
    ),
    information=(
        "Test information",
        "At which abilities the paper measures well: it ought to be highest near the cut score.",
    ),
)
"""Figures by the name of their field in the results."""

FLAGS: Mapping[str, Explanation] = MappingProxyType(
    {
        "small-group": Explanation("Small group", "Too few learners for more than a rough range."),
        "no-variance": Explanation(
            "Everybody alike", "All learners got the same mark, so the item cannot tell them apart."
        ),
        "hard": Explanation(
            "Hard",
            "Fewer than 30 % of the marks were earned: is it taught, clear and fairly keyed?",
        ),
        "easy": Explanation(
            "Easy", "More than 95 % of the marks were earned: fine for what everybody must know."
        ),
        "no-better-than-guessing": Explanation(
            "No better than guessing", "Learners did no better than blind guessing would."
        ),
        "weak-discrimination": Explanation(
            "Tells little", "Good and weak learners did almost equally well on it."
        ),
        "negative-discrimination": Explanation(
            "Wrong way round", "Better learners did worse on it: check the key first."
        ),
        "against-total": Explanation(
            "Pulls against the total", "The item lowers the total's spread and has no weight in it."
        ),
        "idle": Explanation(
            "Idle distractor", "Fewer than one in twenty chose this option, so it does no work."
        ),
        "attracts-the-able": Explanation(
            "Attracts the able", "Better learners choose this wrong option more: is it right too?"
        ),
        "key-repels-the-able": Explanation(
            "Key repels the able", "Better learners choose the key less: is it really the best?"
        ),
    }
)
"""Flags of items and options by their name."""
