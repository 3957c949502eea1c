"""What stands in the handouts of a debrief, in the words of the release that was taught."""

import re
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from markupsafe import Markup

import certificates
import courses
import quizzes
from certificates import Cell, Column, PrintedTable, Printout
from lms.services import live
from lms.services.catalogue import ReleaseContent
from lms.services.debriefs import Debrief, ItemLine, ObjectiveLine

MOST_OBJECTIVES = 6
MOST_ITEMS = 5
"""What a session of an hour has time for."""

_CITED = re.compile(r'<sup class="cites">(.*?)</sup>', re.DOTALL)


def for_teachers(debrief: Debrief, session: live.Live | None) -> Printout:
    """Return the handout for those who lead the next session: items, answers and reasons."""
    misconceptions = list(debrief.misconceptions[:MOST_ITEMS])
    known = {line.item.id for line in misconceptions}
    hardest = [line for line in debrief.hardest(2 * MOST_ITEMS) if line.item.id not in known][
        :MOST_ITEMS
    ]
    return _printout(
        debrief,
        title=_("Debrief: %(cohort)s", cohort=debrief.report.cohort.title),
        paragraphs=(
            *_when(debrief, session),
            _(
                "For those who teach. It holds items of examinations that are in use: show them, "
                "collect them again, and do not hand this out or send it on."
            ),
            _(
                "For each item: let everybody answer first and say how sure they are. Ask for "
                "the reasons behind each answer that was chosen. Only then give the best answer "
                "with its reason, and let somebody say in their own words what they will do."
            ),
            _(
                "Figures are first attempts of this cohort. A hard item may be a badly written "
                "one: if the room defends another answer well, raise it with the authors."
            ),
        ),
        tables=(
            *_objectives(debrief.weakest(MOST_OBJECTIVES), with_figures=True),
            *_items(debrief, _("Wrong and certain: put these right"), misconceptions),
            *_items(debrief, _("Hardest items"), hardest),
            *_sources(debrief.report.content, [*misconceptions, *hardest]),
        ),
    )


def for_learners(debrief: Debrief) -> Printout:
    """Return the handout that learners may take home: no items, no figures of the cohort."""
    weakest = debrief.weakest(MOST_OBJECTIVES)
    return _printout(
        debrief,
        title=_("What to return to: %(cohort)s", cohort=debrief.report.cohort.title),
        paragraphs=(
            _(
                "These objectives were the hardest for your cohort. For each one: say aloud what "
                "you would do, then read the lesson again and compare."
            ),
        ),
        tables=(*_objectives(weakest, with_figures=False), *_key_points(weakest)),
    )


def _when(debrief: Debrief, session: live.Live | None) -> Iterator[str]:
    if session is not None:
        zone = debrief.report.cohort.time_zone
        begins = session.starts_at.astimezone(ZoneInfo(zone))
        yield _(
            "Next live session: %(title)s, %(day)s, %(time)s (%(zone)s).",
            title=session.title,
            day=certificates.spelled_date(begins.date()),
            time=f"{begins:%H:%M}",
            zone=zone,
        )


def _printout(
    debrief: Debrief, title: str, paragraphs: tuple[str, ...], tables: tuple[PrintedTable, ...]
) -> Printout:
    report = debrief.report
    return Printout(
        language="en",
        title=title,
        kicker=report.cohort.programme_name,
        author=report.cohort.programme_name,
        created_at=report.now,
        paragraphs=paragraphs,
        tables=tables,
        foot=_(
            "%(course)s, release %(label)s; as of %(day)s",
            course=report.content.course.title,
            label=report.content.label,
            day=certificates.spelled_date(report.today),
        ),
    )


def _objectives(lines: list[ObjectiveLine], with_figures: bool) -> Iterator[PrintedTable]:
    if not lines:
        return
    figures = (Column(_("Master it"), 12), Column(_("Wrong and certain"), 12))
    columns = (
        Column(_("Objective"), 46 if with_figures else 60),
        *(figures if with_figures else ()),
        Column(_("Taught in"), 30 if with_figures else 40),
    )
    yield PrintedTable(
        title=_("Objectives to return to"),
        lead="",
        columns=columns,
        rows=tuple(tuple(_objective(line, with_figures)) for line in lines),
    )


def _objective(line: ObjectiveLine, with_figures: bool) -> Iterator[Cell]:
    yield (line.objective.text, f"{line.objective.id} · {line.module.title}")
    if with_figures:
        yield (_("%(n)s of %(of)s", n=line.mastered, of=line.learners),)
        safety = _("%(n)s on safety", n=line.safety)
        yield (str(line.surely_wrong), *([safety] if line.safety else []))
    yield _titles(line.lessons)


def _titles(lessons: Iterable[courses.Lesson]) -> Cell:
    return tuple(lesson.title for lesson in lessons) or ("–",)


def _key_points(lines: list[ObjectiveLine]) -> Iterator[PrintedTable]:
    """The key points of the lessons that teach these objectives, each lesson once."""
    lessons = {lesson.key: lesson for line in lines for lesson in line.lessons}
    rows = tuple(
        ((lesson.title,), tuple(plain(point) for point in lesson.key_points))
        for lesson in lessons.values()
        if lesson.key_points
    )
    if rows:
        yield PrintedTable(
            title=_("What these lessons ask you to remember"),
            lead="",
            columns=(Column(_("Lesson"), 25), Column(_("Key points"), 75)),
            rows=rows,
        )


def _items(debrief: Debrief, title: str, lines: list[ItemLine]) -> Iterator[PrintedTable]:
    if not lines:
        return
    yield PrintedTable(
        title=title,
        lead="",
        columns=(
            Column(_("Item"), 34),
            Column(_("What was chosen instead"), 24),
            Column(_("Best answer, and why"), 28),
            Column(_("Taught in"), 14),
        ),
        rows=tuple(tuple(_item(debrief.report.content, line)) for line in lines),
    )


def _item(content: ReleaseContent, line: ItemLine) -> Iterator[Cell]:
    item, shown = line.item, content.shown[line.item.id]
    sure = line.certainty
    figures = _("%(id)s: %(n)s of %(of)s right", id=item.id, n=line.right, of=line.answers)
    if sure.answers:
        figures += _("; %(n)s of %(of)s wrong and certain", n=sure.confidently_wrong,
                     of=sure.answers)  # fmt: skip
    safety = (_("Safety-critical."),) if item.safety_critical else ()
    texts = (plain(shown.lead_in), *_case(content, item), plain(shown.stem))
    yield (*(text for text in texts if text), *safety, figures)
    yield tuple(_chosen(line, shown.options)) or ("–",)
    yield tuple(_best(item, shown.options, shown.rationales, shown.rationale)) or ("–",)
    yield _titles(line.lessons)


def _case(content: ReleaseContent, item: quizzes.Item) -> Iterator[str]:
    """The case that an item belongs to, as far as it had unfolded."""
    for cases in content.cases.values():
        case = cases.get(item.vignette or "")
        if case is not None:
            told = " ".join(plain(stage) for stage in case.stages[: item.stage])
            yield _("Case “%(title)s”: %(told)s", title=case.title, told=told)
            return


def _chosen(line: ItemLine, options: Mapping[str, str]) -> Iterator[str]:
    """The wrong answers that most gave, in the words of the option where there is one."""
    for answer, count in line.wrong_answers[:2]:
        words = plain(options[answer]) if answer in options else answer
        yield _("%(n)s ×: %(answer)s", n=count, answer=words)


def _best(
    item: quizzes.Item,
    options: Mapping[str, str],
    rationales: Mapping[str, str],
    rationale: str,
) -> Iterator[str]:
    best = quizzes.best_answer(item) or ""
    if best in options:
        yield plain(options[best])
        if best in rationales:
            yield plain(rationales[best])
    elif best:
        letters = [part for part in best.split(",") if part in options]
        yield "; ".join(plain(options[part]) for part in letters) or best
    if rationale:
        yield plain(rationale)


def _sources(content: ReleaseContent, lines: list[ItemLine]) -> Iterator[PrintedTable]:
    """The facts that the items stand on, with their sources."""
    ids = dict.fromkeys(fact for line in lines for fact in line.item.facts)
    known = [content.facts[fact] for fact in ids if fact in content.facts]
    if known:
        yield PrintedTable(
            title=_("What the answers stand on"),
            lead="",
            columns=(
                Column(_("Fact"), 10),
                Column(_("What is known"), 55),
                Column(_("Source"), 35),
            ),
            rows=tuple(((fact.id,), (plain(fact.statement),), (fact.source,)) for fact in known),
        )


def plain(html: str) -> str:
    """Return safe HTML as text on one line, citations in square brackets."""
    cited = _CITED.sub(lambda found: f" [{_bare(found[1])}]", html)
    return _bare(cited)


def _bare(html: str) -> str:
    return str(Markup(html).striptags())  # noqa: S704 -- on its way to become plain text
