"""What has been done in programmes that begin: who works there, what is disclosed and decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.models.accounts import Account, RoleGrant
from lms.models.closing import Disclosure
from lms.models.messages import ReminderRule
from lms.services import closing


@dataclass(frozen=True, slots=True)
class Beginning:
    """How far a programme has come, beside its cohorts.

    `roles` are held by somebody; `undisclosed` control content and have no disclosure in date, by
    name. `has_decided` says whether anything was decided about reminders.
    """

    roles: frozenset[str]
    undisclosed: tuple[str, ...]
    has_decided: bool


def beginnings(session: Session, programme_ids: Sequence[int], today: date) -> dict[int, Beginning]:
    """Return how far these programmes have come, in one query however many there are."""
    found: dict[int, dict[str, list[Any]]] = {
        key: {"role": [], "disclosed": [], "decided": []} for key in programme_ids
    }
    asked = {"programmes": list(programme_ids)}
    # Straight from the connection: these are values, nothing for the session to keep.
    for row in session.connection().execute(_EVERYTHING, asked) if asked["programmes"] else ():
        found[row.programme_id][row.kind].append(row)
    return {key: _beginning(kinds, today) for key, kinds in found.items()}


def _beginning(kinds: dict[str, list[Any]], today: date) -> Beginning:
    in_date = [row.name for row in kinds["disclosed"] if courses.is_disclosed(row.made_on, today)]
    control = [
        closing.Undisclosed(row.name, row.role)
        for row in kinds["role"]
        if row.is_active and row.role in closing.CONTROL_CONTENT
    ]
    return Beginning(
        frozenset(row.role for row in kinds["role"]),
        tuple(each.name for each in closing.without_disclosure(control, in_date)),
        bool(kinds["decided"]),
    )


def _everything() -> sa.CompoundSelect[Any]:
    """All that it rests on, each row of a kind."""
    programmes: sa.BindParameter[list[int]] = sa.bindparam("programmes", expanding=True)
    no_day, no_text = sa.cast(sa.null(), sa.Date), sa.literal("")
    held: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            sa.literal("role").label("kind"),
            RoleGrant.programme_id.label("programme_id"),
            Account.full_name.label("name"),
            RoleGrant.role.label("role"),
            Account.active.label("is_active"),
            no_day.label("made_on"),
            Account.id.label("id"),
        )
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.programme_id.in_(programmes))
    )
    return sa.union_all(
        held,
        sa.select(
            sa.literal("disclosed"),
            Disclosure.programme_id,
            Disclosure.person,
            no_text,
            sa.true(),
            Disclosure.made_on,
            Disclosure.id,
        ).where(Disclosure.programme_id.in_(programmes), Disclosure.ended_at.is_(None)),
        sa.select(
            sa.literal("decided"),
            ReminderRule.programme_id,
            ReminderRule.rule,
            no_text,
            sa.true(),
            no_day,
            sa.literal(0),
        ).where(ReminderRule.programme_id.in_(programmes)),
    ).order_by(sa.column("name"), sa.column("id"))


# Composed once: building a statement costs more than running it.
_EVERYTHING = _everything()
