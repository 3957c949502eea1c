"""Extended matching: each prompt is given one option of a shared list."""

from fractions import Fraction

from quizzes.items import Item
from quizzes.kinds.details import Matching
from quizzes.kinds.text import Fields, UnreadableAnswer, listed, only, option_ids


def read(item: Item, text: str) -> str:
    """Prompt and option of each match made, by prompt: "1a,2c"; some prompts may be missing."""
    prompts = {prompt.id for prompt in _details(item).prompts}
    matches: dict[str, str] = {}
    for part in listed(text):
        prompt, option = part[:1], part[1:].strip()
        if prompt not in prompts or option not in option_ids(item):
            raise UnreadableAnswer("This question has no such line or option.")
        if matches.setdefault(prompt, option) != option:
            raise UnreadableAnswer(f"Line {prompt} takes one option, and has two.")
    return ",".join(f"{prompt}{matches[prompt]}" for prompt in sorted(matches))


def from_fields(item: Item, fields: Fields) -> str:
    """What the fields `answer-1`, `answer-2` and so on hold."""
    chosen = {prompt.id: only(fields, f"answer-{prompt.id}") for prompt in _details(item).prompts}
    return ",".join(f"{prompt}{option}" for prompt, option in chosen.items() if option)


def mark(item: Item, answer: str) -> Fraction:
    """Prompts with their own option / all prompts."""
    prompts = _details(item).prompts
    matches = {part[0]: part[1:] for part in answer.split(",")}
    right = sum(matches.get(prompt.id) == prompt.key for prompt in prompts)
    return Fraction(right, len(prompts))


def _details(item: Item) -> Matching:
    if not isinstance(item.details, Matching):
        raise TypeError(f"item {item.id} has no prompts")
    return item.details
