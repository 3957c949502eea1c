"""Which option of the newest version an answer to an earlier one means."""

import functools
from collections.abc import Mapping

import quizzes


def chosen_options(newest: quizzes.Item, shown: quizzes.Item, answer: str | None) -> frozenset[str]:
    """Return the options of `newest` that an answer to the version `shown` chose; empty for none.

    Options are known by their words; one that was reworded, by its place among the letters.
    """
    if not answer:
        return frozenset()
    letters = answer.split(",")
    if newest is shown:
        return frozenset(letters)
    same = _same_options(newest, shown)
    return frozenset(same.get(letter, letter) for letter in letters)


@functools.lru_cache(maxsize=512)
def _same_options(newest: quizzes.Item, shown: quizzes.Item) -> Mapping[str, str]:
    """Return the letter in the newest version by the letter in the version shown."""
    words = {" ".join(option.text.split()): option.id for option in newest.options}
    same = {
        option.id: words[text]
        for option in shown.options
        if (text := " ".join(option.text.split())) in words
    }
    taken = set(same.values())
    free = {option.id for option in newest.options} - taken
    for option in shown.options:
        if option.id not in same and option.id in free:
            same[option.id] = option.id
    return same
