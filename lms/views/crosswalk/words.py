"""How requirements read on a page: rules in words, what they rest on, sources as links."""

import re
from collections.abc import Callable, Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext
from markupsafe import Markup, escape

import courses

_RULE = re.compile(r"(h|count|score|years|share|age|days)(>=|<=|=)([0-9]+)%?(.*)", re.DOTALL)
_SOURCE = re.compile(r"\bS[0-9]{2,3}\b")

BASIS = {
    "issuer": lazy("Read in the issuer’s own text"),
    "second-hand": lazy("Verify: read second-hand"),
    "recalled": lazy("Verify: recalled, not read"),
}
LIMITS: dict[str, Callable[[str], str]] = {
    ">=": lambda amount: _("at least %(amount)s", amount=amount),
    "<=": lambda amount: _("at most %(amount)s", amount=amount),
    "=": lambda amount: amount,
}


def basis_words(requirement: courses.Requirement) -> str:
    """Say how surely a requirement is known; all but the issuer's own text says "verify"."""
    return str(BASIS[requirement.basis])


def rule_words(rule: str) -> str:
    """Say a rule in words: `h>=12` as “at least 12 h”."""
    found = _RULE.fullmatch(rule)
    if found is None:
        words = rule.removeprefix("rule").removeprefix(":").strip()
        return words or _("A rule of content; read its text at the source")
    unit, limit, number, rest = found.groups()
    return LIMITS[limit](_amount(unit, int(number))) + rest


def _amount(unit: str, number: int) -> str:
    if unit == "h":
        return str(_("%(n)s\u00a0h", n=number))
    if unit in ("share", "score"):
        return str(_("%(n)s\u00a0%%", n=number))
    if unit in ("years", "age"):
        return str(ngettext("%(num)s year", "%(num)s years", number))
    if unit == "days":
        return str(ngettext("%(num)s day", "%(num)s days", number))
    return str(number)


def required_words(required: Iterable[int], duration: Callable[[int], str]) -> str:
    """Say the minutes asked for; readings that differ stand beside each other."""
    told = [duration(minutes) for minutes in required]
    if not told:
        return str(_("unknown"))
    return str(_(" or ")).join(told)


def least(minutes: tuple[int, ...]) -> int | None:
    """The minutes by the stated rule, None when these are unknown."""
    return minutes[0] if minutes else None


def cited(reference: str, known: Iterable[courses.Source]) -> Markup:
    """Return a reference with its sources as links to their notes on the page."""
    ids = {source.id for source in known}

    def link(found: re.Match[str]) -> str:
        name = found[0]
        return f'<a href="#source-{name}">{name}</a>' if name in ids else name

    return Markup(_SOURCE.sub(link, str(escape(reference))))  # noqa: S704 -- escaped before
