"""What a roster would do, person by person: a pure function of the row and of what is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lms.services.rosters.people import Note, Person, details_of

Kind = Literal["new", "match", "change", "conflict", "error"]
Act = Literal["account", "place", "link", "correct", "invite"]
Place = Literal["none", "active", "paused", "withdrawn"]
KINDS: tuple[Kind, ...] = ("new", "match", "change", "conflict", "error")
BLOCKING: tuple[Kind, ...] = ("conflict", "error")


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom the programme knows already.

    `is_correctable` as long as nobody has used the account that a roster of this programme made:
    from then on name and address are theirs alone to change. `place` is what they hold in the
    roster's cohort, `elsewhere` are other cohorts of theirs.
    """

    account_id: int
    email: str
    full_name: str
    profession: str
    licence_number: str
    licence_jurisdiction: str
    external_id: str
    is_correctable: bool = False
    place: Place = "none"
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about the people of some rows.

    `asked` are addresses with an invitation to this cohort that waits for its answer. `taken` are
    addresses of accounts that the programme does not know: no plan may tell that they exist, so a
    row with one looks as if nobody had it, and only a change of address to one is refused.
    """

    by_external_id: Mapping[str, Known] = field(default_factory=dict)
    by_email: Mapping[str, Known] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to a row: its kind, whom it is about, the acts it takes, what to say of it."""

    kind: Kind
    account_id: int | None = None
    acts: tuple[Act, ...] = ()
    notes: tuple[Note, ...] = ()


def verdict(person: Person, facts: Facts) -> Verdict:
    """Return what a row of a person does: the number finds them before the address does."""
    by_number = facts.by_external_id.get(person.external_id) if person.external_id else None
    by_address = facts.by_email.get(person.email)
    if by_number is not None:
        return _found_by_number(person, by_number, by_address, facts)
    if by_address is not None:
        return _found_by_address(person, by_address)
    if person.email in facts.asked:
        return Verdict("match", notes=(Note("asked-before"),))
    return Verdict("new", acts=_acts("account", link=bool(person.external_id)))


def _acts(first: Act, *, link: bool) -> tuple[Act, ...]:
    return (first, "link", "place", "invite") if link else (first, "place", "invite")


def _found_by_number(person: Person, known: Known, other: Known | None, facts: Facts) -> Verdict:
    if person.email == known.email:
        return _known(person, known, links=False)
    if other is not None:
        return _conflict("number-of-another", "external_id", known, other)
    if not known.is_correctable:
        return _known(person, known, links=False, more=(Note("own-address", "email", known.email),))
    if person.email in facts.taken:
        return Verdict("conflict", known.account_id, notes=(Note("address-not-free", "email"),))
    changed = Note("address-changes", "email", known.email)
    return _known(person, known, links=False, more=(changed,), moves=True)


def _found_by_address(person: Person, known: Known) -> Verdict:
    if person.external_id and known.external_id:
        note = Note("has-another-number", "external_id", known.external_id)
        return Verdict("conflict", known.account_id, notes=(note,))
    return _known(person, known, links=bool(person.external_id))


def _conflict(code: str, column: str, known: Known, other: Known) -> Verdict:
    names = f"{known.full_name} / {other.full_name}"
    return Verdict("conflict", known.account_id, notes=(Note(code, column, names),))


def _known(
    person: Person,
    known: Known,
    *,
    links: bool,
    more: tuple[Note, ...] = (),
    moves: bool = False,
) -> Verdict:
    """Return the verdict on somebody who is known: what the roster may and what it may not do."""
    notes, acts = list(more), list[Act]()
    differing = [key for key, value in details_of(person).items() if value != getattr(known, key)]
    if differing and not known.is_correctable:
        # Whatever else a roster says of somebody with an account of their own stays unsaid.
        if "full_name" in differing:
            notes.append(Note("own-name", "full_name", known.full_name))
        differing = []
    notes += [Note("changes", key, getattr(known, key)) for key in differing]
    if links:
        acts.append("link")
        notes.append(Note("links", "external_id", person.external_id))
    if differing or moves:
        acts.append("correct")
    if known.place == "none":
        acts.append("place")
        notes += [Note("elsewhere", "", title) for title in known.elsewhere]
    elif known.place != "active":
        notes.append(Note(known.place))
    if moves or (known.place == "none"):
        acts.append("invite")
    kind: Kind = "change" if links or differing or moves else "match"
    return Verdict(kind, known.account_id, tuple(acts), tuple(notes))


def repeated(first: int, column: str, value: str) -> Verdict:
    """Return the verdict on a row whose address or number stands in an earlier row, `first`."""
    return Verdict("error", notes=(Note("repeated", column, f"{first}: {value}"),))


def blocks(counts: Mapping[Kind, int]) -> bool:
    """Whether any row keeps the whole roster from being applied: it is all or nothing."""
    return any(counts.get(kind, 0) for kind in BLOCKING)
