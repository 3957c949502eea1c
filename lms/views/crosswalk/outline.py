"""The outline of every training hour: each session, its minutes, its aims and required topics."""

from collections.abc import Iterable, Iterator, Sequence

from flask_babel import gettext as _

import certificates
import courses
from certificates import Cell, Column, PrintedTable, Printout
from lms.services.catalogue import ReleaseContent
from lms.views.crosswalk.words import basis_words, required_words, rule_words


def rows(content: ReleaseContent) -> Iterator[Sequence[str | int]]:
    """Yield the rows of the file, the header first: one for each lesson and quiz."""
    places = _places(content)
    yield [
        _("Session"), _("Training hour"), _("Begins (h:mm)"), _("Ends (h:mm)"), _("Minutes"),
        _("Module"), _("Title"), _("Kind"), _("Objectives"),
        *(_("%(place)s: topics", place=book.title) for book in places),
        *(_("%(place)s: minutes mapped", place=book.title) for book in places),
        _("Rules of content"), _("Competencies"), _("Requirements as of"), _("Release"),
    ]  # fmt: skip
    as_of = max((book.as_of for book in places), default=None)
    for session in courses.sessions(content.crosswalk, content.course):
        yield [
            session.unit.number,
            training_hours(session),
            clock(session.begins),
            clock(session.ends),
            session.unit.minutes,
            session.module.title,
            session.unit.title,
            kind_word(session),
            " ".join(f"{each.id}: {each.text}" for each in session.objectives),
            *("; ".join(topics(session, book)) for book in places),
            *(sum(each.minutes for each in _of(session, book)) for book in places),
            "; ".join(each.requirement.id for each in session.mapped if not each.minutes),
            "; ".join(session.competencies),
            "" if as_of is None else as_of.isoformat(),
            content.label,
        ]


def _places(content: ReleaseContent) -> list[courses.Rulebook]:
    """The jurisdictions that state topics."""
    found = courses.hours(content.crosswalk, content.course)
    return [each.rulebook for each in found if each.topics]


def _of(session: courses.Session, book: courses.Rulebook) -> list[courses.MappedRequirement]:
    return [each for each in session.mapped if each.rulebook.id == book.id and each.minutes]


def topics(session: courses.Session, book: courses.Rulebook) -> list[str]:
    """Say which topics of a jurisdiction a session serves, and for how many minutes."""
    return [
        _(
            "%(id)s %(topic)s: %(n)s min",
            id=each.requirement.id,
            topic=each.requirement.topic,
            n=each.minutes,
        )
        for each in _of(session, book)
    ]


def kind_word(session: courses.Session) -> str:
    """Say whether a session is a lesson or a quiz."""
    return str(_("Quiz") if session.unit.kind == "quiz" else _("Lesson"))


def clock(minute: int) -> str:
    """Return a minute of the course as hours and minutes: 95 as “1:35”."""
    return f"{minute // 60}:{minute % 60:02d}"


def training_hours(session: courses.Session) -> str:
    """Return the hour of training in which a session lies, or the first and last of several."""
    first = session.begins // 60 + 1
    last = max(first, -(-session.ends // 60))
    return str(first) if first == last else f"{first}–{last}"


def duration(minutes: int) -> str:
    """Return a length of time as it is printed: “1 h 35 min”."""
    hours, rest = divmod(minutes, 60)
    parts = [_("%(n)s h", n=hours)] if hours else []
    return " ".join([*parts, _("%(n)s min", n=rest)] if rest or not hours else parts)


def printout(content: ReleaseContent, programme_name: str, address: str) -> Printout:
    """Return the outline as it is printed: the sessions by module, then the sums by topic."""
    course = content.course
    foot = _(
        "%(course)s, release %(label)s (%(hash)s)",
        course=course.title,
        label=content.label,
        hash=content.content_hash[:12],
    )
    return Printout(
        language=course.language,
        title=_("Outline of every training hour: %(course)s", course=course.title),
        kicker=programme_name,
        author=programme_name,
        created_at=content.published_at,
        paragraphs=tuple(_preface(content, address)),
        tables=(*_modules(content), *_sums(content), *_sources(content)),
        foot=foot,
    )


def _preface(content: ReleaseContent, address: str) -> Iterator[str]:
    course = content.course
    yield _(
        "%(n)s sessions, %(time)s of self-paced study. The clock of the outline starts at 0:00 "
        "with the first session and runs through the course.",
        n=len(course.units),
        time=duration(course.minutes),
    )
    yield _(
        "Minutes are mapped to the topics that regulators require; within one jurisdiction a "
        "minute counts once. Mapped is not approved: no regulator has judged this mapping. "
        "Rules change; where it says verify, the rule was not read in its issuer’s own text."
    )
    yield _("The mapping with its sources: %(address)s", address=address)


def _modules(content: ReleaseContent) -> Iterator[PrintedTable]:
    places = _places(content)
    sessions = courses.sessions(content.crosswalk, content.course)
    columns = (
        Column(_("Session"), 22),
        Column(_("Time"), 11),
        Column(_("Objectives"), 31 if places else 67),
        *(
            Column(_("Required topic, %(place)s", place=book.title), 36 // len(places))
            for book in places
        ),
    )
    for number, module in enumerate(content.course.modules, 1):
        own = [session for session in sessions if session.module.key == module.key]
        yield PrintedTable(
            title=_("Module %(n)s: %(title)s", n=number, title=module.title),
            lead=_(
                "%(time)s, from %(begins)s to %(ends)s.",
                time=duration(module.minutes),
                begins=clock(own[0].begins),
                ends=clock(own[-1].ends),
            ),
            columns=columns,
            rows=tuple(tuple(_cells(session, places)) for session in own),
        )


def _cells(session: courses.Session, places: Iterable[courses.Rulebook]) -> Iterator[Cell]:
    name = session.unit.title if session.unit.kind == "lesson" else _("Quiz")
    yield (f"{session.unit.number}. {name}", _("Hour %(n)s", n=training_hours(session)))
    yield (
        f"{clock(session.begins)}–{clock(session.ends)}",
        _("%(n)s min", n=session.unit.minutes),
    )
    yield tuple(f"{each.id} {each.text}" for each in session.objectives)
    for book in places:
        yield tuple(topics(session, book)) or ("–",)


def _sums(content: ReleaseContent) -> Iterator[PrintedTable]:
    columns = (
        Column(_("Topic"), 30),
        Column(_("Required"), 14),
        Column(_("Mapped here"), 12),
        Column(_("Not offered here"), 14),
        Column(_("Source and how surely it is known"), 30),
    )
    for each in courses.hours(content.crosswalk, content.course):
        if not each.topics:
            continue
        yield PrintedTable(
            title=_("%(place)s: topics and minutes", place=each.rulebook.title),
            lead=_(
                "Issuer: %(issuer)s. As of %(date)s. %(n)s of this course are mapped to no topic.",
                issuer=each.rulebook.issuer,
                date=certificates.spelled_date(each.rulebook.as_of),
                n=duration(each.unmapped),
            ),
            columns=columns,
            rows=tuple(_sum_row(line) for line in (*each.topics, each.total)),
        )
        notes = [note for part in ("delivery", "practice") for note in each.rulebook.of_part(part)]
        if notes:
            yield PrintedTable(
                title=_(
                    "%(place)s: what a self-paced course does not settle", place=each.rulebook.title
                ),
                lead="",
                columns=(
                    Column(_("Requirement"), 30),
                    Column(_("Rule"), 40),
                    Column(_("Source and how surely it is known"), 30),
                ),
                rows=tuple(
                    (
                        (note.topic, note.id),
                        (rule_words(note.rule),),
                        (note.reference, basis_words(note)),
                    )
                    for note in notes
                ),
            )


def _sources(content: ReleaseContent) -> Iterator[PrintedTable]:
    """Yield the sources that the sums name, if they name any."""
    printed = [
        each
        for book in _places(content)
        for each in book.requirements
        if each.part in ("topic", "total", "delivery", "practice")
    ]
    named = {name for each in printed for name in each.source_ids}
    found = [source for source in content.crosswalk.sources if source.id in named]
    if found:
        yield PrintedTable(
            title=_("Sources"),
            lead="",
            columns=(
                Column(_("Source"), 8),
                Column(_("Title and issuer"), 37),
                Column(_("Reference"), 37),
                Column(_("Standing"), 18),
            ),
            rows=tuple(
                (
                    (source.id,),
                    (source.title, source.issuer),
                    (source.reference,),
                    (
                        _("issuer’s own text")
                        if source.tier == "primary-text"
                        else _("second-hand"),
                    ),
                )
                for source in found
            ),
        )


def _sum_row(line: courses.TopicHours) -> tuple[Cell, ...]:
    requirement = line.requirement
    return (
        (requirement.topic, requirement.id),
        (required_words(line.required, duration),),
        (duration(line.covered),),
        (required_words(line.uncovered, duration),),
        (requirement.reference, basis_words(requirement)),
    )
