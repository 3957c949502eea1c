"""A transcript as it is printed: one table for each part."""

from collections.abc import Iterator
from datetime import date, datetime

from flask_babel import gettext as _

import certificates
from certificates import Cell, Column, PrintedTable, Printout
from lms.services import transcripts
from lms.services.credentials import Attested
from lms.services.transcripts import Enrolled, External, Transcript
from lms.views.transcripts.words import (
    LEVEL_WORDS,
    OUTCOME_WORDS,
    STATUS_WORDS,
    amount,
    credit_word,
    duration,
    required,
)


def printout(transcript: Transcript, site: str, lookup: str) -> Printout:
    """Return a transcript laid out for the press; `site` hands it out, `lookup` takes numbers."""
    made = certificates.spelled_date(transcript.made_at.date())
    return Printout(
        language="en-GB",
        title=_("Transcript of %(name)s", name=transcript.holder),
        kicker=transcript.programme or site,
        author=transcript.programme or site,
        created_at=transcript.made_at,
        paragraphs=tuple(_preface(transcript, lookup)),
        tables=(
            *_credentials(transcript),
            *_courses(transcript),
            *_hours(transcript),
            *_externals(transcript),
        ),
        foot=_("Transcript of %(name)s, %(date)s", name=transcript.holder, date=made),
    )


def _preface(transcript: Transcript, lookup: str) -> Iterator[str]:
    made = certificates.spelled_date(transcript.made_at.date())
    if transcript.profession:
        yield _(
            "%(name)s, %(profession)s. As of %(date)s (UTC).",
            name=transcript.holder,
            profession=transcript.profession,
            date=made,
        )
    else:
        yield _("%(name)s. As of %(date)s (UTC).", name=transcript.holder, date=made)
    if transcript.programme:
        yield _(
            "This is the part that belongs to %(programme)s; there may be more.",
            programme=transcript.programme,
        )
    yield _(
        "It records training and is not a licence to practise. Paper can be altered: look up each "
        "credential by its number at %(address)s, or ask for the signed file of this transcript.",
        address=lookup,
    )
    if not transcript.enrolments:
        yield _("Courses: none.")
    if not transcript.credentials:
        yield _("Credentials: none yet.")
    if not transcript.externals:
        yield _("Certificates from elsewhere: none.")


def _courses(transcript: Transcript) -> Iterator[PrintedTable]:
    columns = (
        Column(_("Course"), 34),
        Column(_("Programme and cohort"), 26),
        Column(_("Dates"), 22),
        Column(_("Study"), 18),
    )
    if transcript.enrolments:
        rows = tuple(_course(each) for each in transcript.enrolments)
        yield PrintedTable(title=_("Courses"), lead="", columns=columns, rows=rows)
    for each in transcript.enrolments:
        if each.outcomes:
            yield _assessments(each)


def _course(each: Enrolled) -> tuple[Cell, ...]:
    started = [_("Started %(date)s", date=_day(each.started_on))] if each.started_on else []
    ended = (
        _("Completed %(date)s", date=_day(each.completed_on))
        if each.completed_on
        else _("Not complete")
    )
    return (
        (each.course, _("Release %(label)s", label=each.release)),
        (each.seat.programme_name, each.seat.cohort_title),
        (*started, ended),
        (_studied(each),),
    )


def _studied(each: Enrolled) -> str:
    done, whole = duration(each.minutes_done), duration(each.minutes_total)
    return str(_("%(done)s of %(all)s", done=done, all=whole))


def _assessments(each: Enrolled) -> PrintedTable:
    return PrintedTable(
        title=_("Assessments: %(course)s", course=each.course),
        lead="",
        columns=(
            Column(_("Assessment"), 46),
            Column(_("Attempt"), 12),
            Column(_("Submitted"), 22),
            Column(_("Outcome"), 20),
        ),
        rows=tuple(
            (
                (outcome.title,),
                (str(outcome.number),),
                (_day(outcome.submitted_at),),
                (str(OUTCOME_WORDS[outcome.kind]),),
            )
            for outcome in each.outcomes
        ),
    )


def _hours(transcript: Transcript) -> Iterator[PrintedTable]:
    yield PrintedTable(
        title=_("Hours by kind of credit"),
        lead=_(
            "Training here counts each course once, as far as it is done; credits claimed for it "
            "are part of it. What comes from elsewhere is as the holder states it."
        ),
        columns=(
            Column(_("Kind of credit"), 46),
            Column(_("Shown by"), 22),
            Column(_("Time"), 16),
            Column(_("Credits claimed"), 16),
        ),
        rows=tuple(
            (
                (credit_word(line.credit),),
                (str(LEVEL_WORDS[line.level]),),
                (duration(line.minutes),),
                (amount(line.amount),),
            )
            for line in transcript.by_credit
        ),
    )
    if transcript.places:
        yield PrintedTable(
            title=_("Hours by jurisdiction"),
            lead=_(
                "Lessons, quizzes and live sessions of a module, mapped by the programme to the "
                "rules of each jurisdiction. Mapped is not approved: no regulator has judged "
                "this mapping."
            ),
            columns=(
                Column(_("Mapped to"), 34),
                Column(_("Course"), 30),
                Column(_("Earned"), 16),
                Column(_("Required in all"), 20),
            ),
            rows=tuple(
                (
                    (place.title, _("rules as of %(date)s", date=_day(place.as_of))),
                    (place.course,),
                    (duration(place.earned),),
                    (required(place.required),),
                )
                for place in transcript.places
            ),
        )


def _credentials(transcript: Transcript) -> Iterator[PrintedTable]:
    if transcript.credentials:
        yield PrintedTable(
            title=_("Credentials"),
            lead="",
            columns=(
                Column(_("Credential"), 32),
                Column(_("Number"), 28),
                Column(_("Dates"), 22),
                Column(_("Status"), 18),
            ),
            rows=tuple(_credential(each) for each in transcript.credentials),
        )


def _externals(transcript: Transcript) -> Iterator[PrintedTable]:
    if transcript.externals:
        yield PrintedTable(
            title=_("Certificates from elsewhere"),
            lead="",
            columns=(
                Column(_("Certificate"), 34),
                Column(_("Dates"), 20),
                Column(_("Kind of credit and time"), 24),
                Column(_("Proof"), 22),
            ),
            rows=tuple(_external(each) for each in transcript.externals),
        )


def _credential(each: Attested) -> tuple[Cell, ...]:
    credential = each.credential
    status = [str(STATUS_WORDS[each.verdict.status])]
    if each.verdict.reason:
        status.append(each.verdict.reason)
    dates = (
        _("Issued %(date)s", date=_day(credential.issued_at)),
        _("Current until %(date)s", date=_day(credential.current_until)),
    )
    cycle = _("Cycle %(n)s", n=transcripts.cycle_of(credential))
    return (
        (credential.title, credential.programme, cycle),
        (certificates.format_serial(credential.serial),),
        dates,
        tuple(status),
    )


def _external(each: External) -> tuple[Cell, ...]:
    stated = each.stated
    dates = [_("Completed %(date)s", date=_day(stated.completed_on))]
    if stated.expires_on:
        dates.append(_("Expires %(date)s", date=_day(stated.expires_on)))
    return (
        (stated.title, stated.issuer),
        tuple(dates),
        (credit_word(stated.credit), duration(stated.minutes)),
        (str(LEVEL_WORDS[each.level]), *checked_by(each)),
    )


def checked_by(each: External) -> Iterator[str]:
    """Say which programmes confirmed a certificate, and when."""
    for check in each.checks:
        if check.outcome == "confirmed" and check.decided_at:
            yield _(
                "%(programme)s, %(date)s", programme=check.programme, date=_day(check.decided_at)
            )


def _day(value: date | datetime | None) -> str:
    if value is None:
        return "–"
    return certificates.spelled_date(value.date() if isinstance(value, datetime) else value)
