"""What stands in an evidence pack: one table for each thing an accreditor asks for.

Which body asks for what is told in `docs/evidence-packs.md`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
import courses
import quizzes
from lms.downloads import Cell, Column, Table
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.services import (
    catalogue,
    closing,
    credentials,
    evaluations,
    live,
    practice,
    psychometrics,
    reports,
    updates,
)
from lms.services.cohorts import RunCohort


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose evidence it is: a cohort with its release, as it stands at `now`."""

    session: Session
    cohort: RunCohort
    content: catalogue.ReleaseContent
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the programme's days begin and end."""
        return ZoneInfo(self.cohort.time_zone)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the pack: its name, and how its table is made."""

    name: str
    table: Callable[[Scope], Table]


def objectives(scope: Scope) -> Table:
    """Each objective with the lessons that teach it, the items that test it and its facts."""
    columns = (
        Column("Module"),
        Column("Objective"),
        Column("Text"),
        Column("Lessons", "numbers of the lessons that teach it"),
        Column("Items", "items of the bank that test it", "number"),
        Column("Safety-critical items", "", "number"),
        Column("Facts", "facts of the evidence library that it rests on"),
    )
    return Table("Objectives map", columns, _objectives(scope))


def _objectives(scope: Scope) -> Iterator[tuple[Cell, ...]]:
    course, banks = scope.content.course, scope.content.banks.values()
    numbers = {unit.key: unit.number for unit in course.units}
    for module in course.modules:
        for aim in module.objectives:
            taught = [each for each in course.lessons if aim.id in each.objectives]
            asked = {
                item.id: item.safety_critical
                for bank in banks
                for item in bank.items
                if item.objective == aim.id
            }
            yield (
                module.title,
                aim.id,
                aim.text,
                ", ".join(str(numbers[each.key]) for each in taught),
                len(asked),
                sum(asked.values()),
                ", ".join(aim.facts),
            )


def outline(scope: Scope) -> Table:
    """Each session with its minutes, what it is for, and the topics of each jurisdiction."""
    content = scope.content
    places = [
        each.rulebook for each in courses.hours(content.crosswalk, content.course) if each.topics
    ]
    columns = (
        Column("Session", "", "number"),
        Column("Begins", "minute of the course", "minutes"),
        Column("Ends", "minute of the course", "minutes"),
        Column("Module"),
        Column("Title"),
        Column("Kind", "lesson or quiz"),
        Column("Objectives"),
        *(Column(f"{book.title}: topics", "mapped by the programme, not approved by the regulator")
          for book in places),
    )  # fmt: skip
    notes = ("Self-paced sessions at the length their authors state; 60 minutes are an hour.",)
    return Table("Outline of every training hour", columns, _outline(content, places), notes)


def _outline(
    content: catalogue.ReleaseContent, places: list[courses.Rulebook]
) -> Iterator[tuple[Cell, ...]]:
    for session in courses.sessions(content.crosswalk, content.course):
        mapped = [
            "; ".join(
                f"{each.requirement.id} {each.requirement.topic}: {each.minutes} min"
                for each in session.mapped
                if each.rulebook.id == book.id and each.minutes
            )
            for book in places
        ]
        yield (
            session.unit.number,
            session.begins,
            session.ends,
            session.module.title,
            session.unit.title,
            session.unit.kind,
            "; ".join(f"{each.id}: {each.text}" for each in session.objectives),
            *mapped,
        )


def disclosures(scope: Scope) -> Table:
    """What everybody who controls content has disclosed, and whose disclosure is missing."""
    columns = (
        Column("Person"),
        Column("Role"),
        Column("Company", "“Nothing to disclose”, or “No disclosure in date”"),
        Column("Nature"),
        Column("Since"),
        Column("Until", "empty while it lasts"),
        Column("Mitigation"),
        Column("Made on", "", "day"),
    )
    return Table("Disclosures of the last 24 months", columns, _disclosures(scope))


def _disclosures(scope: Scope) -> Iterator[tuple[Cell, ...]]:
    programme = scope.cohort.programme_id
    for line in closing.list_disclosures(scope.session, programme):
        if not line.interests:
            yield line.person, line.role, "Nothing to disclose", "", "", "", "", line.made_on
        for each in line.interests:
            told = (each.company, each.nature, each.since, each.until, each.mitigation)
            yield line.person, line.role, *told, line.made_on
    today = scope.now.astimezone(scope.zone).date()
    for missing in closing.list_undisclosed(
        scope.session, programme, today, scope.cohort.release_id
    ):
        yield missing.name, missing.role, "No disclosure in date", "", "", "", "", None


def items(scope: Scope) -> Table:
    """How every item did with the programme's learners, on first attempts."""
    columns = (
        Column("Bank"),
        Column("Item"),
        Column("Objective"),
        Column("Safety-critical", "yes or no"),
        Column("Learners", "who met the item on a first attempt", "number"),
        Column("Facility", "average mark as a share of the maximum", "number"),
        Column("Facility from", "95 % interval", "number"),
        Column("Facility to", "95 % interval", "number"),
        Column("Discrimination", "correlation with the rest of the paper", "number"),
        Column("Confidently wrong", "share of the answers with a certainty", "number"),
    )
    return Table("Item statistics", columns, _items(scope))


def _items(scope: Scope) -> Iterator[tuple[Cell, ...]]:
    for bank in scope.content.banks:
        report = psychometrics.bank_report(scope.session, scope.cohort.programme_id, bank)
        for line in report.items:
            figures, spread = line.figures, line.figures.facility_interval
            yield (
                bank,
                line.column,
                line.item.objective,
                "yes" if line.item.safety_critical else "no",
                figures.learners,
                _rounded(figures.facility),
                _rounded(spread.low if spread else None),
                _rounded(spread.high if spread else None),
                _rounded(figures.discrimination),
                _rounded(line.certainty.confidently_wrong_rate),
            )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)


def standards(scope: Scope) -> Table:
    """What the cut score of each examination rests on."""
    columns = (
        Column("Examination"),
        Column("Cut score in percent", "", "percent"),
        Column("Standing", "provisional until an approved study supports it"),
        Column("Study"),
        Column("Approved", "", "moment"),
        Column("Stated in the bank"),
        Column("Rules of the examination"),
    )
    return Table("Standard setting", columns, _standards(scope))


def _standards(scope: Scope) -> Iterator[tuple[Cell, ...]]:
    bases = psychometrics.cut_bases(scope.session, scope.cohort.programme_id, scope.content.banks)
    for bank_id, basis in bases.items():
        rules = scope.content.banks[bank_id].specification.rules
        yield (
            bank_id,
            basis.cut_percent,
            "provisional" if basis.is_provisional else "set by a study",
            basis.study.label if basis.study else "",
            basis.study.approved_at if basis.study else None,
            basis.stated,
            _rules(rules),
        )


def _rules(rules: quizzes.Rules) -> str:
    told = [f"waits {rules.cool_down_hours} h before a retake"] if rules.cool_down_hours else []
    told += ["missed lessons are read again before a retake"] if rules.remedial else []
    told += ["no safety-critical miss may stand"] if rules.safety == "must-resolve" else []
    return "; ".join(told)


def roster(scope: Scope) -> Table:
    """Everybody with a place in the cohort, their hours by mode, and what they completed."""
    columns = (
        Column("Learner"),
        Column("Profession"),
        Column("Licence number"),
        Column("Licensed in"),
        Column("Place", "active, paused or withdrawn"),
        Column("Enrolled", "", "moment"),
        Column("Self-paced", "lessons and quizzes done, at their authors' length", "minutes"),
        *(Column(f"Live: {mode}", "credited once", "minutes") for mode in courses.MODES),
        Column("Practice in administration sessions", "co-signed", "minutes"),
        Column("Other practice", "co-signed", "minutes"),
        Column("Consultation", "co-signed", "minutes"),
        Column("Completed", "when the last unit was done", "moment"),
        Column("Certificate", "its number"),
    )
    return Table("Roster with hours", columns, _roster(scope))


def _roster(scope: Scope) -> Iterator[tuple[Cell, ...]]:
    report = reports.cohort_report(scope.session, scope.cohort, scope.now)
    by_seat = {line.enrolment_id: line for line in report.lines}
    seats = scope.session.execute(
        sa.select(
            Enrolment.id,
            Enrolment.state,
            Enrolment.enrolled_at,
            Account.full_name,
            Account.profession,
            Account.licence_number,
            Account.licence_jurisdiction,
        )
        .join(Account, Account.id == Enrolment.account_id)
        .where(Enrolment.cohort_id == scope.cohort.id)
        .order_by(Account.full_name, Enrolment.id)
    ).all()
    attended = live.minutes_by_mode(scope.session, [seat.id for seat in seats])
    signed = {
        each.enrolment_id: each.standing
        for each in practice.list_learners(scope.session, scope.cohort)
    }
    for seat in seats:
        line, done = by_seat.get(seat.id), signed.get(seat.id)
        credential = line.credential.credential if line and line.credential else None
        yield (
            seat.full_name,
            seat.profession,
            seat.licence_number,
            seat.licence_jurisdiction,
            seat.state,
            seat.enrolled_at,
            line.progress.minutes_done if line else None,
            *(attended.get(seat.id, {}).get(mode, 0) for mode in courses.MODES),
            done.administration_minutes if done else 0,
            done.other_minutes if done else 0,
            done.consultation_minutes if done else 0,
            line.progress.completed_at if line else None,
            certificates.format_serial(credential.serial) if credential else None,
        )


def opinions(scope: Scope) -> Table:
    """What learners said of the release, with small groups suppressed."""
    programme, release = scope.cohort.programme_id, scope.cohort.release_id
    evaluated = evaluations.list_evaluated(scope.session, programme)
    if release not in {each.release_id for each in evaluated}:
        return Table("Evaluations", (Column("Evaluations"),), [("Nobody has evaluated it yet.",)])
    zone = scope.cohort.time_zone
    results = evaluations.find_results(scope.session, programme, release, zone, scope.now)
    return evaluations.results_table(results, scope.cohort.programme_name, zone)


def issued(scope: Scope) -> Table:
    """Every certificate of the cohort with its standing and what was done to it."""
    columns = (
        Column("Number"),
        Column("Holder"),
        Column("Completed", "", "day"),
        Column("Issued", "", "moment"),
        Column("Current until", "", "day"),
        Column("Status"),
        Column("Cycle", "", "number"),
        Column("Acts", "what was done to it, when, and the public reason"),
        Column("Digest", "SHA-256 of the credential, as in the public log"),
    )
    return Table("Credentials", columns, _issued(scope))


def _issued(scope: Scope) -> Iterator[tuple[Cell, ...]]:
    slug, programme = scope.content.course.slug, scope.cohort.programme_id
    for each in credentials.list_of_programme(scope.session, programme, slug, scope.now):
        if each.cohort_id != scope.cohort.id:
            continue
        acts = (f"{act.kind} {act.at:%Y-%m-%d}: {act.public_reason}" for act in each.acts)
        yield (
            certificates.format_serial(each.credential.serial),
            each.credential.holder_name,
            each.credential.completed_on,
            each.credential.issued_at,
            each.credential.current_until,
            each.verdict.status,
            each.cycle,
            "; ".join(acts),
            each.digest,
        )


def changes(scope: Scope) -> Table:
    """Every release of the course, what kind of change it was, and what changed in public words."""
    columns = (
        Column("Release"),
        Column("Published", "", "moment"),
        Column("Kind", "editorial, material or safety-critical"),
        Column("What changed"),
        Column("Content", "SHA-256 of everything a learner of the release is shown"),
        Column("Taught to this cohort", "yes or no"),
    )
    return Table("Change log", columns, _changes(scope))


def _changes(scope: Scope) -> Iterator[tuple[Cell, ...]]:
    for each in updates.list_releases(scope.session):
        if each.course_slug == scope.content.course.slug:
            taught = "yes" if each.id == scope.cohort.release_id else "no"
            content = catalogue.release(scope.session, each.id)
            told = (each.kind or "first release, or not labelled", each.note)
            yield each.label, each.published_at, *told, content.content_hash, taught


PARTS = (
    Part("01-objectives-map.csv", objectives),
    Part("02-outline-of-every-hour.csv", outline),
    Part("03-disclosures.csv", disclosures),
    Part("04-item-statistics.csv", items),
    Part("05-standard-setting.csv", standards),
    Part("06-roster-with-hours.csv", roster),
    Part("07-evaluations.csv", opinions),
    Part("08-credentials.csv", issued),
    Part("09-change-log.csv", changes),
)
