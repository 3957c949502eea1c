"""What a credential says of the training: hours, assessment, signatories, competencies, mapping.

Minutes are *mapped to* the categories of a jurisdiction, competencies are those that the course
alone is evidence of: nothing here says that a rule is met or an approval held.
"""

import re
from collections.abc import Collection, Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
import courses
import quizzes
from lms.models.accounts import Account, RoleGrant
from lms.models.catalogue import Programme
from lms.services import branding, catalogue, live

FORMAT = "Online, self-paced"
_LIVE = {"in-person": "in person", "live-online": "online"}
_LONGEST_PLACES = 200
# What a person can have. Areas of a consensus and lists for reporting are no competencies.
OF_PERSONS = (
    "rule: competency",
    "rule: practical competency",
    "rule: foundation domain",
    "rule: clinical domain",
)
_DOI = re.compile(r"\b10\.[0-9]{4,9}/[^\s;,]+")


def particulars_of(
    session: Session,
    programme_id: int,
    content: catalogue.ReleaseContent,
    *,
    enrolment_id: int,
    cycle: int,
    renews: str | None,
) -> certificates.Particulars:
    """Return what an award on this release says beyond the award itself.

    Everything of the course counts as done; of live sessions, those that count for its holder
    are told. `renews` is the serial of the credential of the cycle before. Approvals and credits
    stay empty: they are claimed only where an approval is stored.
    """
    met = live.places_by_mode(session, enrolment_id)
    return certificates.Particulars(
        cycle=cycle,
        renews=renews,
        brand=branding.current_digest(session, programme_id),
        format=_format(met),
        place=_place(met),
        instructors=_instructors(session, programme_id),
        competencies=tuple(competencies_of(content)),
        mapped=tuple(mapped_hours_of(content)),
    )


def _format(met: Mapping[str, Collection[str]]) -> str:
    ways = [word for mode, word in _LIVE.items() if mode in met]
    return f"{FORMAT}, with live sessions {' and '.join(ways)}" if ways else FORMAT


def _place(met: Mapping[str, Collection[str]]) -> str:
    """Where its holder was taught in person; as many places as a certificate has room for."""
    places = "; ".join(met.get("in-person", ()))
    if len(places) <= _LONGEST_PLACES:
        return places
    return f"{places[:_LONGEST_PLACES].rpartition('; ')[0]}; and others"


def _instructors(session: Session, programme_id: int) -> tuple[str, ...]:
    query = (
        sa.select(Account.full_name)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.programme_id == programme_id, RoleGrant.role.in_(("educator", "instructor"))
        )
        .order_by(RoleGrant.id)
    )
    return tuple(session.scalars(query))


def competencies_of(content: catalogue.ReleaseContent) -> Iterator[certificates.Competency]:
    """Yield the competencies that the course evidences by itself, framework by framework.

    One that has to be observed in practice is left out, however much of it the course teaches,
    and so is what a framework lists that is nobody's competency.
    """
    course = content.course
    done = {unit.key for unit in course.units}
    for framework in courses.competencies(content.crosswalk, course, done):
        for each in framework.competencies:
            requirement = each.requirement
            if requirement.rule not in OF_PERSONS:
                continue
            if requirement.evidenced_by == "course" and each.state == "evidenced":
                doi = _DOI.search(requirement.reference)
                yield certificates.Competency(
                    framework=framework.rulebook.title,
                    code=requirement.id,
                    name=requirement.topic,
                    url=f"https://doi.org/{doi[0]}" if doi else "",
                )


def mapped_hours_of(content: catalogue.ReleaseContent) -> Iterator[certificates.MappedHours]:
    """Yield the minutes mapped to each jurisdiction's topics, where there are any."""
    for each in courses.hours(content.crosswalk, content.course):
        lines = tuple(
            certificates.HoursLine(topic.requirement.topic, topic.covered)
            for topic in each.topics
            if topic.covered
        )
        if lines:
            yield certificates.MappedHours(each.rulebook.title, each.rulebook.as_of, lines)


def hours_of(content: catalogue.ReleaseContent) -> tuple[certificates.HoursLine, ...]:
    """Return the minutes of instruction by module; to be examined is no instruction."""
    lines = []
    for module in content.course.modules:
        is_examination = module.quiz is not None and bool(content.banks[module.quiz].draws_from)
        examined = module.quiz_minutes if is_examination else 0
        lines.append(certificates.HoursLine(module.title, module.minutes - examined))
    return tuple(lines)


def assessment_of(content: catalogue.ReleaseContent) -> str:
    """Say in a few sentences how learners of this release are assessed."""
    assessed = [
        (module.title, content.banks[module.quiz])
        for module in content.course.modules
        if module.quiz
    ]
    quizzed = [(title, bank) for title, bank in assessed if not bank.draws_from]
    examined = [_examination(title, bank) for title, bank in assessed if bank.draws_from]
    return " ".join(["All lessons completed.", *_quizzes(quizzed), *examined])


def _quizzes(quizzed: list[tuple[str, quizzes.Bank]]) -> list[str]:
    """What is said of the quizzes: once where all are alike, else of each."""
    rules = {_rule(bank) for _title, bank in quizzed}
    if len(quizzed) > 1 and len(rules) == 1:
        sizes = sorted({len(bank.items) for _title, bank in quizzed})
        drawn = f"banks of {sizes[0]} to {sizes[-1]}" if sizes[1:] else f"banks of {sizes[0]}"
        items, pass_mark = rules.pop()
        return [
            f"One unsupervised online quiz for each of {len(quizzed)} modules, each {items} "
            f"drawn from {drawn} and {pass_mark}."
        ]
    sentences = []
    for title, bank in quizzed:
        items, pass_mark = _rule(bank)
        drawn = f"a bank of {len(bank.items)}"
        sentences.append(
            f"{title}: an unsupervised online quiz {items} drawn from {drawn}, {pass_mark}."
        )
    return sentences


def _examination(title: str, bank: quizzes.Bank) -> str:
    """What is said of an examination, which draws from the banks of the quizzes."""
    items, pass_mark = _rule(bank)
    rules = bank.specification.rules
    minutes = rules.time_limit_minutes
    limit = f", to be answered within {certificates.duration(minutes)}" if minutes else ""
    safety = ", every safety-critical miss resolved" if rules.safety == "must-resolve" else ""
    return (
        f"{title}: unsupervised, online, {items} drawn from the same banks{limit}, "
        f"{pass_mark}{safety}."
    )


def _rule(bank: quizzes.Bank) -> tuple[str, str]:
    """What a quiz asks and what passes it, in the words of the certificate."""
    length, cut = bank.specification.length, bank.specification.cut_percent
    needed = quizzes.needed_points(length, cut)
    all_single = all(item.kind == "single" for item in bank.items)
    items = f"of {length} {'single-best-answer items' if all_single else 'items'}"
    return items, f"passed at {needed} of {length} ({cut}\u00a0%)"


def signatories_of(session: Session, programme: Programme) -> tuple[certificates.Signatory, ...]:
    """Return who signs: those of the programme's brand, else its director and lead educator."""
    brand = branding.current_brand(session, programme.id)
    if brand is not None and brand.signatories:
        return tuple(certificates.Signatory(one.name, one.role) for one in brand.signatories)
    people = [certificates.Signatory(programme.director_name, programme.director_title)]
    if programme.educator_name:
        title = programme.educator_title or "Lead educator"
        people.append(certificates.Signatory(programme.educator_name, title))
    return tuple(people)
