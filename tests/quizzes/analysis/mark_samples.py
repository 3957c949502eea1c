"""Tables of marks that several tests share."""

import random

# Ten students, ten items: Wuensch, K. L., "The Kuder-Richardson 20", East Carolina University.
WUENSCH = [
    [1, 1, 1, 1, 1, 1, 0, 1, 1, 0],
    [1, 0, 1, 1, 0, 1, 1, 1, 0, 1],
    [1, 1, 1, 1, 0, 1, 1, 0, 0, 1],
    [0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
    [0, 0, 0, 0, 0, 1, 0, 0, 1, 0],
    [1, 1, 1, 0, 1, 1, 1, 1, 1, 1],
    [1, 1, 0, 1, 1, 1, 0, 1, 1, 1],
    [1, 1, 1, 1, 1, 1, 1, 1, 0, 1],
    [0, 1, 0, 1, 1, 1, 1, 1, 0, 1],
    [1, 1, 0, 1, 1, 0, 1, 1, 1, 0],
]
# Nine complete rows of the data set "cronbach_wide_missing" of the package pingouin.
PINGOUIN = [
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0],
    [1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0],
    [1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0],
    [1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0],
    [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
    [0, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0],
    [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
]


def names(count: int) -> list[str]:
    """Item ids "q1", "q2" and so on."""
    return [f"q{number}" for number in range(1, count + 1)]


def partial_marks(learners: int, items: int, seed: int = 1) -> tuple[list[list[float]], list[int]]:
    """Marks in halves of items worth 1 to 3, better for abler learners, and the maxima."""
    chance = random.Random(seed)
    maxima = [chance.randint(1, 3) for _ in range(items)]
    rows = []
    for _ in range(learners):
        ability = chance.random()
        rows.append([round(2 * m * min(1, ability * 2 * chance.random())) / 2 for m in maxima])
    return rows, maxima


def right_or_wrong(learners: int, items: int, seed: int = 1) -> list[list[float]]:
    """Marks of 0 and 1 from a Rasch model with difficulties from -1.5 to 1.5."""
    chance = random.Random(seed)
    rows = []
    for _ in range(learners):
        ability = chance.gauss(0, 1)
        levels = [3 * number / max(1, items - 1) - 1.5 for number in range(items)]
        odds = [1 / (1 + 2.718281828 ** (level - ability)) for level in levels]
        rows.append([float(chance.random() < each) for each in odds])
    return rows
