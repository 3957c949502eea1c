"""The printed tables of a dossier about the learner, what is missing, study and results."""

from flask_babel import gettext as _

import certificates
from certificates import Cell, PrintedTable
from lms.services import reports
from lms.services.dossiers import Dossier
from lms.views.dossiers import words
from lms.views.dossiers.tables import day, local_day, moment, table
from lms.views.dossiers.words import amount, duration, word


def person(dossier: Dossier) -> PrintedTable:
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


def missing(dossier: Dossier) -> PrintedTable:
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
    for lack in dossier.lacking:
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


def credentials(dossier: Dossier) -> PrintedTable:
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


def gates(dossier: Dossier) -> PrintedTable:
    return table(
        _("Before the award"),
        ((_("What"), 70), (_("State"), 30)),
        (
            (word(words.GATE_WORDS, gate.kind), _("Done") if gate.is_passed else _("Open"))
            for gate in dossier.gates
        ),
    )


def units(dossier: Dossier) -> PrintedTable:
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


def attempts(dossier: Dossier) -> PrintedTable:
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


def appeals(dossier: Dossier) -> PrintedTable:
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
