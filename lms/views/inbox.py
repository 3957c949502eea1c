"""The work queue: what needs a person today, oldest first."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule, rule_of
from lms.db import db
from lms.downloads import Column, Table
from lms.services import accounts, cohorts, inbox
from lms.services.waiting import Waiting

pages = Blueprint("inbox", __name__)

PAGE = 50
# What waits, by the page on which it is done and its kind: two features may use one word.
KINDS = {
    ("reviews.appeal", "appeal"): lazy("Appeal against a result"),
    ("acts.one_appeal", "credential-appeal"): lazy("Appeal about a certificate"),
    ("faculty.conferrals", "conferral"): lazy("Completion to confer"),
    ("reviews.doubts", "doubt"): lazy("Certificate in doubt"),
    ("acts.credential", "proposal"): lazy("Act that waits for a second person"),
    ("reviews.ruling", "ruling"): lazy("Ruling on an item, not confirmed"),
    ("transcripts.check", "external"): lazy("Certificate from elsewhere to check"),
    ("credits.approvals", "approval"): lazy("Provider approval that ends"),
    ("assessment.marking", "marking"): lazy("Answer to mark"),
    ("watch.cohort", "flags"): lazy("Learners at risk whom nobody has taken"),
    ("practice.of_learner", "sign-off"): lazy("Practice that waits for a signature"),
    ("observed.observation", "rating"): lazy("Observed skill to rate"),
    ("observed.observation", "adjudication"): lazy("Ratings that disagree"),
    ("observed.observation", "remediation"): lazy("Plan after an observed skill"),
    ("live.session", "roster"): lazy("Live session without attendance"),
    ("qualifications.check", "qualification"): lazy("Qualification to check"),
    ("rosters.roster", "roster"): lazy("Roster to decide on"),
    ("rosters.roster", "roster-rejected"): lazy("Roster with rows that were rejected"),
    ("reporting.report", "report-rejected"): lazy("Completion that was rejected"),
    ("cohorts.places", "waiting-list"): lazy("Waiting list of a cohort that is closed"),
    ("messages.log", "address"): lazy("Address to which mail comes back"),
    ("messages.log", "mail"): lazy("Messages that could not be sent"),
}
OTHER = lazy("Something else")


@dataclass(frozen=True, slots=True)
class Line:
    """Something that waits, worded, with the address of the page on which it is done."""

    kind: str
    word: str
    waiting: Waiting
    url: str


@pages.get("/manage/programmes/<int:programme>/queue")
@rule("reader")
def programme(programme: int) -> str:
    """Show what in a programme waits for a person who may do it, the longest waiting first."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    role = accounts.role_in(db.session, current_user.id, programme) or ""
    now = clock.now()
    lines = list(worded(inbox.list_waiting(db.session, programme, now), role))
    counts = Counter(line.kind for line in lines)
    words = {line.kind: line.word for line in lines}
    kind = request.args.get("kind", "")
    kind = kind if kind in counts else ""
    chosen = [line for line in lines if kind in ("", line.kind)]
    last = max(1, -(-len(chosen) // PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), last)
    return render_template(
        "inbox/programme.html",
        programme=found,
        programme_name=found.name,
        role=role,
        lines=chosen[(page - 1) * PAGE : page * PAGE],
        count=len(lines),
        kinds=[(each, words[each], number) for each, number in counts.most_common()],
        kind=kind,
        page=page,
        last=last,
        address=addresses(programme, kind),
        now=now,
        approval_days=inbox.APPROVAL_DAYS,
    )


@pages.get("/manage/programmes/<int:programme>/queue/table.<format>")
@rule("reader")
def programme_table(programme: int, format: str) -> Response:
    """Give the queue as its reader sees it as a file."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    role = accounts.role_in(db.session, current_user.id, programme) or ""
    lines = worded(inbox.list_waiting(db.session, programme, clock.now()), role)
    kind = request.args.get("kind", "")
    columns = (
        Column(_("What")),
        Column(_("Whose, or which")),
        Column(_("Waiting since"), "", "moment"),
        Column(_("Answer by"), _("empty where no answer is promised"), "moment"),
        Column(_("Address"), _("of the page on which it is done")),
    )
    rows = [
        (line.word, line.waiting.subject, line.waiting.since, line.waiting.due, line.url)
        for line in lines
        if kind in ("", line.kind)
    ]
    table = Table(_("Work queue of %(name)s", name=found.name), columns, rows)
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


def addresses(programme: int, kind: str) -> Callable[[int], str]:
    """Return what gives the address of a page of the queue."""
    return lambda page: url_for(
        "inbox.programme", programme=programme, kind=kind or None, page=page if page > 1 else None
    )


def worded(waiting: list[Waiting], role: str) -> Iterator[Line]:
    """Return what somebody of a role can open the page of, in words.

    What somebody cannot do is not on their list: it waits for a colleague.
    """
    for each in waiting:
        if each.endpoint not in current_app.view_functions:
            continue
        needed = rule_of(current_app, each.endpoint) or ""
        if needed not in accounts.SATISFIED_BY or not accounts.satisfies(role, needed):
            continue
        kind = f"{each.endpoint}-{each.kind}".replace(".", "-")
        word = str(KINDS.get((each.endpoint, each.kind), OTHER))
        yield Line(kind, word, each, url_for(each.endpoint, **each.values))  # type: ignore[arg-type]
