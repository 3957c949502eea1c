"""One roster: what it would do or did, row by row, and as a table to take away."""

from flask import Response, render_template, request
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.downloads import handed_out
from lms.exports import in_zone
from lms.forms.rosters import ActForm
from lms.services import audit, cohorts, rosters
from lms.services.rosters import RosterRowLine
from lms.views.rosters.place import may_write, pages
from lms.views.rosters.words import SIGNS, kind_help, kind_word, result, say


@pages.get("/manage/rosters/<int:roster>")
@rule("overseer")
def roster(roster: int) -> str:
    """Show a roster with its rows, of one kind or all, a page at a time."""
    found = rosters.roster_for(db.session, current_user.id, roster, asked())
    now = clock.now()
    kinds = kinds_asked()
    rows = rosters.list_rows(db.session, roster, kinds=kinds, after=after_asked())
    counts = rosters.count_kinds(db.session, roster)
    return render_template(
        "rosters/roster.html",
        roster=found,
        programme_name=found.programme_name,
        may_write=may_write(found.programme_id),
        counts=counts,
        is_blocked=rosters.blocks(counts),
        total=sum(counts.values()),
        unchanged=rosters.count_without_acts(db.session, roster),
        wanted=rosters.places_wanted(db.session, roster),
        room=cohorts.rooms(db.session, [found.cohort_id])[found.cohort_id],
        invited=rosters.count_invited(db.session, roster, now),
        undone=rosters.count_undone(db.session, roster),
        rows=rows,
        shown=kinds[0] if kinds else "",
        following=rows[-1].number if len(rows) == rosters.ROWS_A_PAGE else None,
        now=now,
        form=ActForm(),
        signs=SIGNS,
        kind_word=kind_word,
        kind_help=kind_help,
        result=result,
        say=say,
    )


def kinds_asked() -> tuple[str, ...]:
    """Return the kinds that the address asks for: one, or none for all."""
    kind = request.args.get("show", "")
    return (kind,) if kind in rosters.KINDS else ()


def after_asked() -> int:
    """Return the row after which the page begins."""
    after = request.args.get("after", "")
    return int(after) if after.isdecimal() and len(after) < 9 else 0


@pages.get("/manage/rosters/<int:roster>/rows.<format>")
@rule("overseer")
def rows(roster: int, format: str) -> Response:
    """Hand out the rows of a roster; who took them is noted."""
    found = rosters.roster_for(db.session, current_user.id, roster, asked())
    now, kinds = clock.now(), kinds_asked()

    def word(row: RosterRowLine) -> str:
        return f"{kind_word(row.kind)}: {result(row, found.state)}"

    table = rosters.rows_table(db.session, found, kinds=kinds, say=say, word=word, made_at=now)
    audit.record(
        db.session,
        at=now,
        actor_id=current_user.id,
        programme_id=found.programme_id,
        act="roster.exported",
        subject=f"roster {roster}",
        detail={"kinds": list(kinds)},
    )
    db.session.commit()
    return handed_out(in_zone(table, found.time_zone), format)
