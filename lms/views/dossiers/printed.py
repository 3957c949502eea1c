"""A dossier as it is printed: one table for each book in which something stands."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

import certificates
from certificates import Cell, Column, PrintedTable, Printout
from lms.services import dossiers, reports
from lms.services.dossiers import Dossier
from lms.views.dossiers import words
from lms.views.dossiers.words import amount, duration, word


def printout(dossier: Dossier, lookup: str) -> Printout:
    """Return a dossier laid out for the press; `lookup` takes the numbers of credentials."""
    report = dossier.report
    made = moment(dossier, dossier.made_at)
    return Printout(
        language="en-GB",
        title=_("Dossier of %(name)s", name=report.name),
        kicker=report.cohort.programme_name,
        author=report.cohort.programme_name,
        created_at=dossier.made_at.astimezone(UTC).replace(microsecond=0),
        paragraphs=tuple(_preface(dossier, lookup, made)),
        tables=tuple(table for table in _tables(dossier) if table.rows),
        foot=_("Dossier of %(name)s, %(made)s", name=report.name, made=made),
    )


def _preface(dossier: Dossier, lookup: str, made: str) -> Iterator[str]:
    report = dossier.report
    yield _(
        "%(cohort)s of %(programme)s: %(course)s, release %(release)s. As of %(made)s.",
        cohort=report.cohort.title,
        programme=report.cohort.programme_name,
        course=report.content.course.title,
        release=report.content.label,
        made=made,
    )
    yield str(_(dossiers.NOTICE))
    yield _("Look up each credential by its number at %(address)s.", address=lookup)
    empty = [table.title for table in _tables(dossier) if not table.rows]
    if empty:
        yield _("Nothing is on record under: %(titles)s.", titles="; ".join(empty))


def _tables(dossier: Dossier) -> Iterator[PrintedTable]:
    yield _person(dossier)
    yield _missing(dossier)
    yield _credentials(dossier)
    yield _gates(dossier)
    yield _units(dossier)
    yield _attempts(dossier)
    yield _appeals(dossier)
    yield _hours(dossier)
    yield _sessions(dossier)
    yield _rules(dossier)
    yield _log(dossier)
    yield _skills(dossier)
    yield _qualifications(dossier)
    yield _acts(dossier)
    yield _accommodations(dossier)
    yield _flags(dossier)
    yield _messages(dossier)
    yield _trail(dossier)


def table(
    title: str, columns: Iterable[tuple[str, int]], rows: Iterable[tuple[str | Cell, ...]]
) -> PrintedTable:
    """Return a table whose cells are one text each, or several paragraphs."""
    return PrintedTable(
        title=title,
        lead="",
        columns=tuple(Column(label, width) for label, width in columns),
        rows=tuple(
            tuple(cell if isinstance(cell, tuple) else (cell,) for cell in row) for row in rows
        ),
    )


def day(value: date | datetime | None) -> str:
    """Return “14 October 2026”, a dash without a day."""
    if value is None:
        return "–"
    return f"{value.day}\u00a0{value:%B %Y}"


def moment(dossier: Dossier, value: datetime | None) -> str:
    """Return “14 October 2026, 09:02 BST” on the programme's clocks, a dash without an instant."""
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(dossier.report.cohort.time_zone))
    return f"{local.day}\u00a0{local:%B %Y, %H:%M} {local:%Z}"


def local_day(dossier: Dossier, value: datetime | None) -> str:
    """Return the day of an instant on the programme's clocks."""
    zone = ZoneInfo(dossier.report.cohort.time_zone)
    return day(value.astimezone(zone) if value else None)


def _person(dossier: Dossier) -> PrintedTable:
    report = dossier.report
    licence = " · ".join(filter(None, (report.licence_number, report.licence_jurisdiction)))
    confirmed = "" if report.is_confirmed else " " + _("(not confirmed)")
    late = len(report.pace.late)
    pace = word(words.PACE_WORDS, report.pace.state)
    done, whole = report.progress.minutes_done, report.progress.minutes_total
    return table(
        _("Learner and enrolment"),
        ((_("What"), 34), (_("On record"), 66)),
        (
            (_("Name"), report.name),
            (_("E-mail"), report.email + confirmed),
            (_("Profession"), report.profession or "–"),
            (_("Licence"), licence or _("Not given")),
            (_("Enrolled"), moment(dossier, report.enrolled_at)),
            (_("Place"), word(words.SEAT_WORDS, report.state)),
            (
                _("Pace"),
                _("%(pace)s, %(n)s units late", pace=pace, n=late) if late else pace,
            ),
            (_("Last planned day"), day(report.pace.last_on)),
            (_("Study credited"), _("%(a)s of %(b)s", a=duration(done), b=duration(whole))),
            (_("Course complete"), moment(dossier, report.progress.completed_at)),
        ),
    )


def _missing(dossier: Dossier) -> PrintedTable:
    report = dossier.report
    course = report.content.course
    rows: list[tuple[str | Cell, ...]] = []
    for each in report.progress.missing:
        titles = tuple(
            _("Quiz") if unit.kind == "quiz" else unit.title
            for unit in course.units
            if unit.key in each.unit_keys
        )
        rows.append((course.module(each.module_key).title, titles))
    for lack in report.lacking:
        about: tuple[str, ...] = lack.about
        if lack.kind == "marker":
            about = tuple(course.module(key).title for key in lack.about)
        if lack.rules:
            about = tuple(
                _(
                    "%(rule)s: %(missing)s missing",
                    rule=word(words.MEASURE_WORDS, line.rule.measure),
                    missing=amount(line.rule, line.missing),
                )
                for line in lack.rules
            )
        rows.append((word(words.LACKING_WORDS, lack.kind), about or ("–",)))
    return table(
        _("Missing for the certificate"), ((_("Where"), 40), (_("What is missing"), 60)), rows
    )


def _credentials(dossier: Dossier) -> PrintedTable:
    return table(
        _("Credentials of the programme"),
        ((_("Number"), 30), (_("Title"), 34), (_("Issued"), 18), (_("Status"), 18)),
        (
            (
                certificates.format_serial(each.credential.serial),
                each.credential.title,
                local_day(dossier, each.credential.issued_at),
                (
                    word(words.STATUS_WORDS, each.verdict.status),
                    _("current until %(day)s", day=day(each.credential.current_until)),
                ),
            )
            for each in dossier.credentials
        ),
    )


def _gates(dossier: Dossier) -> PrintedTable:
    return table(
        _("Before the award"),
        ((_("What"), 70), (_("State"), 30)),
        (
            (word(words.GATE_WORDS, gate.kind), _("Done") if gate.is_passed else _("Open"))
            for gate in dossier.gates
        ),
    )


def _units(dossier: Dossier) -> PrintedTable:
    report = dossier.report
    modules = {module.key: module.title for module in report.content.course.modules}
    rows = []
    for state in report.progress.units:
        unit = state.unit
        name = modules[unit.module_key] if unit.kind == "quiz" else unit.title
        when = (
            local_day(dossier, state.done_at)
            if state.done_at
            else _("due %(day)s", day=day(report.pace.due[unit.key]))
        )
        kind = _("Quiz: %(title)s", title=name) if unit.kind == "quiz" else name
        rows.append(
            (
                f"{unit.number}. {kind}",
                duration(unit.minutes),
                word(words.UNIT_WORDS, state.state),
                when,
            )
        )
    return table(
        _("Ledger of study"),
        ((_("Unit"), 52), (_("Time"), 12), (_("State"), 14), (_("Done or due"), 22)),
        rows,
    )


def _attempts(dossier: Dossier) -> PrintedTable:
    course = dossier.report.content.course
    return table(
        _("Attempts at quizzes"),
        ((_("Quiz"), 36), (_("Submitted"), 26), (_("Score"), 18), (_("Outcome"), 20)),
        (
            (
                _(
                    "%(module)s, attempt %(n)s",
                    module=course.module(each.module_key).title,
                    n=each.number,
                ),
                moment(dossier, each.submitted_at),
                _score(each),
                _outcome(each),
            )
            for each in dossier.report.sittings
        ),
    )


def _score(each: reports.Sitting) -> str:
    if each.points is None or each.maximum is None:
        return "–"
    hundredths = int(each.points * 100)
    whole, rest = divmod(hundredths, 100)
    points = f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)
    return str(_("%(p)s of %(m)s, cut %(c)s\u00a0%%", p=points, m=each.maximum, c=each.cut_percent))


def _outcome(each: reports.Sitting) -> Cell:
    if each.is_voided:
        said = _("Voided")
    elif each.submitted_at is None:
        said = _("Still open")
    elif each.passed is None:
        said = _("With its marker")
    else:
        said = _("Passed") if each.passed else _("Not passed")
    return (said, _("Scored again: %(why)s", why=each.reason)) if each.reason else (said,)


def _appeals(dossier: Dossier) -> PrintedTable:
    course = dossier.report.content.course
    return table(
        _("Appeals against results"),
        ((_("Against"), 50), (_("Filed"), 26), (_("State"), 24)),
        (
            (
                _(
                    "%(module)s, attempt %(n)s",
                    module=course.module(each.module_key).title,
                    n=each.number,
                ),
                moment(dossier, each.filed_at),
                _("Decided") if each.is_decided else _("Not decided yet"),
            )
            for each in dossier.appeals
        ),
    )


def _hours(dossier: Dossier) -> PrintedTable:
    return table(
        _("Hours by how they were taught"),
        ((_("How"), 70), (_("Earned"), 30)),
        (
            (word(words.MODE_WORDS, mode), duration(minutes))
            for mode, minutes in dossier.hours.minutes.items()
        ),
    )


def _sessions(dossier: Dossier) -> PrintedTable:
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


def _rules(dossier: Dossier) -> PrintedTable:
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


def _log(dossier: Dossier) -> PrintedTable:
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


def _skills(dossier: Dossier) -> PrintedTable:
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


def _qualifications(dossier: Dossier) -> PrintedTable:
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


def _acts(dossier: Dossier) -> PrintedTable:
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


def _accommodations(dossier: Dossier) -> PrintedTable:
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
        yield _("%(n)s minutes more", n=minutes)
    if pause := getattr(given, "pause_minutes", 0):
        yield _("Pauses of %(n)s minutes in all", n=pause)
    if getattr(given, "larger_spacing", False):
        yield _("Larger spacing")


def _flags(dossier: Dossier) -> PrintedTable:
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


def _messages(dossier: Dossier) -> PrintedTable:
    return table(
        _("Messages of the programme"),
        ((_("Subject"), 54), (_("Written"), 28), (_("State"), 18)),
        (
            (each.subject, moment(dossier, each.written_at), word(words.MAIL_WORDS, each.state))
            for each in dossier.messages
        ),
    )


def _trail(dossier: Dossier) -> PrintedTable:
    return table(
        _("Entries of the audit trail"),
        ((_("Number"), 12), (_("Act"), 30), (_("When"), 30), (_("Hash begins"), 28)),
        (
            (str(each.number), each.act, moment(dossier, each.at), each.hash[:16])
            for each in dossier.trail
        ),
    )
