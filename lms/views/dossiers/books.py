"""The printed tables of a dossier about hours, practice, what staff settled, and the trail."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _

from certificates import PrintedTable
from lms.services.dossiers import Dossier
from lms.views.dossiers import words
from lms.views.dossiers.tables import day, local_day, moment, table
from lms.views.dossiers.words import amount, duration, word


def hours(dossier: Dossier) -> PrintedTable:
    return table(
        _("Hours by how they were taught"),
        ((_("How"), 70), (_("Earned"), 30)),
        (
            (word(words.MODE_WORDS, mode), duration(minutes))
            for mode, minutes in dossier.hours.minutes.items()
        ),
    )


def sessions(dossier: Dossier) -> PrintedTable:
    return table(
        _("Live sessions credited"),
        ((_("Session"), 44), (_("Held"), 20), (_("Credited"), 14), (_("How"), 22)),
        (
            (
                each.title,
                day(each.held_on),
                duration(each.minutes),
                word(words.MODE_WORDS, each.mode),
            )
            for each in dossier.hours.credits
        ),
    )


def rules(dossier: Dossier) -> PrintedTable:
    return table(
        _("Practice against its rules"),
        ((_("Rule"), 46), (_("Asked"), 18), (_("Signed"), 18), (_("Missing"), 18)),
        (
            (
                word(words.MEASURE_WORDS, line.rule.measure),
                amount(line.rule, line.rule.wanted),
                amount(line.rule, line.reached),
                amount(line.rule, line.missing) if line.missing else "–",
            )
            for line in dossier.practice.lines
        ),
    )


def log(dossier: Dossier) -> PrintedTable:
    return table(
        _("Practice log"),
        ((_("Day"), 20), (_("What"), 30), (_("Supervisor"), 26), (_("State"), 24)),
        (
            (
                day(each.stated.practised_on),
                (
                    _("Consultation") if each.stated.kind == "consultation" else _("Practicum"),
                    duration(each.stated.minutes),
                ),
                each.supervisor.name,
                (word(words.ENTRY_WORDS, each.state), *_digest(each.digest)),
            )
            for each in dossier.practised
        ),
    )


def _digest(digest: str | None) -> tuple[str, ...]:
    return (f"SHA-256 {digest[:16]}…",) if digest else ()


def skills(dossier: Dossier) -> PrintedTable:
    return table(
        _("Observed skills"),
        ((_("Skill"), 60), (_("Last seen"), 22), (_("State"), 18)),
        (
            (
                each.checklist.title,
                day(each.latest.observed_on) if each.latest else "–",
                _("Met") if each.is_met else (_("Not met") if each.latest else _("Not seen")),
            )
            for each in dossier.skills
        ),
    )


def qualifications(dossier: Dossier) -> PrintedTable:
    return table(
        _("Qualifications"),
        ((_("What"), 26), (_("Number and issuer"), 34), (_("Expires"), 20), (_("State"), 20)),
        (
            (
                word(words.QUALIFICATION_WORDS, each.stated.kind),
                (each.stated.number or "–", each.stated.issuer),
                day(each.stated.expires_on),
                word(words.HELD_WORDS, each.state(dossier.today)),
            )
            for each in dossier.qualifications
        ),
    )


def acts(dossier: Dossier) -> PrintedTable:
    course = dossier.report.content.course
    rows: list[tuple[datetime, str, str]] = []
    for act in dossier.seat_acts:
        said = word(words.ACT_WORDS, act.kind)
        if act.kind == "move":
            said = _("Moved from %(a)s to %(b)s", a=act.from_cohort, b=act.to_cohort)
        rows.append((act.at, said, act.by))
    for each in dossier.extensions:
        what = course.module(each.module_key).title if each.module_key else _("the whole course")
        said = _("More time for %(what)s taken back", what=what)
        if each.until:
            said = _("More time for %(what)s, until %(day)s", what=what, day=day(each.until))
        rows.append((each.at, said, each.by))
    return table(
        _("What staff settled about the place"),
        ((_("When"), 28), (_("What"), 46), (_("By"), 26)),
        ((moment(dossier, at), said, by) for at, said, by in sorted(rows)),
    )


def accommodations(dossier: Dossier) -> PrintedTable:
    return table(
        _("Accommodations"),
        ((_("What is granted"), 46), (_("From"), 18), (_("Until"), 18), (_("Approved by"), 18)),
        (
            (
                tuple(_granted(each.given)),
                day(each.valid_from),
                _("withdrawn %(day)s", day=local_day(dossier, each.withdrawn_at))
                if each.withdrawn_at
                else (day(each.valid_until) if each.valid_until else _("no end")),
                each.approved_by,
            )
            for each in dossier.accommodations
        ),
    )


def _granted(given: object) -> Iterator[str]:
    """Say what is granted, never why."""
    if getattr(given, "unlimited", False):
        yield _("Unlimited time")
    if (percent := getattr(given, "percent", 100)) > 100:
        yield _("%(n)s\u00a0%% of the usual time", n=percent)
    if minutes := getattr(given, "minutes", 0):
        yield _("%(time)s more", time=duration(minutes))
    if pause := getattr(given, "pause_minutes", 0):
        yield _("Pauses of %(time)s in all", time=duration(pause))
    if getattr(given, "larger_spacing", False):
        yield _("Larger spacing")


def flags(dossier: Dossier) -> PrintedTable:
    return table(
        _("Flags and what came of them"),
        ((_("Why"), 40), (_("From"), 20), (_("Until"), 20), (_("What came of it"), 20)),
        (
            (
                (word(words.RULE_WORDS, each.rule), *each.why.about[:2]),
                local_day(dossier, each.opened_at),
                local_day(dossier, each.closed_at),
                word(words.OUTCOME_WORDS, each.outcome) if each.outcome else "–",
            )
            for each in dossier.flags
        ),
    )


def messages(dossier: Dossier) -> PrintedTable:
    return table(
        _("Messages of the programme"),
        ((_("Subject"), 54), (_("Written"), 28), (_("State"), 18)),
        (
            (each.subject, moment(dossier, each.written_at), word(words.MAIL_WORDS, each.state))
            for each in dossier.messages
        ),
    )


def trail(dossier: Dossier) -> PrintedTable:
    return table(
        _("Entries of the audit trail"),
        ((_("Number"), 12), (_("Act"), 30), (_("When"), 30), (_("Hash begins"), 28)),
        (
            (str(each.number), each.act, moment(dossier, each.at), each.hash[:16])
            for each in dossier.trail
        ),
    )
