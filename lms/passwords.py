"""Which passwords are refused: too short, too long, or among the first that anybody would guess.

Length and a list of common passwords, no rules about kinds of characters and no forced change, as
NIST SP 800-63B (section 3.1.1.2) and OWASP ASVS 5.0 (6.2) ask.
"""

import functools
import gzip
import re
from collections.abc import Iterable
from pathlib import Path

SHORTEST = 12
LONGEST = 256  # characters; longer ones would only make hashing slow
COMMON = Path(__file__).parent / "data" / "common-passwords.txt.gz"
# Words that anybody would try first on a site like this one.
SITE_WORDS = """
academy admin administrator assisted breathwork care certificate certification certified clinic
clinical clinician course credential doctor education esketamine health hospital instructor
integration journey ketamine learner learning login mdma medicine mushroom nurse password passphrase
patient portal programme program psilocybin psychedelic psychedelics psychiatrist psychiatry
psychologist psychology psychotherapy school secret session setting shroom site student therapist
therapy training trauma trip welcome
"""
LEAST_LEFT = 10  # what must remain without them: a letter counts two, a digit (often a date) one
LEAST_DIFFERENT = 5  # characters
COUNTING = "01234567890123456789012345678901234567890 09876543210987654321098765432109876543210"


def problem(password: str, about: Iterable[str] = ()) -> str | None:
    """Return a sentence on why `password` is refused, None when it is fine.

    `about` holds texts that belong to the person or the site, such as the name and the e-mail
    address: their words count for nothing.
    """
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Several words in a row are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    folded = password.casefold()
    if len(set(folded)) < LEAST_DIFFERENT or folded in COUNTING or _is_common(folded):
        return "This password is among the first that others would try. Choose another."
    if _left(folded, about) < LEAST_LEFT:
        return (
            "This password is little more than your own details or words of this site. "
            "Add words that nobody would connect with you."
        )
    return None


@functools.cache
def common() -> frozenset[str]:
    """Return the common passwords, read once."""
    return frozenset(gzip.decompress(COMMON.read_bytes()).decode("ascii").split())


def _is_common(folded: str) -> bool:
    stem = folded.strip("0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ")
    known = common()
    if folded in known or stem in known:
        return True
    return any(stem[:cut] in known and stem[cut:] in known for cut in range(4, len(stem) - 3))


def _left(folded: str, about: Iterable[str]) -> int:
    words = set(SITE_WORDS.split())
    for text in about:
        words.update(word for word in re.split(r"[\W\d_]+", text.casefold()) if len(word) >= 3)
    for word in sorted(words, key=len, reverse=True):
        folded = folded.replace(word, " ")
    return sum(2 * character.isalpha() + character.isdigit() for character in folded)
