"""Who answers for an award, drawn in rows: the signature, the name, the role."""

from __future__ import annotations

from certificates.credential import Credential, Signatory
from certificates.lettering import Step
from certificates.look import Look
from certificates.wording import paragraph

_SIGNED = (Step(12.5, 1), Step(11, 1), Step(9.5, 2), Step(7.5, 9))
_ROLE = (Step(8.5, 1), Step(7.5, 2), Step(6.5, 9))
_PITCH = 50.0
_IMAGE = 36.0
_GAP = 20.0
_IN_A_ROW = 3


def signing_height(look: Look, credential: Credential) -> float:
    """Return the height that the rows of signatories take, in points."""
    people = look.signatories(credential)
    rows = max(1, -(-len(people) // _IN_A_ROW))
    return rows * _row_height(people)


def signatories_in(look: Look, credential: Credential, measure: float) -> str:
    """Return the people in rows of up to three across the measure, the last row at the foot."""
    people = look.signatories(credential)
    columns = max(2, min(len(people), _IN_A_ROW))
    pitch = measure / columns
    last_row = (len(people) - 1) // columns
    height = _row_height(people)
    return "".join(
        _signatory(
            look,
            person,
            image,
            place=f"left:{pitch * (number % columns):.1f}pt;"
            f"bottom:{height * (last_row - number // columns):.1f}pt",
            width=pitch - _GAP,
        )
        for number, (person, image) in enumerate(people)
    )


def _row_height(people: tuple[tuple[Signatory, bytes | None], ...]) -> float:
    return _PITCH + (_IMAGE if any(image for _, image in people) else 0)


def _signatory(look: Look, person: Signatory, image: bytes | None, place: str, width: float) -> str:
    shown = ""
    if image is not None:
        hand = look.image(image, f"Signature of {person.name}", width, _IMAGE - 2)
        shown = f'<p class="hand">{hand}</p>'
    return (
        f'<div class="signatory" style="{place};width:{width:.1f}pt">{shown}'
        + paragraph("signed", person.name, _SIGNED, width)
        + paragraph("role", person.role, _ROLE, width)
        + "</div>"
    )
