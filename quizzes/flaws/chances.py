"""How likely a bank is to look as it does when nothing but chance set its keys."""

from collections.abc import Sequence

# A bank is asked four such questions, and a bank without fault may be suspected once in a hundred.
RARE = 1 / 400


def tails(hits: int, chances: Sequence[float]) -> tuple[float, float]:
    """The chance of at most, and of at least, so many hits in trials of these single chances.

    The exact law of a sum of independent trials of unequal chance (Poisson's binomial), by
    convolution. With equal chances it is the binomial law.
    """
    law = [1.0]
    for chance in chances:
        grown = [share * (1 - chance) for share in law] + [0.0]
        for count, share in enumerate(law):
            grown[count + 1] += share * chance
        law = grown
    return sum(law[: hits + 1]), sum(law[hits:])
